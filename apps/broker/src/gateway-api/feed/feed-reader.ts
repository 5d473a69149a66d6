import {
  type AccessRequest,
  type FeedChange,
  type FeedUnit,
  type Grant,
  isLift,
  isLockInForce,
  isStop,
  type Lock,
  publishedKeys,
  type RelayedStop,
  type Stop,
  type TenantRecord,
  type TrustVersion,
} from '@countersign/access';
import { latestEndOfTerms, type ServiceDefinition, toInstant } from '@countersign/contract';
import type {
  ChangeData,
  FeedGrant,
  FeedLock,
  FeedPlace,
  FeedTenant,
  FeedTrust,
  SnapshotData,
} from '@countersign/gateway-protocol';
import { growingCache } from '@countersign/runtime';

/** What a snapshot shows to every gateway. */
export type Picture = Omit<SnapshotData, 'nonce' | 'issuer'>;

/** A place with the mark that distinguishes it from the same place in another history. */
export type MarkedPlace = FeedPlace & { mark: string | null };

/** What a change is about; null if it concerns every tenant, or every service. */
export interface ChangeSubject {
  tenant: string | null;
  service: string | null;
}

/** The services that are for some tenants only, each with these tenants. No message of the feed says it. */
export type ServedTo = ReadonlyMap<string, readonly string[]>;

/** One change before it is narrowed to what a gateway serves. */
export interface BuiltChange {
  seq: number;
  mark: string | null;
  data: ChangeData;
  /** Some data do not say what they are about: an ended grant is a digest, a lifted lock is an id. */
  about: ChangeSubject;
  /** Set if the data list services. */
  servedTo?: ServedTo;
  /** The gateway that this change revokes. */
  revokedGateway: string | null;
}

/** The facts about a grant's terms that a gateway needs. Terms never change, so they are read once per grant. */
interface TermsFacts {
  budget: FeedGrant['budget'];
  routes: string;
  until: string;
}

const KNOWN_GRANTS = 10_000;

/**
 * Builds the content of the feed. A change is built from the current state, not from the state when it was numbered: a
 * gateway that is behind may learn early that a grant has ended, but is never told that an ended grant is active.
 */
export class FeedReader {
  private readonly facts = growingCache<TermsFacts>(KNOWN_GRANTS);

  constructor(private readonly now: () => Date) {}

  /** A snapshot and its place; one read unit reads both at one moment. */
  async picture(unit: FeedUnit): Promise<{ place: MarkedPlace; picture: Picture; servedTo: ServedTo }> {
    const head = await unit.feed.head();
    const place = { ...head, mark: await unit.feed.markAt(head.seq) };
    const { listed, servedTo } = await this.services(unit);
    return {
      place,
      servedTo,
      picture: {
        grants: await unit.feed.activeGrants(),
        ...listed,
        keys: await keys(unit, this.now()),
        tenants: (await unit.organisation.tenants()).map(feedTenant),
        locks: (await unit.feed.locks()).map(feedLock),
        ...(await trustPicture(unit)),
      },
    };
  }

  /** The changes after a place. Null if the store no longer has all of them. */
  async changes(unit: FeedUnit, after: number, upTo: number): Promise<BuiltChange[] | null> {
    const found = await unit.feed.since(after, upTo - after);
    const whole =
      found.length === upTo - after && found.every((each, index) => each.seq === after + index + 1);
    if (!whole) return null;
    const grants = await this.grantsOf(unit, found);
    const built: BuiltChange[] = [];
    for (const change of found) built.push(await this.build(unit, change, grants));
    return built;
  }

  /** The grants of these changes, read at once; the facts of those that begin are kept. */
  private async grantsOf(unit: FeedUnit, changes: readonly FeedChange[]): Promise<Map<string, Grant>> {
    const ids = changes.flatMap(({ kind, ref }) => (kind === 'grant' ? [ref] : []));
    if (ids.length === 0) return new Map();
    const grants = await unit.grants.findAll([...new Set(ids)]);
    const unknown = grants.flatMap(({ request }) => (this.facts.has(request) ? [] : [request]));
    if (unknown.length > 0)
      for (const request of await unit.requests.findAll(unknown)) this.keepFacts(request);
    return new Map(grants.map((grant) => [grant.id, grant]));
  }

  private async build(
    unit: FeedUnit,
    { seq, kind, ref, mark }: FeedChange,
    grantsById: ReadonlyMap<string, Grant>,
  ): Promise<BuiltChange> {
    const plain = (data: ChangeData, about: Partial<ChangeSubject> = {}): BuiltChange => ({
      ...{ seq, mark, data, revokedGateway: null },
      about: { tenant: null, service: null, ...about },
    });
    switch (kind) {
      case 'grant': {
        const grant = grantsById.get(ref);
        return grant === undefined
          ? plain({})
          : {
              ...plain({}, { tenant: grant.tenant, service: grant.service }),
              ...(await this.grantChange(unit, grant)),
            };
      }
      case 'services':
        return this.services(unit).then(({ listed, servedTo }) => ({ ...plain(listed), servedTo }));
      case 'keys':
        return plain({ keys: await keys(unit, this.now()) });
      case 'tenant': {
        const tenant = await unit.organisation.tenant(ref);
        return plain(tenant === null ? { removedTenants: [ref] } : { tenants: [feedTenant(tenant)] }, {
          tenant: ref,
        });
      }
      case 'lock': {
        const lock = await unit.locks.find(ref);
        if (lock === null) return plain({});
        const data = isLockInForce(lock) ? { locks: [feedLock(lock)] } : { liftedLocks: [ref] };
        return plain(data, subjectOfLock(lock));
      }
      case 'trust':
        return plain({ trust: feedTrust(await unit.trust.chain(ref)) }, { tenant: ref });
      case 'stop': {
        const stop = await unit.stops.find(ref);
        return stop === null ? plain({}) : plain(feedStops([stop]), { tenant: stop.tenant });
      }
      case 'relayed': {
        const relayed = await unit.relayed.find(ref);
        return relayed === null ? plain({}) : plain(feedRelayed([relayed]), { tenant: relayed.tenant });
      }
      case 'gateway': {
        const gateway = await unit.gateways.find(ref);
        const isRevoked = gateway !== null && gateway.revokedAt !== null;
        return { ...plain({}), revokedGateway: isRevoked ? ref : null };
      }
    }
  }

  /** If a grant's terms name another route map than the current one, the change includes that map. */
  private async grantChange(
    unit: FeedUnit,
    grant: Grant,
  ): Promise<Pick<BuiltChange, 'data'> & Partial<Pick<BuiltChange, 'servedTo'>>> {
    // Gateways learn of a grant only when it begins: its digest must still be unknown to them then.
    if (grant.state === 'scheduled') return { data: {} };
    if (grant.state === 'ended') {
      const { until } = await this.factsOf(unit, grant);
      return { data: { endedGrants: [{ digest: grant.digest, reason: grant.endReason ?? 'ended', until }] } };
    }
    const grants = [await this.feedGrant(unit, grant)];
    const { routes } = await this.factsOf(unit, grant);
    const service = await unit.organisation.service(grant.service);
    if (service?.routes === routes) return { data: { grants } };
    const { listed, servedTo } = await this.services(unit);
    return { data: { grants, ...listed }, servedTo };
  }

  private async services(
    unit: FeedUnit,
  ): Promise<{ listed: Pick<Picture, 'services' | 'routeMaps'>; servedTo: ServedTo }> {
    const current = await unit.organisation.services();
    const hashes = new Set([...current.map((each) => each.routes), ...(await unit.feed.liveRoutes())]);
    const maps = await unit.feed.routeMaps([...hashes]);
    const routeMaps: ServiceDefinition[] = [...maps.values()];
    for (const { routes, definition } of current) if (!maps.has(routes)) routeMaps.push(definition);
    const services = current.map(({ definition, routes, upstream }) => ({
      name: definition.name,
      routes,
      upstream: definition.upstream,
      audience: definition.audience,
      ...upstream,
    }));
    const servedTo = new Map(
      current.flatMap(({ definition, tenants }) =>
        tenants === undefined ? [] : [[definition.name, tenants] as const],
      ),
    );
    return { listed: { services, routeMaps }, servedTo };
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
    return this.keepFacts(request);
  }

  private keepFacts({ id, terms }: AccessRequest): TermsFacts {
    const facts = {
      budget: terms.budget ?? null,
      routes: terms.routes,
      until: toInstant(new Date(latestEndOfTerms(terms))),
    };
    this.facts.set(id, facts);
    return facts;
  }
}

const feedLock = ({ id, kind, name, tenant }: Lock): FeedLock => ({ id, kind, name, tenant });

/** What a lock is about: a lock of a tenant or a service names it, and a tenant's own lock binds that tenant alone. */
export const subjectOfLock = ({ kind, name, tenant }: FeedLock): ChangeSubject => ({
  tenant: kind === 'tenant' ? name : tenant,
  service: kind === 'service' ? name : null,
});

/** A key that will retire carries `exp` (seconds since the epoch), so that gateways drop it by themselves. */
async function keys(unit: FeedUnit, now: Date): Promise<Record<string, unknown>[]> {
  return publishedKeys(await unit.keys.list('token'), now).map(({ publicJwk, retiresAt }) =>
    retiresAt === null ? publicJwk : { ...publicJwk, exp: Math.floor(Date.parse(retiresAt) / 1_000) },
  );
}

/** What customers have signed. Gateways validate it themselves; the feed only carries it. */
export async function trustPicture(unit: Pick<FeedUnit, 'trust' | 'stops' | 'relayed'>) {
  const validated = feedStops(await unit.stops.all());
  const relayed = feedRelayed(await unit.relayed.ofEnrolled());
  return {
    trust: feedTrust(await unit.trust.chains()),
    stops: [...validated.stops, ...relayed.stops],
    lifts: [...validated.lifts, ...relayed.lifts],
  };
}

/** Groups trust documents into one chain for each tenant. The versions of a tenant come oldest first. */
export function feedTrust(versions: readonly TrustVersion[]): FeedTrust[] {
  const chains = new Map<string, FeedTrust>();
  for (const { tenant, document, signatures } of versions) {
    const known = chains.get(tenant) ?? { tenant, chain: [] };
    known.chain.push({ document, signatures });
    chains.set(tenant, known);
  }
  return [...chains.values()];
}

type FeedStops = Required<Pick<ChangeData, 'stops' | 'lifts'>>;

/** Stops and lifts that this broker could not validate, as they arrived. Gateways decide which of them count. */
export function feedRelayed(relayed: readonly RelayedStop[]): FeedStops {
  const signatures = relayed.map(({ signature }) => signature);
  return { stops: signatures.filter(isStop), lifts: signatures.filter(isLift) };
}

/** Stops in force, and every lift: a gateway that was disconnected must learn that a stop it knows has ended. */
export function feedStops(stops: readonly Stop[]): FeedStops {
  const standing = stops.filter(({ lift }) => lift === null);
  return {
    stops: standing.map(({ signature }) => signature),
    lifts: stops.flatMap(({ lift }) => (lift === null ? [] : [lift])),
  };
}

/** What gateways check of a tenant's controls at each call. A member that is not needed is absent: older gateways refuse it. */
const feedTenant = ({ slug, controls }: TenantRecord): FeedTenant => ({
  slug,
  forbid: controls.forbid,
  ...(controls.requireGateway === true && { requireGateway: true }),
});
