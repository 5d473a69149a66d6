import { ContractError, normaliseScope, type ScopeEntry } from '@countersign/contract';
import { requireFutureInstant } from '../../domain/access-window.js';
import { AccessError } from '../../errors.js';
import { type RequestedAccess, startAndBudget } from '../../policy/requested-access.js';
import type { AccessRequestInput } from './draft-terms.js';

/**
 * The ask in the form that is judged.
 *
 * @throws AccessError `invalid_request` on a malformed scope or times that make no sense, `request_refused` on a
 *   scope that is too long
 */
export function normaliseRequest(input: AccessRequestInput, now: Date): RequestedAccess {
  requireTimes(input, now);
  return {
    tenant: input.tenant,
    service: input.service,
    scope: parseScope(input.scope),
    seconds: input.seconds,
    justified: input.justification.trim() !== '',
    ticket: blankIsNone(input.ticket),
    basis: input.basis ?? null,
    ...startAndBudget(input),
  };
}

const blankIsNone = (text: string | null): string | null => (text?.trim() === '' ? null : text);

function requireTimes({ startsAt, startsOn, useBy }: AccessRequestInput, now: Date): void {
  requireFutureInstant('/startsAt', startsAt, now);
  requireFutureInstant('/useBy', useBy, now);
  if (startsOn !== 'first-use') return;
  if (startsAt !== undefined)
    throw invalid('startsAt', 'What starts on first use has no start of its own: leave startsAt out.');
  if (useBy === undefined) throw invalid('useBy', 'What starts on first use needs useBy.');
}

const invalid = (member: string, message: string): AccessError =>
  new AccessError('invalid_request', message, { pointer: `/${member}` });

/** @throws AccessError `invalid_request`, or `request_refused` if it is too long */
export function parseScope(scope: readonly ScopeEntry[]): ScopeEntry[] {
  try {
    return normaliseScope(scope);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
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
