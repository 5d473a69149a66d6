import { type Budget, formatDuration, type ScopeEntry } from '@countersign/contract';
import { pickStated, type StatedAnswers } from './members.js';

/** A request as the API answers it. */
export interface PastRequest extends StatedAnswers {
  tenant: string;
  service: string;
  scope: ScopeEntry[];
  justification: string | null;
  terms: { seconds: number; budget?: Budget; unmasked?: true };
}

/** What of a past request is requested again, or kept as a template: neither its times, which may be past, nor its exact change. */
export function requestAgain(past: PastRequest) {
  const { tenant, service, scope, justification, terms } = past;
  const { seconds, budget, unmasked } = terms;
  return {
    ...{ tenant, service, scope, duration: formatDuration(seconds) },
    ...(justification === null ? {} : { justification }),
    ...pickStated(past),
    ...(budget === undefined ? {} : { budget }),
    ...(unmasked && { unmasked }),
  };
}
