import {
  type FeedChange,
  type FeedUnit,
  type Grant,
  isLockInForce,
  type Lock,
  publishedKeys,
} from '@countersign/access';
import { latestEndOfTerms, type ServiceDefinition, toInstant } from '@countersign/contract';
import type { ChangeData, FeedGrant, FeedLock, FeedPlace, SnapshotData } from '@countersign/gateway-protocol';
import { LRUCache } from 'lru-cache';
import { feedRelayed, feedStops, feedTrust, trustPicture } from './feed-trust.js';

type Picture = Omit<SnapshotData, 'nonce' | 'issuer'>;

/** A place with what tells it from the same place of another history. */
export type MarkedPlace = FeedPlace & { mark: string | null };

/** What the broker says of one change; the same for every gateway. */
export interface BuiltChange {
  seq: number;
  mark: string | null;
  data: ChangeData;
  /** A gateway that this change shuts out. */
  revokedGateway: string | null;
}

/** What of its terms a gateway needs beside a grant. Terms never change, so this is read once a grant. */
interface TermsFacts {
  budget: FeedGrant['budget'];
  routes: string;
  until: string;
}

const KNOWN_GRANTS = 10_000;

/**
 * Reads what the feed says. A change is built from what stands now, not from what stood when it was numbered:
 * a gateway that is behind hears the end of a grant at its beginning already, never the other way round.
 */
export class FeedReader {
  private readonly facts = new LRUCache<string, TermsFacts>({ max: KNOWN_GRANTS });

  constructor(private readonly now: () => Date) {}

  /** Everything, and the place that it shows; one read unit sees both at one moment. */
  async picture(unit: FeedUnit): Promise<{ place: MarkedPlace; picture: Picture }> {
    const head = await unit.feed.head();
    const place = { ...head, mark: await unit.feed.markAt(head.seq) };
    return {
      place,
      picture: {
        grants: await unit.feed.activeGrants(),
        ...(await this.services(unit)),
        keys: await keys(unit, this.now()),
        tenants: (await unit.organisation.tenants()).map(({ slug, controls }) => ({
          slug,
          forbid: controls.forbid,
        })),
        locks: (await unit.feed.locks()).map(feedLock),
        ...(await trustPicture(unit)),
      },
    };
  }

  /** Changes after a place, each built. Null where the store no longer holds all of them. */
  async changes(unit: FeedUnit, after: number, upTo: number): Promise<BuiltChange[] | null> {
    const found = await unit.feed.since(after, upTo - after);
    const whole =
      found.length === upTo - after && found.every((each, index) => each.seq === after + index + 1);
    if (!whole) return null;
    const built: BuiltChange[] = [];
    for (const change of found) built.push(await this.build(unit, change));
    return built;
  }

  private async build(unit: FeedUnit, { seq, kind, ref, mark }: FeedChange): Promise<BuiltChange> {
    const plain = (data: ChangeData): BuiltChange => ({ seq, mark, data, revokedGateway: null });
    switch (kind) {
      case 'grant':
        return plain(await this.grantChange(unit, ref));
      case 'services':
        return plain(await this.services(unit));
      case 'keys':
        return plain({ keys: await keys(unit, this.now()) });
      case 'tenant': {
        const tenant = await unit.organisation.tenant(ref);
        return plain(
          tenant === null
            ? { removedTenants: [ref] }
            : { tenants: [{ slug: ref, forbid: tenant.controls.forbid }] },
        );
      }
      case 'lock': {
        const lock = await unit.locks.find(ref);
        if (lock === null) return plain({});
        return plain(isLockInForce(lock) ? { locks: [feedLock(lock)] } : { liftedLocks: [ref] });
      }
      case 'trust':
        return plain({ trust: feedTrust(await unit.trust.chain(ref)) });
      case 'stop': {
        const stop = await unit.stops.find(ref);
        return plain(stop === null ? {} : feedStops([stop]));
      }
      case 'relayed': {
        const relayed = await unit.relayed.find(ref);
        return plain(relayed === null ? {} : feedRelayed([relayed]));
      }
      case 'gateway': {
        const gateway = await unit.gateways.find(ref);
        const isRevoked = gateway !== null && gateway.revokedAt !== null;
        return { ...plain({}), revokedGateway: isRevoked ? ref : null };
      }
    }
  }

  /** A grant whose terms name another map than the current one brings that map along. */
  private async grantChange(unit: FeedUnit, id: string): Promise<ChangeData> {
    const grant = await unit.grants.find(id);
    // One that has not begun is no gateway's business: its digest must stay free to open later.
    if (grant === null || grant.state === 'scheduled') return {};
    if (grant.state === 'ended') {
      const { until } = await this.factsOf(unit, grant);
      return { endedGrants: [{ digest: grant.digest, reason: grant.endReason ?? 'ended', until }] };
    }
    const grants = [await this.feedGrant(unit, grant)];
    const { routes } = await this.factsOf(unit, grant);
    const service = await unit.organisation.service(grant.service);
    if (service?.routes === routes) return { grants };
    return { grants, ...(await this.services(unit)) };
  }

  private async services(unit: FeedUnit): Promise<Pick<Picture, 'services' | 'routeMaps'>> {
    const current = await unit.organisation.services();
    const hashes = new Set([...current.map((each) => each.routes), ...(await unit.feed.liveRoutes())]);
    const maps = await unit.feed.routeMaps([...hashes]);
    const routeMaps: ServiceDefinition[] = [...maps.values()];
    for (const { routes, definition } of current) if (!maps.has(routes)) routeMaps.push(definition);
    return {
      services: current.map(({ definition, routes }) => ({
        name: definition.name,
        routes,
        upstream: definition.upstream,
        audience: definition.audience,
      })),
      routeMaps,
    };
  }

  private async feedGrant(unit: FeedUnit, grant: Grant): Promise<FeedGrant> {
    const { id, digest, tenant, service, startsAt, endsAt } = grant;
    if (startsAt === null || endsAt === null) throw new Error(`active grant ${id} has no window`);
    const { budget, until } = await this.factsOf(unit, grant);
    return { id, digest, tenant, service, startsAt, endsAt, budget, until };
  }

  private async factsOf(unit: FeedUnit, grant: Grant): Promise<TermsFacts> {
    const known = this.facts.get(grant.request);
    if (known !== undefined) return known;
    const request = await unit.requests.find(grant.request);
    if (request === null) throw new Error(`grant ${grant.id} has no request`);
    const { terms } = request;
    const facts = {
      budget: terms.budget ?? null,
      routes: terms.routes,
      until: toInstant(new Date(latestEndOfTerms(terms))),
    };
    this.facts.set(grant.request, facts);
    return facts;
  }
}

const feedLock = ({ id, kind, name, tenant }: Lock): FeedLock => ({ id, kind, name, tenant });

/** A key that retires says when (`exp`, seconds since the epoch): gateways let go of it by themselves. */
async function keys(unit: FeedUnit, now: Date): Promise<Record<string, unknown>[]> {
  return publishedKeys(await unit.keys.list('token'), now).map(({ publicJwk, retiresAt }) =>
    retiresAt === null ? publicJwk : { ...publicJwk, exp: Math.floor(Date.parse(retiresAt) / 1_000) },
  );
}
