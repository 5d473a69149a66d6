import { normaliseScope, ScopeError } from '@countersign/scope';
import { AccessError } from '../errors.js';
import type { Ask } from '../policy/ask.js';
import type { AskInput } from './draft-terms.js';

/** The ask in the form that is judged. @throws AccessError `invalid_request` on a malformed scope, `request_refused` on one too long */
export function normalisedAsk(input: AskInput): Ask {
  return {
    tenant: input.tenant,
    service: input.service,
    scope: wellFormedScope(input),
    seconds: input.seconds,
    justified: input.justification.trim() !== '',
  };
}

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
