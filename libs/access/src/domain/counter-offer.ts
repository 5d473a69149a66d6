import { type Hashing, parseTerms, termsDigest, termsWidenings } from '@countersign/contract';
import { AccessError } from '../errors.js';
import type { AccessRequest } from './access-request.js';
import { requireFutureInstant } from './access-window.js';
import type { Offer } from './review.js';
import { parseInput } from './validate-input.js';

/**
 * Parses the terms of a counter-offer: whole, well-formed, answering exactly this request's digest, and allowing
 * nothing that was not requested.
 *
 * @param input as received
 * @throws AccessError `invalid_request` naming the first member that is wrong
 */
export function parseCounterOffer(
  hashing: Hashing,
  request: AccessRequest,
  input: unknown,
  now: Date,
): Offer {
  if (input === undefined) throw invalid('', 'A counter-offer carries its whole new terms.');
  const terms = parseInput('/terms', () => parseTerms(input));
  if (terms.parent !== request.digest)
    throw invalid('/parent', 'The parent of a counter-offer is the digest that it answers.');
  const [widening] = termsWidenings(terms, request.terms);
  if (widening !== undefined)
    throw invalid(
      widening.pointer,
      `A counter-offer only narrows: ${widening.pointer.slice(1)} ${widening.detail}.`,
    );
  // The request's own start may have passed by now. A new start must lie in the future.
  if (terms.startsAt !== request.terms.startsAt) requireFutureInstant('/terms/startsAt', terms.startsAt, now);
  if (Date.parse(terms.lapsesAt) <= now.getTime())
    throw invalid('/lapsesAt', 'This offer has lapsed already.');
  return { digest: termsDigest(hashing, terms), terms };
}

const invalid = (pointer: string, message: string): AccessError =>
  new AccessError('invalid_request', message, { pointer: `/terms${pointer}` });
