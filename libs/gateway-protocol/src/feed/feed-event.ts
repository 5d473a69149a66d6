import {
  CONTEXT_MODES,
  LOCK_KINDS,
  serviceDefinitionSchema,
  serviceOriginSchema,
  upstreamTlsSchema,
} from '@countersign/contract';
import { z } from 'zod';
import { bytes32, count, digestText, id, instant, moment, positive, slug } from '../shapes.js';
import { feedTrust, signedLift, signedStop } from './feed-trust.js';

/**
 * An active grant, keyed by its digest. `budget` is null without one; each of its members may be absent. No grant of these
 * terms can be open after `until`.
 */
const feedGrant = z.strictObject({
  id: id('grt'),
  digest: digestText,
  tenant: slug,
  service: slug,
  startsAt: instant,
  endsAt: instant,
  budget: z.strictObject({ calls: positive.exactOptional(), bytes: positive.exactOptional() }).nullable(),
  until: instant.exactOptional(),
});
export type FeedGrant = z.infer<typeof feedGrant>;

/**
 * A data service and the hash of its current route map, which is in the event's `routeMaps`. `tls`: how to connect to its
 * upstream. `context`: how its calls are signed, if not `ed25519`. `origin`: where browsers reach it, and
 * `overlay`: whether the gateway adds its script to the pages there.
 */
const feedService = z.strictObject({
  name: slug,
  routes: digestText,
  upstream: z.url({ protocol: /^(?:https?|postgres)$/ }),
  audience: z.string().min(1),
  tls: upstreamTlsSchema.exactOptional(),
  context: z.enum(CONTEXT_MODES).exactOptional(),
  origin: serviceOriginSchema.exactOptional(),
  overlay: z.literal(true).exactOptional(),
});
export type FeedService = z.infer<typeof feedService>;

/**
 * A tenant and its rules that gateways check at every call in addition to the token's scope. `requireGateway`: only calls that a
 * gateway forwards itself are accepted.
 */
const feedTenant = z.strictObject({
  slug,
  forbid: z.array(
    z.strictObject({ service: z.string(), resource: z.string(), actions: z.array(z.string()) }),
  ),
  requireGateway: z.literal(true).exactOptional(),
});
export type FeedTenant = z.infer<typeof feedTenant>;

/** An active lock. `tenant` null: it binds all tenants. `name` is a slug, a `usr_…`, a service's name or a `grt_…`, by `kind`. */
const feedLock = z.strictObject({
  id: id('lck'),
  kind: z.enum(LOCK_KINDS),
  name: z.string().min(1),
  tenant: slug.nullable(),
});
export type FeedLock = z.infer<typeof feedLock>;

const endedGrant = z.strictObject({
  digest: digestText,
  reason: z.string().min(1),
  until: instant.exactOptional(),
});
export type EndedGrant = z.infer<typeof endedGrant>;

/** A JSON Web Key. `readJwks` of libs/authorization decides which keys are usable, so any member is allowed here. */
const jwk = z.record(z.string(), z.unknown());
export type FeedJwk = z.infer<typeof jwk>;

export const snapshotData = z.strictObject({
  nonce: bytes32,
  issuer: z.string().min(1),
  grants: z.array(feedGrant),
  services: z.array(feedService),
  routeMaps: z.array(serviceDefinitionSchema),
  keys: z.array(jwk),
  tenants: z.array(feedTenant),
  locks: z.array(feedLock),
  trust: z.array(feedTrust).exactOptional(),
  stops: z.array(signedStop).exactOptional(),
  lifts: z.array(signedLift).exactOptional(),
});
export type SnapshotData = z.infer<typeof snapshotData>;

export const resumeData = z.strictObject({ nonce: bytes32 });

export const changeData = z
  .strictObject({
    grants: z.array(feedGrant).exactOptional(),
    endedGrants: z.array(endedGrant).exactOptional(),
    services: z.array(feedService).exactOptional(),
    routeMaps: z.array(serviceDefinitionSchema).exactOptional(),
    keys: z.array(jwk).exactOptional(),
    tenants: z.array(feedTenant).exactOptional(),
    removedTenants: z.array(slug).exactOptional(),
    locks: z.array(feedLock).exactOptional(),
    liftedLocks: z.array(id('lck')).exactOptional(),
    trust: z.array(feedTrust).exactOptional(),
    stops: z.array(signedStop).exactOptional(),
    lifts: z.array(signedLift).exactOptional(),
  })
  .refine(
    (data) => (data.services === undefined) === (data.routeMaps === undefined),
    'services and routeMaps come together, both whole',
  );
export type ChangeData = z.infer<typeof changeData>;

export const heartbeatData = z.strictObject({});
export const place = { epoch: positive, seq: count };

const MARK = /^[A-Za-z0-9_-]{1,64}$/;
const head = { ...place, time: moment, gateway: id('gtw') };
/** `mark` tells this change from the one that another history of the same epoch has at the same place. */
const marked = { ...head, mark: z.string().regex(MARK, 'is not a mark').exactOptional() };

/** The signed payload of one feed event. Unknown types and members are refused, because they may be restrictions. */
export const feedEvent = z.discriminatedUnion('type', [
  z.strictObject({ ...marked, type: z.literal('snapshot'), data: snapshotData }),
  z.strictObject({ ...head, type: z.literal('resume'), data: resumeData }),
  z.strictObject({ ...marked, type: z.literal('change'), data: changeData }),
  z.strictObject({ ...head, type: z.literal('heartbeat'), data: heartbeatData }),
]);
export type FeedEvent = z.infer<typeof feedEvent>;

/** A place in the feed. `seq` counts changes without gaps within an epoch. A later epoch is above every `seq`. */
export type FeedPlace = { epoch: number; seq: number };

/** The highest place that a gateway has reached, with the mark of the change there, if it had one. */
export type SeenPlace = FeedPlace & { mark?: string };

/** The SSE id, which a gateway sends back as `Last-Event-ID`. */
export function formatFeedPlace({ epoch, seq }: FeedPlace): string {
  return `${epoch}.${seq}`;
}

/** Parses a `Last-Event-ID`. Undefined for anything that `formatFeedPlace` would not write. */
export function parseFeedPlace(text: string): FeedPlace | undefined {
  const parts = /^([1-9]\d{0,14})\.(0|[1-9]\d{0,14})$/.exec(text);
  return parts === null ? undefined : { epoch: Number(parts[1]), seq: Number(parts[2]) };
}

/** How a gateway reports the highest place on its disk: `EPOCH.SEQ`, or `EPOCH.SEQ.MARK`. */
export function formatSeenPlace({ mark, ...place }: SeenPlace): string {
  return formatFeedPlace(place) + (mark === undefined ? '' : `.${mark}`);
}

/** Parses it. Undefined for anything that `formatSeenPlace` would not write. */
export function parseSeenPlace(text: string): SeenPlace | undefined {
  const [epoch, seq, mark, ...more] = text.split('.');
  const place = parseFeedPlace(`${epoch}.${seq}`);
  if (place === undefined || more.length > 0) return undefined;
  if (mark === undefined) return place;
  return MARK.test(mark) ? { ...place, mark } : undefined;
}

/** Negative if `a` comes before `b`. */
export function compareFeedPlaces(a: FeedPlace, b: FeedPlace): number {
  return a.epoch - b.epoch || a.seq - b.seq;
}
