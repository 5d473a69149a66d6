import type { Basis, Budget, ScopeEntry, Terms } from '@countersign/contract';

/** When access would begin. Instants are whole seconds. */
type RequestedStart = Pick<Terms, 'startsOn' | 'startsAt' | 'useBy'>;

/** What is asked, as the evaluator reads it: fresh from a body, or again from stored terms. */
export interface RequestedAccess extends RequestedStart {
  tenant: string;
  service: string;
  /** Normalised. */
  scope: ScopeEntry[];
  seconds: number;
  justified: boolean;
  /** As it was written, later its commitment; null where there is none. */
  ticket: string | null;
  budget?: Budget;
  /** Null: on an invitation where one fits, else on approval. */
  basis: Basis | null;
}

/** The ask that stored terms carry, for every later evaluation. */
export function requestedByTerms(terms: Terms): RequestedAccess {
  const { tenant, service, scope, seconds, basis, ticket = null } = terms;
  return { tenant, service, scope, seconds, basis, ticket, justified: true, ...startAndBudget(terms) };
}

/** What may be absent stays absent. */
export function startAndBudget({
  startsOn,
  startsAt,
  useBy,
  budget,
}: Partial<RequestedStart> & { budget?: Budget }): RequestedStart & { budget?: Budget } {
  return {
    startsOn: startsOn ?? 'approval',
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(useBy === undefined ? {} : { useBy }),
    ...(budget === undefined ? {} : { budget }),
  };
}
