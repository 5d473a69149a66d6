import { serviceDefinitionSchema } from '@countersign/contract';
import { z } from 'zod';
import { bytes32, count, id, instant, positive, sha256Text, slug } from '../shapes.js';
import { feedTrust, signedLift, signedStop } from './feed-trust.js';

/**
 * An active grant, keyed by its digest. `budget` null: none; each of its members may be absent. `until` is the end of
 * the digest's own life: no grant of these terms can be open after it.
 */
const feedGrant = z.strictObject({
  id: id('grt'),
  digest: sha256Text,
  tenant: slug,
  service: slug,
  startsAt: instant,
  endsAt: instant,
  budget: z.strictObject({ calls: positive.exactOptional(), bytes: positive.exactOptional() }).nullable(),
  until: instant.exactOptional(),
});
export type FeedGrant = z.infer<typeof feedGrant>;

/** A data service and the hash of its current route map, which stands among the event's `routeMaps`. */
const feedService = z.strictObject({
  name: slug,
  routes: sha256Text,
  upstream: z.url({ protocol: /^https?$/ }),
  audience: z.string().min(1),
});
export type FeedService = z.infer<typeof feedService>;

/** A tenant and what it forbids; checked on every call beside the token's scope. */
const feedTenant = z.strictObject({
  slug,
  forbid: z.array(
    z.strictObject({ service: z.string(), resource: z.string(), actions: z.array(z.string()) }),
  ),
});
export type FeedTenant = z.infer<typeof feedTenant>;

/** A lock in force; `tenant` null binds all tenants. `name` is a slug, a `usr_…` or a service's name, by kind. */
const feedLock = z.strictObject({
  id: id('lck'),
  kind: z.enum(['tenant', 'person', 'service']),
  name: z.string().min(1),
  tenant: slug.nullable(),
});
export type FeedLock = z.infer<typeof feedLock>;

const endedGrant = z.strictObject({
  digest: sha256Text,
  reason: z.string().min(1),
  until: instant.exactOptional(),
});
export type EndedGrant = z.infer<typeof endedGrant>;

/** A JSON Web Key. Which of them can serve is decided by `grant-token-verify`, so members stay open here. */
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
