import type { TenantUnit } from '../../ports/index.js';
import { grantUseNotice } from '../notices/notices.js';

/** After the first call, people hear of each so many further ones. */
export const CALLS_PER_NOTICE = 25;

/** How often people have been told of so many calls: of the first, and of each 25 after it. */
export const noticesSent = (calls: number): number =>
  calls === 0 ? 0 : 1 + Math.floor((calls - 1) / CALLS_PER_NOTICE);

/**
 * Tells of calls that a batch of records has brought, once they are counted: of a grant's first call and of each 25
 * further, and likewise of refused ones. A tenant's units follow one another, so that however many gateways and brokers
 * bring records, each threshold is crossed in one unit; one that crosses several tells once.
 *
 * @param brought by grant
 */
export async function notifyUse(
  unit: TenantUnit,
  brought: ReadonlyMap<string, { calls: number; refused: number }>,
  at: string,
): Promise<void> {
  if (brought.size === 0) return;
  for (const grant of await unit.grants.findAll([...brought.keys()])) {
    const { calls, refused } = brought.get(grant.id) ?? { calls: 0, refused: 0 };
    if (noticesSent(grant.used.calls) > noticesSent(grant.used.calls - calls))
      await unit.outbox.add(grantUseNotice(grant, 'used', at));
    if (noticesSent(grant.refused) > noticesSent(grant.refused - refused))
      await unit.outbox.add(grantUseNotice(grant, 'refused', at));
  }
}
