import { normaliseScope, ScopeError } from '@countersign/scope';
import { AccessError } from '../errors.js';
import { requireAhead } from '../policy/ahead.js';
import { type Ask, startOf } from '../policy/ask.js';
import type { AskInput } from './draft-terms.js';

/**
 * The ask in the form that is judged.
 *
 * @throws AccessError `invalid_request` on a malformed scope or times that make no sense, `request_refused` on a
 *   scope that is too long
 */
export function normalisedAsk(input: AskInput, now: Date): Ask {
  requireTimes(input, now);
  return {
    tenant: input.tenant,
    service: input.service,
    scope: wellFormedScope(input),
    seconds: input.seconds,
    justified: input.justification.trim() !== '',
    ticketed: input.ticket !== null && input.ticket.trim() !== '',
    ...startOf(input),
  };
}

function requireTimes({ startsAt, startsOn, useBy }: AskInput, now: Date): void {
  requireAhead('/startsAt', startsAt, now);
  requireAhead('/useBy', useBy, now);
  if (startsOn !== 'first-use') return;
  if (startsAt !== undefined)
    throw invalid('startsAt', 'What starts on first use has no start of its own: leave startsAt out.');
  if (useBy === undefined) throw invalid('useBy', 'What starts on first use needs useBy.');
}

const invalid = (member: string, message: string): AccessError =>
  new AccessError('invalid_request', message, { pointer: `/${member}` });

function wellFormedScope(input: AskInput): Ask['scope'] {
  try {
    return normaliseScope(input.scope);
  } catch (error) {
    if (!(error instanceof ScopeError)) throw error;
    if (error.code === 'terms_too_large')
      throw new AccessError('request_refused', error.message, {
        refusals: [{ code: 'terms_too_large', detail: error.message, pointer: '/scope' }],
        cause: error,
      });
    throw new AccessError('invalid_request', error.message, {
      pointer: `/scope${error.pointer ?? ''}`,
      cause: error,
    });
  }
}
