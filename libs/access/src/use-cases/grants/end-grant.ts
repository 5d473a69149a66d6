import { toInstant } from '@countersign/contract';
import { type Grant, hasEnded } from '../../domain/grant.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { endGrantIn } from '../ending/end-grant.js';
import { type Deps, idempotencyOptions, type Repeatable } from '../shared/deps.js';
import { loadVisibleGrant, locateGrant } from '../shared/visible-objects.js';

/** The customer or the vendor's security admin revokes a grant. @throws AccessError `not_found`, `forbidden`, `grant_not_active` */
export function revokeGrant(
  deps: Deps,
  principal: Principal,
  id: string,
  words: string,
  repeatable: Repeatable = {},
): Promise<Grant> {
  return endOnRequest(deps, principal, id, { reason: 'revoked', words, ...repeatable });
}

/** The engineer releases a grant. @throws AccessError `not_found`, `forbidden`, `grant_not_active` */
export function releaseGrant(
  deps: Deps,
  principal: Principal,
  id: string,
  repeatable: Repeatable = {},
): Promise<Grant> {
  return endOnRequest(deps, principal, id, { reason: 'released', ...repeatable });
}

/**
 * Ends a grant because the engineer who holds it has released it, inside a unit of work.
 *
 * @throws AccessError `grant_not_active`
 */
export async function releaseGrantIn(deps: Deps, unit: TenantUnit, grant: Grant): Promise<Grant> {
  requireNotEnded(grant);
  const at = toInstant(deps.clock.now());
  return endGrantIn(unit, grant, { reason: 'released', actor: grant.requester, at });
}

/** @throws AccessError `grant_not_active` */
export function requireNotEnded(grant: Grant): void {
  if (hasEnded(grant))
    throw new AccessError('grant_not_active', `This grant has ended (${grant.endReason}).`);
}

async function endOnRequest(
  deps: Deps,
  principal: Principal,
  id: string,
  { reason, words, ...repeatable }: { reason: 'revoked' | 'released'; words?: string } & Repeatable,
): Promise<Grant> {
  return deps.store.forTenant(
    locateGrant(principal, id),
    async (unit) => {
      const { grant, person } = await loadVisibleGrant(unit, principal, id);
      requirePermission(principal, reason === 'revoked' ? 'grant.revoke' : 'grant.release', person);
      if (reason === 'released' && grant.requester !== person.id)
        throw new AccessError('forbidden', 'Only the engineer who holds a grant can release it.');
      if (reason === 'released') return releaseGrantIn(deps, unit, grant);
      requireNotEnded(grant);
      const at = toInstant(deps.clock.now());
      return endGrantIn(unit, grant, {
        reason,
        actor: person.id,
        at,
        ...(words === undefined ? {} : { words }),
      });
    },
    idempotencyOptions(deps, repeatable),
  );
}
