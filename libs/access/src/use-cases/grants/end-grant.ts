import { toInstant } from '@countersign/contract';
import { endGrant, type Grant, type GrantEndReason, hasEnded } from '../../domain/grant.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, changedMeanwhile, type Refusal } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { grantNotice } from '../notices/notices.js';
import { type Deps, idempotencyOptions, type Repeatable } from '../shared/deps.js';
import { loadVisibleGrant, locateGrant } from '../shared/visible-objects.js';

/**
 * Ends a grant inside a unit of work: state, event, feed change and notice commit together. Revoking a grant also revokes
 * the grants that extend it.
 */
export async function endGrantIn(
  unit: TenantUnit,
  grant: Grant,
  by: { reason: GrantEndReason; actor: string; at: string; words?: string; refusals?: readonly Refusal[] },
): Promise<Grant> {
  const ended = endGrant(grant, by.reason, by.at, by.actor.startsWith('usr_') ? by.actor : null);
  if (!(await unit.grants.update(ended))) throw changedMeanwhile('grant');
  await unit.log.append({
    type: 'grant.ended',
    at: by.at,
    actor: by.actor,
    data: {
      grant: grant.id,
      request: grant.request,
      requester: grant.requester,
      digest: grant.digest,
      reason: by.reason,
      ...(by.refusals === undefined ? {} : { refusals: by.refusals }),
    },
    ...(by.words === undefined ? {} : { personal: { words: by.words } }),
  });
  await unit.browserSessions.dropOf(grant.id);
  await unit.feed.changed('grant', grant.id);
  await unit.outbox.add(grantNotice(ended, by.at));
  if (by.reason === 'revoked')
    for (const next of await unit.grants.extending(grant.digest))
      if (!hasEnded(next)) await endGrantIn(unit, next, by);
  return ended;
}

/** Ends many grants. Each is read again first: a grant that extends another of them may have ended with it already. */
export async function endGrantsIn(
  unit: TenantUnit,
  grants: readonly Pick<Grant, 'id'>[],
  by: Parameters<typeof endGrantIn>[2],
): Promise<void> {
  for (const { id } of grants) {
    const current = await unit.grants.find(id);
    if (current !== null && !hasEnded(current)) await endGrantIn(unit, current, by);
  }
}

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
