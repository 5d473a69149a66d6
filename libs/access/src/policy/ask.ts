import type { ScopeEntry, Terms } from '@countersign/scope';

/** What is asked, as the evaluator reads it: fresh from a body, or again from stored terms. */
export interface Ask {
  tenant: string;
  service: string;
  /** Normalised. */
  scope: ScopeEntry[];
  seconds: number;
  justified: boolean;
}

/** The ask that stored terms carry, for every later evaluation. */
export function askOf(terms: Terms): Ask {
  return {
    tenant: terms.tenant,
    service: terms.service,
    scope: terms.scope,
    seconds: terms.seconds,
    justified: true,
  };
}
