import { type Supervised, toInstant } from '@countersign/contract';
import { type Grant, hasEnded } from '../../domain/grant.js';
import type { Lock } from '../../domain/lock.js';
import { requirePermission } from '../../domain/permissions.js';
import { isVendorStaff, type Principal } from '../../domain/person.js';
import { sideOf } from '../../domain/review.js';
import type { SidedRule, SupervisionCount } from '../../domain/supervision.js';
import { AccessError } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { liftLockIn, setLockIn } from '../locks/locks.js';
import { supervisionNotice } from '../notices/notices.js';
import { requireOwnKey } from '../shared/claimed-tenant.js';
import { type Deps, idempotencyOptions, type Repeatable } from '../shared/deps.js';
import { loadVisibleGrant, locateGrant } from '../shared/visible-objects.js';

const COUNTED: Readonly<Record<Supervised, string>> = {
  calls: 'calls',
  'new-resources': 'new resources',
  'other-country': 'tokens from another country',
  'unknown-country': 'tokens from an unknown country',
};

/**
 * Pauses a grant: sets a lock of the kind `grant`. Gateways receive it through the feed, like every lock. It expires when the
 * grant ends, so that it does not outlive what it blocks.
 */
export async function pauseGrantIn(
  deps: Deps,
  unit: TenantUnit,
  grant: Grant,
  { side, rule }: SidedRule,
  at: string,
): Promise<void> {
  const lock: Lock = {
    ...{ id: deps.ids.next('lck'), kind: 'grant', name: grant.id, tenant: grant.tenant, side },
    ...{
      reason: `more than ${rule.over} ${COUNTED[rule.count]} in ${rule.within} s`,
      person: 'job',
      rule: rule.name,
    },
    ...{ createdAt: at, expiresAt: grant.endsAt, liftedAt: null },
  };
  await setLockIn(unit, lock);
}

/**
 * Resumes a paused grant: lifts the pauses that rules of the caller's side have set. Those rules then count this engineer's
 * calls from zero.
 *
 * @throws AccessError `not_found`; `forbidden`, also if only the other side has paused the grant; `grant_not_active`;
 *   `conflict` if the grant is not paused
 */
export function resumeGrant(
  deps: Deps,
  principal: Principal,
  id: string,
  repeatable: Repeatable = {},
): Promise<Grant> {
  return deps.store.forTenant(
    locateGrant(principal, id),
    async (unit) => {
      const { grant, person } = await loadVisibleGrant(unit, principal, id);
      requirePermission(principal, 'grant.resume', person);
      if (!isVendorStaff(person)) await requireOwnKey(unit, principal);
      if (hasEnded(grant))
        throw new AccessError('grant_not_active', `This grant has ended (${grant.endReason}).`);
      const pauses = await unit.locks.pausesOf([grant.id]);
      const own = pauses.filter(({ side }) => side === sideOf(person));
      if (pauses.length === 0) throw new AccessError('conflict', 'This grant is not paused.');
      if (own.length === 0)
        throw new AccessError(
          'forbidden',
          'A rule of the other side has paused this grant. Only that side can let it go on.',
        );
      const now = deps.clock.now();
      for (const lock of own) await liftLockIn(unit, lock, person.id, toInstant(now));
      await countAgain(unit, grant, own, now);
      await unit.outbox.add(supervisionNotice(grant, 'resumed', toInstant(now)));
      return grant;
    },
    idempotencyOptions(deps, repeatable),
  );
}

/** Resets the counts of the rules whose pauses were lifted: calls before this moment no longer count. */
async function countAgain(unit: TenantUnit, grant: Grant, lifted: readonly Lock[], now: Date): Promise<void> {
  const isLifted = ({ side, rule }: SupervisionCount) =>
    lifted.some((lock) => lock.side === side && lock.rule === rule);
  const since = now.toISOString();
  const counts = (await unit.supervision.ofPeople([grant.requester])).filter(isLifted);
  await unit.supervision.save(counts.map((count) => ({ ...count, spans: [], since, quietUntil: null })));
}
