import type { Basis, Terms } from '@countersign/contract';

/** When the evaluator runs: for an invitation, a request (and its preview), each review, a scheduled start, each mint. */
export type Stage = 'invite' | 'request' | 'review' | 'activation' | 'mint';

/** Members that the evaluator reads as they are stated. What is absent stays absent. */
const READ_AS_STATED = [
  'tenant',
  'service',
  'scope',
  'seconds',
  'startsAt',
  'useBy',
  'budget',
  'unmasked',
] as const satisfies readonly (keyof Terms)[];
type ReadAsStated = Pick<Terms, (typeof READ_AS_STATED)[number]>;

/** The access that the evaluator decides about: from a new request's body, or from stored terms. */
export interface RequestedAccess extends ReadAsStated, Pick<Terms, 'startsOn'> {
  justified: boolean;
  /** How many letters and digits the justification of a new request has; absent for stored terms. */
  justificationLength?: number;
  /** What kind of reason the requester states; null if none. */
  reasonCode: string | null;
  /** As written in a new request; from stored terms its commitment; null if there is none. */
  ticket: string | null;
  /** Null: an invitation if one matches, else approval. */
  basis: Basis | null;
}

/**
 * The access that stored terms describe, for every later evaluation.
 *
 * @param reasonCode as the request states it: the terms, whose shape is fixed, do not have it
 */
export function requestedByTerms(terms: Terms, reasonCode: string | null): RequestedAccess {
  const { basis, ticket = null } = terms;
  return { ...statedAccess(terms), basis, ticket, reasonCode, justified: true };
}

/** What the evaluator reads as it is stated: in the body of a request, or in stored terms. */
export function statedAccess(
  stated: ReadAsStated & Partial<Pick<Terms, 'startsOn'>>,
): ReadAsStated & Pick<Terms, 'startsOn'> {
  const read = READ_AS_STATED.flatMap((name) =>
    stated[name] === undefined ? [] : [[name, stated[name]] as const],
  );
  return { ...(Object.fromEntries(read) as ReadAsStated), startsOn: stated.startsOn ?? 'approval' };
}
