import { normaliseScope, ScopeError } from '@countersign/scope';
import { AccessError } from '../errors.js';
import type { Ask } from '../policy/ask.js';
import type { AskInput } from './draft-terms.js';

/** The ask in the form that is judged. @throws AccessError `invalid_request` on a malformed scope */
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
    throw new AccessError('invalid_request', error.message, { pointer: '/scope', cause: error });
  }
}
