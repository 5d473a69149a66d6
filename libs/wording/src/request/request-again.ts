import type { Budget, ScopeEntry } from '@countersign/contract';
import { pickPresent, STATED_TEXTS, type StatedAnswers } from './members.js';

/** A request as the API answers it. */
export interface PastRequest extends StatedAnswers {
  tenant: string;
  service: string;
  scope: ScopeEntry[];
  duration: string;
  justification: string | null;
  terms: { budget?: Budget; unmasked?: true };
}

/** What of a past request is requested again, or kept as a template: neither its times, which may be past, nor its exact change. */
export function requestAgain(past: PastRequest) {
  const { tenant, service, scope, duration, terms } = past;
  const { budget, unmasked } = terms;
  const names = ['justification', ...STATED_TEXTS, 'budget', 'unmasked'] as const;
  return { tenant, service, scope, duration, ...pickPresent({ ...past, budget, unmasked }, names) };
}
