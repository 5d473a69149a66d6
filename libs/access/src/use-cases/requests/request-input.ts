import { CHANGE_IS_ONE_CALL } from '@countersign/contract';
import { requireFutureInstant } from '../../domain/access-window.js';
import { parseScope } from '../../domain/validate-input.js';
import { AccessError } from '../../errors.js';
import { type RequestedAccess, statedAccess } from '../../policy/requested-access.js';
import type { AccessRequestInput } from './draft-terms.js';

/**
 * Turns a request's body into what the evaluator decides about.
 *
 * @throws AccessError `invalid_request` for a malformed scope, contradictory times, or a change without a budget of one
 *   call; `request_refused` for a scope that is too long
 */
export function normaliseRequest(input: AccessRequestInput, now: Date): RequestedAccess {
  requireTimes(input, now);
  if (input.change !== undefined && input.budget?.calls !== 1)
    throw invalid('budget/calls', `${CHANGE_IS_ONE_CALL}: one call spends it.`);
  return {
    ...statedAccess(input),
    scope: parseScope(input.scope),
    justified: input.justification.trim() !== '',
    justificationLength: letterCount(input.justification),
    reasonCode: input.reasonCode ?? null,
    ticket: blankToNull(input.ticket),
    basis: input.basis ?? null,
  };
}

/** How many letters and digits a text has. */
export const letterCount = (text: string): number => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;

const blankToNull = (text: string | null): string | null => (text?.trim() === '' ? null : text);

function requireTimes({ startsAt, startsOn, useBy }: AccessRequestInput, now: Date): void {
  requireFutureInstant('/startsAt', startsAt, now);
  requireFutureInstant('/useBy', useBy, now);
  if (startsOn !== 'first-use') return;
  if (startsAt !== undefined) throw invalid('startsAt', 'Access that starts on first use has no startsAt.');
  if (useBy === undefined) throw invalid('useBy', 'Access that starts on first use needs useBy.');
}

const invalid = (member: string, message: string): AccessError =>
  new AccessError('invalid_request', message, { pointer: `/${member}` });
