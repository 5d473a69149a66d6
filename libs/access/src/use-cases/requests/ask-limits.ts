import type { ScopeEntry } from '@countersign/contract';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { effectivePolicy } from '../../policy/effective-policy.js';
import type { OrganisationView } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';

/** What a form can say before anybody asks; the ask itself is judged by the evaluator. */
export interface RequestLimits {
  /** Longer is refused. */
  seconds: number;
  ticketRequired: boolean;
}

/**
 * How long may be asked for, and whether a ticket is needed, by the vendor's policy and the tenant's controls.
 *
 * @param asked without a service, of all; likewise an empty scope; without a tenant, of the vendor alone
 * @throws AccessError `forbidden`
 */
export function requestLimits(
  deps: Deps,
  { person }: Principal,
  asked: { tenant: string | null; service: string; scope: ScopeEntry[] },
): Promise<RequestLimits> {
  requirePermission(person, 'request.create');
  const { tenant: slug } = asked;
  const limits = async ({
    organisation,
  }: {
    organisation: Pick<OrganisationView, 'tenant' | 'policy'>;
  }): Promise<RequestLimits> => {
    const tenant = slug === null ? null : await organisation.tenant(slug);
    const policy = effectivePolicy(await organisation.policy(), asked);
    const seconds = Math.min(policy.maxDuration, tenant?.controls.maxDuration ?? Number.POSITIVE_INFINITY);
    return { seconds, ticketRequired: policy.ticketRequired };
  };
  return slug === null ? deps.store.directory.read(limits) : deps.store.readForTenant(slug, limits);
}
