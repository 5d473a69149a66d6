import type { ScopeEntry, Terms } from '@countersign/scope';

/** When access would begin. Instants are whole seconds. */
export type AskedStart = Pick<Terms, 'startsOn' | 'startsAt' | 'useBy'>;

/** What is asked, as the evaluator reads it: fresh from a body, or again from stored terms. */
export interface Ask extends AskedStart {
  tenant: string;
  service: string;
  /** Normalised. */
  scope: ScopeEntry[];
  seconds: number;
  justified: boolean;
  /** Whether a ticket is named. */
  ticketed: boolean;
}

/** The ask that stored terms carry, for every later evaluation. */
export function askOf(terms: Terms): Ask {
  return {
    tenant: terms.tenant,
    service: terms.service,
    scope: terms.scope,
    seconds: terms.seconds,
    justified: true,
    ticketed: terms.ticket !== undefined,
    ...startOf(terms),
  };
}

/** Absent members stay absent. */
export function startOf({ startsOn, startsAt, useBy }: Partial<AskedStart>): AskedStart {
  return {
    startsOn: startsOn ?? 'approval',
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(useBy === undefined ? {} : { useBy }),
  };
}
