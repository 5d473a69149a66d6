import type { Basis, Budget, ScopeEntry, Terms } from '@countersign/contract';

/** When the evaluator runs: for an invitation, a request (and its preview), each review, a scheduled start, each mint. */
export type Stage = 'invite' | 'request' | 'review' | 'activation' | 'mint';

/** When access would start. Instants are whole seconds. */
type RequestedStart = Pick<Terms, 'startsOn' | 'startsAt' | 'useBy'>;

/** The access that the evaluator decides about: from a new request's body, or from stored terms. */
export interface RequestedAccess extends RequestedStart {
  tenant: string;
  service: string;
  /** Normalised. */
  scope: ScopeEntry[];
  seconds: number;
  justified: boolean;
  /** How many letters and digits the justification of a new request has; absent for stored terms. */
  justificationLength?: number;
  /** What kind of reason the requester states; null if none. */
  reasonCode: string | null;
  /** As written in a new request; from stored terms its commitment; null if there is none. */
  ticket: string | null;
  budget?: Budget;
  /** Answers show the fields that routes mask. */
  unmasked?: true | undefined;
  /** Null: an invitation if one matches, else approval. */
  basis: Basis | null;
}

/**
 * The access that stored terms describe, for every later evaluation.
 *
 * @param reasonCode as the request states it: the terms, whose shape is fixed, do not have it
 */
export function requestedByTerms(terms: Terms, reasonCode: string | null): RequestedAccess {
  const { tenant, service, scope, seconds, basis, ticket = null, unmasked } = terms;
  return {
    ...{ tenant, service, scope, seconds, basis, ticket, reasonCode, justified: true },
    ...(unmasked && { unmasked }),
    ...startAndBudget(terms),
  };
}

/** Copies these members; what is absent stays absent. */
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
