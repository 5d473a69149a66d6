import type { GrantEndReason } from '@countersign/contract';
import { endGrant, type Grant, hasEnded } from '../../domain/grant.js';
import { changedMeanwhile, type Refusal } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { grantNotice } from '../notices/notices.js';

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
