import {
  DEMAND_KINDS,
  type DemandKind,
  type DemandState,
  type RedirectOutcome,
  type RequesterFacts,
} from '@countersign/contract';
import { type Figure, isSafe, type Relation } from './disclosure-control.js';

/** What a report counts of one demand. It names no person and no account. */
export interface DemandCount {
  id: string;
  country: string;
  kind: DemandKind;
  receivedAt: string;
  /** The tenants that it is about. */
  tenants: string[];
  /** The state that it is in now. */
  state: DemandState;
  /** Which states it has been through. */
  steps: DemandState[];
  /** What the authority answered when it was sent to the customer; null if it was not sent yet. */
  redirected: RedirectOutcome | null;
  /** Null if nothing was disclosed. */
  disclosed: { withContent: boolean; accounts: number } | null;
  /** How many accounts the demand names. */
  accounts: number;
  /** Still sealed by a gag: it may be counted in figures about all tenants, never in those of one. */
  isSealed: boolean;
}

/** What a report counts of one request. */
export interface RequestFact {
  id: string;
  tenant: string;
  state: 'approved' | 'denied' | 'other';
  isEmergency: boolean;
  createdAt: string;
  /** When it was approved or denied; null if it was not. */
  decidedAt: string | null;
  /** Place and employer as the terms state them. Null if they state none, and in the facts about all tenants, which do not count them. */
  requester: RequesterFacts | null;
}

/** Everything that one report is about. */
export interface ReportFacts {
  demands: readonly DemandCount[];
  requests: readonly RequestFact[];
  /** Emergencies that were explained late, by the id of their grant. */
  lateDisclosures: readonly { id: string; tenant: string }[];
}

/** A figure with what it counts, so that an auditor can follow it to its objects. */
interface TracedFigure extends Figure {
  /** Ids of demands or requests. */
  members: readonly string[];
}

interface ReportFigures {
  figures: ReadonlyMap<string, TracedFigure>;
  relations: readonly Relation[];
  /** Countries with a row of their own, as ISO 3166-1 alpha-2, by name. */
  countries: readonly string[];
}

/** The row of all countries that too few tenants are concerned by. */
export const OTHER_COUNTRIES = 'other';

const STEPS = ['redirected', 'challenged', 'narrowed', 'rejected'] as const;
const OUTCOMES = ['approved', 'denied', 'other'] as const;

/**
 * Counts everything that a report shows. Names of figures are the same in every report: `demands`, `demands.country.DE`,
 * `demands.country.DE.warrant`, `demands.kind.warrant`, `demands.redirected`, `accesses.approved`, and so on.
 *
 * @param ownCountries true in the report of one tenant: every country has a row of its own
 */
export function countFigures(facts: ReportFacts, ownCountries = false): ReportFigures {
  const { demands, requests, lateDisclosures } = facts;
  const figures = new Map<string, TracedFigure>();
  const relations: Relation[] = [];
  const countries = rowCountries(demands, ownCountries);
  const rowOf = ({ country }: DemandCount) => (countries.includes(country) ? country : OTHER_COUNTRIES);
  const rows = ownCountries ? countries : [...countries, OTHER_COUNTRIES];
  figures.set('demands', ofDemands(demands));
  for (const kind of DEMAND_KINDS)
    figures.set(`demands.kind.${kind}`, ofDemands(demands.filter((each) => each.kind === kind)));
  for (const row of rows) {
    const own = demands.filter((each) => rowOf(each) === row);
    figures.set(`demands.country.${row}`, ofDemands(own));
    for (const kind of DEMAND_KINDS)
      figures.set(`demands.country.${row}.${kind}`, ofDemands(own.filter((each) => each.kind === kind)));
    const parts = DEMAND_KINDS.map((kind) => `demands.country.${row}.${kind}`);
    relations.push({ total: `demands.country.${row}`, parts });
  }
  for (const kind of DEMAND_KINDS)
    relations.push({
      total: `demands.kind.${kind}`,
      parts: rows.map((row) => `demands.country.${row}.${kind}`),
    });
  relations.push(
    { total: 'demands', parts: DEMAND_KINDS.map((kind) => `demands.kind.${kind}`) },
    { total: 'demands', parts: rows.map((row) => `demands.country.${row}`) },
  );
  countOutcomes(demands, figures, relations);
  countAccesses(requests, figures, relations);
  figures.set('disclosures.late', ofObjects(lateDisclosures));
  return { figures, relations, countries };
}

/** What became of the demands. A demand can be challenged and disclosed, so these do not add up to all. */
function countOutcomes(
  demands: readonly DemandCount[],
  figures: Map<string, TracedFigure>,
  relations: Relation[],
): void {
  for (const step of STEPS) {
    figures.set(`demands.${step}`, ofDemands(demands.filter(({ steps }) => steps.includes(step))));
    relations.push({ total: 'demands', parts: [`demands.${step}`], atLeast: true });
  }
  const disclosed = demands.flatMap((demand) =>
    demand.disclosed === null ? [] : [{ demand, ...demand.disclosed }],
  );
  figures.set('demands.disclosed', ofDemands(disclosed.map(({ demand }) => demand)));
  relations.push({ total: 'demands', parts: ['demands.disclosed'], atLeast: true });
  for (const [name, withContent] of [
    ['with-content', true],
    ['without-content', false],
  ] as const)
    figures.set(
      `demands.disclosed.${name}`,
      ofDemands(disclosed.filter((each) => each.withContent === withContent).map(({ demand }) => demand)),
    );
  const parts = ['demands.disclosed.with-content', 'demands.disclosed.without-content'];
  relations.push({ total: 'demands.disclosed', parts });
  figures.set('accounts.disclosed', {
    value: disclosed.reduce((sum, { accounts }) => sum + accounts, 0),
    byTenant: sumByTenant(
      disclosed.map(({ demand, accounts }) => ({ tenants: demand.tenants, count: accounts })),
    ),
    members: disclosed.map(({ demand }) => demand.id),
  });
}

function countAccesses(
  requests: readonly RequestFact[],
  figures: Map<string, TracedFigure>,
  relations: Relation[],
): void {
  figures.set('accesses.requested', ofObjects(requests));
  for (const outcome of OUTCOMES)
    figures.set(`accesses.${outcome}`, ofObjects(requests.filter(({ state }) => state === outcome)));
  figures.set('accesses.emergency', ofObjects(requests.filter(({ isEmergency }) => isEmergency)));
  relations.push(
    { total: 'accesses.requested', parts: OUTCOMES.map((outcome) => `accesses.${outcome}`) },
    { total: 'accesses.requested', parts: ['accesses.emergency'], atLeast: true },
  );
}

/**
 * Countries that have a row: those whose total is safe. A row of its own for a country that one tenant is concerned by would say
 * that there was something, so such countries share one row.
 */
function rowCountries(demands: readonly DemandCount[], all: boolean): string[] {
  const names = [...new Set(demands.map(({ country }) => country))].sort();
  return all
    ? names
    : names.filter((name) => isSafe(ofDemands(demands.filter(({ country }) => country === name))));
}

const ofDemands = (demands: readonly DemandCount[]): TracedFigure => ({
  value: demands.length,
  byTenant: sumByTenant(demands.map(({ tenants }) => ({ tenants, count: 1 }))),
  members: demands.map(({ id }) => id),
});

/** Requests, or disclosures of emergencies: each belongs to one tenant. */
const ofObjects = (requests: readonly { id: string; tenant: string }[]): TracedFigure => ({
  value: requests.length,
  byTenant: sumByTenant(requests.map(({ tenant }) => ({ tenants: [tenant], count: 1 }))),
  members: requests.map(({ id }) => id),
});

function sumByTenant(parts: readonly { tenants: readonly string[]; count: number }[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { tenants, count } of parts)
    for (const tenant of tenants) sums.set(tenant, (sums.get(tenant) ?? 0) + count);
  return sums;
}

/** Limits of the steps in which times are published, in seconds. */
const TIME_STEPS = [0, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400] as const;

/**
 * The median time from request to decision, as the step that it lies in: the exact median is one request's time. Null if too few
 * tenants had decisions.
 */
export function medianDecision(
  requests: readonly RequestFact[],
  isOfOneTenant: boolean,
): { lo: number; hi: number | null } | null {
  const decided = requests.filter(({ decidedAt }) => decidedAt !== null);
  if (decided.length === 0 || !(isOfOneTenant || isSafe(ofObjects(decided)))) return null;
  const seconds = decided
    .map(({ createdAt, decidedAt }) => (Date.parse(decidedAt ?? '') - Date.parse(createdAt)) / 1_000)
    .sort((a, b) => a - b);
  const middle = ((seconds[(seconds.length - 1) >> 1] ?? 0) + (seconds[seconds.length >> 1] ?? 0)) / 2;
  if (isOfOneTenant) return { lo: middle, hi: middle };
  const at = TIME_STEPS.findLastIndex((step) => middle >= step);
  return { lo: TIME_STEPS[at] ?? 0, hi: TIME_STEPS[at + 1] ?? null };
}
