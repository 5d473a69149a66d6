import type { TenantUnit } from '../../ports/index.js';
import { grantUseNotice } from '../notices/notices.js';

/** People are notified of the first call, and then of every so many further calls. */
const CALLS_PER_NOTICE = 25;

/** How many notices so many calls have led to: one for the first, and one for each 25 after it. */
const noticesSent = (calls: number): number =>
  calls === 0 ? 0 : 1 + Math.floor((calls - 1) / CALLS_PER_NOTICE);

/**
 * Notifies people of the calls in a batch of records, after those are counted: of a grant's first call and of each 25
 * further, and likewise of refused calls. A tenant's units run one after the other, so exactly one unit crosses each
 * threshold, however many gateways and brokers there are. A unit that crosses several thresholds sends one notice.
 *
 * @param added new calls by grant
 */
export async function notifyUse(
  unit: TenantUnit,
  added: ReadonlyMap<string, { calls: number; refused: number }>,
  at: string,
): Promise<void> {
  if (added.size === 0) return;
  for (const grant of await unit.grants.findAll([...added.keys()])) {
    const { calls, refused } = added.get(grant.id) ?? { calls: 0, refused: 0 };
    if (noticesSent(grant.used.calls) > noticesSent(grant.used.calls - calls))
      await unit.outbox.add(grantUseNotice(grant, 'used', at));
    if (noticesSent(grant.refused) > noticesSent(grant.refused - refused))
      await unit.outbox.add(grantUseNotice(grant, 'refused', at));
  }
}
