import type { AccessPolicy, Lock, Person, PersonFacts, ServiceRecord } from '@countersign/access/policy';
import {
  ContractError,
  FACT_SOURCES,
  type Hashing,
  type Opening,
  readStrictJsonText,
  routeMapHash,
  type ServiceDefinition,
  serviceDefinitionSchema,
} from '@countersign/contract';
import type { LeafData, LeafOf } from './leaf-data.js';
import { LockHistory } from './lock-history.js';
import {
  BROKER_TOLERANCE_MS,
  DEPLOYMENT_TOLERANCE_MS,
  type Moment,
  type Timeline,
  valueAt,
} from './timeline.js';

type OfGateway = LeafOf<
  'gateway.enrolled' | 'gateway.registered' | 'gateway.revoked' | 'gateway.closed' | 'gateway.returned'
>;
type OfService = LeafOf<'service.applied' | 'service.removed'>;
type OfPerson = LeafOf<'person.add' | 'person.change' | 'person.remove'>;

/** A gateway is closed so soon after the last contact, with some room. */
const CLOSED_WITHIN_MS = 3_600_000;
const TIMES_APART_MS = 10 * 60_000;

type Staff = { roles: Person['roles']; groups?: string[]; facts?: PersonFacts; removed: boolean };
type Service = { routes: string; removed: boolean };
/** A time in which the deployment's log says that no broker had contact with a gateway. `until` is null while it goes on. */
type Absence = { from: number; closedAt: number; until: number | null };

/** A gateway as the leaves of the deployment's log describe it. Times in milliseconds since the epoch. */
export type Gateway = {
  publicKey: string | null;
  enrolledAt: number;
  /** When it registered its key. Before that it cannot serve anyone. */
  registeredAt: number | null;
  revokedAt: number | null;
  /** True if it is for every tenant. Otherwise this log does not say for which. */
  servesAll: boolean;
  absences: Absence[];
};

/** What the leaves of the deployment's log lead to. Plain values, so that it can be kept between runs. */
export type DeploymentState = {
  policies: Timeline<AccessPolicy>;
  staff: Map<string, Timeline<Staff>>;
  services: Map<string, Timeline<Service>>;
  /** Route maps that are opened to the reader, by hash. */
  maps: Map<string, ServiceDefinition>;
  gateways: Map<string, Gateway>;
  locks: LockHistory['state'];
  /** The leaves by which something has changed that decisions depend on. */
  changes: { at: number; index: number }[];
  /** Times of leaves, from the oldest on: when brokers were running. Of those close together, the first. */
  times: number[];
};

const byIndex = (one: { index?: number }, other: { index?: number }): number =>
  (one.index ?? 0) - (other.index ?? 0);

/** Whether the leaf says that a service was set up, changed or removed. Such leaves decide about calls. */
export const isService = (data: LeafOf): data is OfService =>
  data.type === 'service.applied' || data.type === 'service.removed';

/** The vendor's policy, staff, services, gateways and locks at each moment, from the deployment's log. */
export class DeploymentHistory {
  readonly locks: LockHistory;

  constructor(
    readonly state: DeploymentState = {
      policies: [],
      staff: new Map(),
      services: new Map(),
      maps: new Map(),
      gateways: new Map(),
      locks: { locks: [] },
      changes: [],
      times: [],
    },
  ) {
    this.locks = new LockHistory(state.locks);
  }

  /** Takes the next leaf of the deployment's log. */
  take(data: LeafOf): void {
    if (data.at - (this.state.times.at(-1) ?? Number.NEGATIVE_INFINITY) > TIMES_APART_MS)
      this.state.times.push(data.at);
    switch (data.type) {
      case 'vendor.applied':
        this.takePolicy(data);
        break;
      case 'person.add':
      case 'person.change':
      case 'person.remove':
        this.takePerson(data);
        break;
      case 'service.applied':
      case 'service.removed': {
        const { service } = data.members;
        // Its hash must be readable with its name.
        if (service !== undefined)
          this.takeService(data, service, data.required('routes', data.members.routes));
        return;
      }
      case 'gateway.enrolled':
      case 'gateway.registered':
      case 'gateway.revoked':
      case 'gateway.closed':
      case 'gateway.returned':
        this.takeGateway(data);
        break;
      case 'lock.set':
      case 'lock.lifted':
        this.locks.take(data, (person, role) => this.staffHad(person, role, data.at));
        this.state.changes.push({ at: data.at, index: data.index });
    }
  }

  /**
   * Takes what is opened of a leaf about a service (`isService`): its definition and, if the service is for some tenants, its
   * name and hash. Those of other tenants' services are not open to the reader.
   *
   * @throws LogFault `false_route_map`
   */
  takeServiceOpenings(hashing: Hashing, data: OfService, opened: ReadonlyMap<string, Opening>): void {
    const read = (name: 'service' | 'routes') => data.members[name] ?? opened.get(name)?.value;
    const [service, routes, definition] = [read('service'), read('routes'), opened.get('definition')];
    if (service === undefined || routes === undefined) return;
    if (data.members.service === undefined) this.takeService(data, service, routes);
    if (definition !== undefined) this.takeDefinition(hashing, data, routes, definition);
  }

  private takeDefinition(hashing: Hashing, data: LeafData, routes: string, { value }: Opening): void {
    try {
      const definition = serviceDefinitionSchema.parse(readStrictJsonText(value));
      if (routeMapHash(hashing, definition) === routes) return void this.state.maps.set(routes, definition);
    } catch (error) {
      if (!(error instanceof ContractError) && !(error instanceof Error && error.name === 'ZodError'))
        throw error;
    }
    throw data.fault('false_route_map', 'the definition of the service is not that of its route map.');
  }

  /**
   * Moments at which the deployment's rules may be read for something that happened at `at`: then, and shortly before and
   * after, if they changed.
   *
   * @param before only what these first leaves say counts. Default: all of them
   */
  momentsAround(at: number, before = Number.POSITIVE_INFINITY): Moment[] {
    const near = this.state.changes.filter((change) => Math.abs(change.at - at) <= DEPLOYMENT_TOLERANCE_MS);
    const times = new Set([at, ...near.flatMap((change) => [change.at, change.at - 1])]);
    return [...times].map((time) => ({ at: time, before }));
  }

  /** A change that says that it is older than a moment at which the log did not have it yet; undefined if there is none. */
  backdated({ at, before }: Moment): number | undefined {
    return this.state.changes.find((change) => change.index >= before && change.at < at - BROKER_TOLERANCE_MS)
      ?.index;
  }

  policyAt(moment: Moment): AccessPolicy | undefined {
    return valueAt(this.state.policies, moment);
  }

  /** A person of the vendor's staff as the evaluator reads them; undefined if there is none. */
  staffAt(id: string, moment: Moment): Person | undefined {
    const staff = valueAt(this.state.staff.get(id) ?? [], moment);
    if (staff === undefined) return undefined;
    const { roles, groups, facts, removed } = staff;
    const removedAt = removed ? new Date(moment.at).toISOString() : null;
    return {
      id,
      tenant: null,
      email: '',
      name: '',
      roles,
      ...(groups === undefined ? {} : { groups }),
      ...(facts === undefined ? {} : { facts }),
      removedAt,
    };
  }

  /** Whether this person held the role at that moment, or shortly before or after. */
  staffHad(id: string, role: string, at: number): boolean {
    return this.momentsAround(at).some((moment) => {
      const staff = valueAt(this.state.staff.get(id) ?? [], moment);
      return staff !== undefined && !staff.removed && (staff.roles as string[]).includes(role);
    });
  }

  /**
   * A service as the evaluator reads it; null if there is none. Without its opened definition it has no routes, and
   * `isOpened` is false.
   */
  serviceAt(name: string, moment: Moment): (ServiceRecord & { isOpened: boolean }) | null {
    const service = valueAt(this.state.services.get(name) ?? [], moment);
    if (service === undefined || service.removed) return null;
    const definition = this.state.maps.get(service.routes);
    return {
      definition: definition ?? {
        name,
        upstream: 'https://unknown',
        audience: name,
        tenantFrom: 'path',
        routes: [],
      },
      routes: service.routes,
      removedAt: null,
      isOpened: definition !== undefined,
    };
  }

  mapOf(routes: string): ServiceDefinition | undefined {
    return this.state.maps.get(routes);
  }

  get gateways(): ReadonlyMap<string, Gateway> {
    return this.state.gateways;
  }

  gateway(id: string): Gateway | undefined {
    return this.state.gateways.get(id);
  }

  /** The locks of the whole deployment that block this access at that moment. */
  locksAt(access: Parameters<LockHistory['blocking']>[0], at: number): Lock[] {
    return this.locks.blocking(access, at);
  }

  private takePolicy(data: LeafOf<'vendor.applied'>): void {
    const policy = data.members.after.policy as AccessPolicy;
    this.state.policies.push({ at: data.at, index: data.index, value: policy });
    this.state.changes.push({ at: data.at, index: data.index });
  }

  private takePerson(data: OfPerson): void {
    const { person: id, after, groups, facts } = data.members;
    const timeline = this.state.staff.get(id) ?? [];
    const value = {
      roles: after as Person['roles'],
      ...(groups === undefined ? {} : { groups: [...groups] }),
      ...(facts === undefined ? {} : { facts: factsOfLeaf(data.at, facts) }),
      removed: data.type === 'person.remove',
    };
    this.state.staff.set(id, [...timeline, { at: data.at, index: data.index, value }]);
    this.state.changes.push({ at: data.at, index: data.index });
  }

  /** In the order of the log, although what is opened may arrive in another one. */
  private takeService(data: OfService, name: string, routes: string): void {
    const value = { routes, removed: data.type === 'service.removed' };
    const timeline = [...(this.state.services.get(name) ?? []), { at: data.at, index: data.index, value }];
    this.state.services.set(name, timeline.sort(byIndex));
    this.state.changes.push({ at: data.at, index: data.index });
    this.state.changes.sort(byIndex);
  }

  private takeGateway(data: OfGateway): void {
    const { gateways } = this.state;
    const id = data.members.gateway;
    const known = gateways.get(id) ?? {
      ...{ publicKey: null, enrolledAt: data.at, registeredAt: null, revokedAt: null },
      ...{ servesAll: servesAll(data), absences: [] },
    };
    if (data.type === 'gateway.enrolled') gateways.set(id, known);
    else if (data.type === 'gateway.registered') {
      const publicKey = data.members.publicKey;
      // A gateway keeps its key for good. With another one, someone else could sign for it.
      if (known.publicKey !== null && known.publicKey !== publicKey)
        throw data.fault('bad_head', `${id} had registered another key before.`);
      gateways.set(id, { ...known, publicKey, registeredAt: known.registeredAt ?? data.at });
    } else if (data.type === 'gateway.revoked') gateways.set(id, { ...known, revokedAt: data.at });
    else if (data.type === 'gateway.closed') takeAbsence(known, data);
    else if (data.type === 'gateway.returned')
      for (const absence of known.absences) absence.until ??= data.at;
  }
}

/** A gateway is for all tenants, or for a number of them. */
const servesAll = (data: OfGateway): boolean =>
  data.type !== 'gateway.enrolled' || data.members.serves.tenants === null;

/** A broker closes a gateway that it has not heard from for a quarter of an hour. So nothing is excused that was much earlier. */
function takeAbsence({ absences }: Gateway, data: LeafOf<'gateway.closed'>): void {
  const { lastSeenAt } = data.members;
  const from = Math.max(lastSeenAt === null ? 0 : data.instant('lastSeenAt'), data.at - CLOSED_WITHIN_MS);
  absences.push({ from: Math.min(from, data.at), closedAt: data.at, until: null });
}

/** The facts of a `person.*` leaf, which names for each the one source that counts. */
function factsOfLeaf(time: number, facts: NonNullable<OfPerson['members']['facts']>): PersonFacts {
  const listed = Object.entries(facts);
  const at = new Date(time).toISOString();
  return Object.fromEntries(
    FACT_SOURCES.flatMap((source) => {
      const own = listed
        .filter(([, fact]) => fact.source === source)
        .map(([name, { value }]) => [name, value]);
      return own.length === 0 ? [] : [[source, { at, ...Object.fromEntries(own) }]];
    }),
  );
}
