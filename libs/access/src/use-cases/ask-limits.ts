import type { ScopeEntry } from '@countersign/scope';
import type { Principal } from '../organisation/person.js';
import { effectivePolicy } from '../policy/access-rules.js';
import { demand } from '../roles/permissions.js';
import type { Deps } from './deps.js';

/** What a form can say before anybody asks; the ask itself is judged by the evaluator. */
export interface AskLimits {
  /** Longer is refused. */
  seconds: number;
  ticketRequired: boolean;
}

/**
 * How long may be asked for, and whether a ticket is needed, by the vendor's policy and the tenant's controls.
 *
 * @param asked without a service, of all; likewise an empty scope
 * @throws AccessError `forbidden`
 */
export function askLimits(
  deps: Deps,
  { person }: Principal,
  asked: { tenant: string; service: string; scope: ScopeEntry[] },
): Promise<AskLimits> {
  demand(person, 'request.create');
  return deps.store.readForTenant(asked.tenant, async ({ organisation }) => {
    const tenant = await organisation.tenant(asked.tenant);
    const { maxDuration, ticketRequired } = effectivePolicy(await organisation.policy(), asked);
    const seconds = Math.min(maxDuration, tenant?.controls.maxDuration ?? Number.POSITIVE_INFINITY);
    return { seconds, ticketRequired };
  });
}
