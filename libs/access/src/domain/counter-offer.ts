import { ContractError, type Hashing, parseTerms, termsDigest, termsWidenings } from '@countersign/contract';
import { AccessError } from '../errors.js';
import type { AccessRequest } from './access-request.js';
import { requireFutureInstant } from './access-window.js';
import type { Offer } from './review.js';

/**
 * The narrower terms that a counter-offer puts in place of the request's: whole, well-formed, answering exactly
 * this request's digest, and allowing nothing that was not asked for.
 *
 * @param given as it came
 * @throws AccessError `invalid_request` naming the first member that is wrong
 */
export function parseCounterOffer(
  hashing: Hashing,
  request: AccessRequest,
  given: unknown,
  now: Date,
): Offer {
  const terms = wellFormed(given);
  if (terms.parent !== request.digest)
    throw invalid('/parent', 'The parent of a counter-offer is the digest that it answers.');
  const [widening] = termsWidenings(terms, request.terms);
  if (widening !== undefined)
    throw invalid(
      widening.pointer,
      `A counter-offer only narrows: ${widening.pointer.slice(1)} ${widening.detail}.`,
    );
  // A start that the request itself had may be over by now; a new one may not be.
  if (terms.startsAt !== request.terms.startsAt) requireFutureInstant('/terms/startsAt', terms.startsAt, now);
  if (Date.parse(terms.lapsesAt) <= now.getTime())
    throw invalid('/lapsesAt', 'This offer has lapsed already.');
  return { digest: termsDigest(hashing, terms), terms };
}

function wellFormed(given: unknown): ReturnType<typeof parseTerms> {
  if (given === undefined) throw invalid('', 'A counter-offer carries its whole new terms.');
  try {
    return parseTerms(given);
  } catch (error) {
    if (error instanceof ContractError) throw invalid(error.pointer ?? '', error.message);
    throw error;
  }
}

const invalid = (pointer: string, message: string): AccessError =>
  new AccessError('invalid_request', message, { pointer: `/terms${pointer}` });
