import { FACT_NAMES, type FactName } from '@countersign/contract';
import type { RequestFact } from './report-figures.js';

/** Requests of one tenant whose terms state the same value of a fact about the requester. */
interface RequesterCount {
  /** A country code, the name of an entity, or a kind of employment. Null: the terms do not state this fact. */
  value: string | null;
  requested: number;
  approved: number;
  /** Of those requested: the vendor's identity provider had verified the value. For the others it is the vendor's statement. */
  verified: number;
}

/** Counts by each fact. Those of one fact add up to all requests; the row without a value is last, and always there. */
export type RequesterCounts = Record<FactName, RequesterCount[]>;

/**
 * Counts requests by the place and employer of the requester in the terms. Only for a tenant's own report:
 * docs/decisions/0039-place-and-employer.md says why the report about all tenants has no such counts.
 */
export const countRequesters = (requests: readonly RequestFact[]): RequesterCounts => ({
  country: countBy(requests, 'country'),
  entity: countBy(requests, 'entity'),
  employment: countBy(requests, 'employment'),
});

function countBy(requests: readonly RequestFact[], name: FactName): RequesterCount[] {
  const counts = new Map<string | null, RequesterCount>();
  const countOf = (value: string | null): RequesterCount => {
    const count = counts.get(value) ?? { value, requested: 0, approved: 0, verified: 0 };
    counts.set(value, count);
    return count;
  };
  for (const { state, requester } of requests) {
    const fact = requester?.[name];
    const count = countOf(fact?.value ?? null);
    count.requested += 1;
    if (state === 'approved') count.approved += 1;
    if (fact?.verified === true) count.verified += 1;
  }
  const unstated = countOf(null);
  const stated = [...counts.values()].filter((count) => count !== unstated);
  return [...stated.sort((a, b) => ((a.value ?? '') < (b.value ?? '') ? -1 : 1)), unstated];
}

/**
 * The counts as figures, by name: `accesses.approved.country.DE`, and `accesses.approved.no-country` if the terms do not state it.
 * The value comes last, so that no entity's name can be read as another figure.
 */
export const requesterFigures = (counts: RequesterCounts): [name: string, count: number][] =>
  FACT_NAMES.flatMap((fact) =>
    counts[fact].flatMap(({ value, ...numbers }) =>
      (['requested', 'approved', 'verified'] as const).map((number): [string, number] => [
        `accesses.${number}.${value === null ? `no-${fact}` : `${fact}.${value}`}`,
        numbers[number],
      ]),
    ),
  );
