import {
  type AccessKind,
  COVERAGE_STATES,
  type CoverageState,
  type CredentialKind,
  MOST_LISTED,
  type Recurrence,
  type ScopeEntry,
} from '@countersign/contract';

/** Everything that is a way to customers' data today, and what stands beside it: see `StandingStatement`. */

/** One way to customers' data, as the vendor states it. */
interface CoveredWay {
  way: string;
  state: CoverageState;
  /** What controls it, if that is not Countersign. */
  by?: string;
  /** The services whose data it leads to; absent: all. */
  services?: string[];
}

/**
 * The vendor's own list of every way to customers' data. Countersign can count what goes through it, and nothing else: without
 * this list, a statement of "zero" would say more than it knows.
 */
export interface Coverage {
  /** The day on which the list was last checked, `YYYY-MM-DD`. */
  checkedOn: string;
  ways: CoveredWay[];
}

/** How many ways each state has. */
const countCoverage = ({ ways }: Coverage): Record<CoverageState, number> =>
  Object.fromEntries(
    COVERAGE_STATES.map((state) => [state, ways.filter((each) => each.state === state).length]),
  ) as Record<CoverageState, number>;

/** One way in. */
export interface WayIn<Kind extends string = AccessKind | CredentialKind> {
  kind: Kind;
  /** Of the grant, invitation, key, session or gateway; of a rule, its basis. */
  id: string;
  /** Null: the vendor's, or not of one tenant. */
  tenant: string | null;
  /** Who has it: a person's id; null for a gateway, and for a rule, which the whole organisation has signed. */
  owner: string | null;
  /** A gateway's name; null otherwise. */
  name: string | null;
  /** Null if it is not about one service. */
  service: string | null;
  scope: ScopeEntry[] | null;
  /** The weekly times of an invitation that recurs; null otherwise. */
  recurs: Recurrence | null;
  /** Since when it exists. */
  since: string;
  /** When it ends by itself; null if never. */
  until: string | null;
}

/** How many credentials of a kind there are, and since when the oldest exists; null if there are none. */
export interface CredentialCount {
  count: number;
  oldest: string | null;
}

/** The credentials of one side's people. */
export type PeoplesCredentials = Record<'apiKeys' | 'sessions', CredentialCount>;

export const NO_CREDENTIALS: PeoplesCredentials = {
  apiKeys: { count: 0, oldest: null },
  sessions: { count: 0, oldest: null },
};

/** What a statement about one tenant says of all tenants alike. */
export interface DeploymentStanding {
  gateways: WayIn<'gateway'>[];
  /** Ids of the gateways that served the tenant at some time since its last statement, revoked ones included. */
  serving: string[];
  vendor: PeoplesCredentials;
  coverage: Coverage | null;
}

/**
 * The leaf `standing.stated`: every way in through Countersign to one tenant's data at one moment. `zero` is about `ways`
 * alone, and says nothing about the ways of `coverage` that others control or that are open.
 */
export interface StandingStatement {
  day: string;
  zero: boolean;
  /** At most `MOST_LISTED.ways`; the oldest first. */
  ways: { kind: AccessKind; id: string; owner: string | null; since: string; until: string | null }[];
  /** How many more there are. */
  more: number;
  credentials: { gateways: number; vendor: PeoplesCredentials; tenant: PeoplesCredentials };
  /**
   * The gateways that served the tenant since the last statement, by id; at most `MOST_LISTED.gateways`. Each of them signs a head in this
   * log once a day, so that a gateway whose records are hidden as a whole shows.
   */
  gateways: string[];
  /** How many more there are. */
  moreGateways: number;
  /** How many other ways the vendor has stated; null if it has stated nothing. */
  coverage: (Record<CoverageState, number> & { checkedOn: string }) | null;
}

/** Builds the statement of a tenant. */
export function stateStanding(
  day: string,
  ways: readonly WayIn<AccessKind>[],
  own: PeoplesCredentials,
  { gateways, serving, vendor, coverage }: DeploymentStanding,
): StandingStatement {
  const listed = oldestFirst(ways).slice(0, MOST_LISTED.ways);
  return {
    day,
    zero: ways.length === 0,
    ways: listed.map(({ kind, id, owner, since, until }) => ({ kind, id, owner, since, until })),
    more: ways.length - listed.length,
    credentials: { gateways: gateways.length, vendor, tenant: own },
    gateways: serving.toSorted().slice(0, MOST_LISTED.gateways),
    moreGateways: Math.max(0, serving.length - MOST_LISTED.gateways),
    coverage: coverage === null ? null : { ...countCoverage(coverage), checkedOn: coverage.checkedOn },
  };
}

/** The oldest first: age is what a reader looks for. */
export const oldestFirst = <Way extends Pick<WayIn, 'since' | 'id'>>(ways: readonly Way[]): Way[] =>
  [...ways].sort((a, b) => Date.parse(a.since) - Date.parse(b.since) || (a.id < b.id ? -1 : 1));
