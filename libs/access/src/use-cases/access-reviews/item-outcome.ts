import type { AccessReviewItem } from '../../domain/access-review.js';
import { AccessError } from '../../errors.js';
import type { ItemOutcome, TenantUnit } from '../../ports/index.js';

/**
 * Notes what became of an item, with its leaf, in the unit that ended or confirmed it.
 *
 * @throws AccessError `already_decided` if another unit was faster: then nothing of this one is kept
 */
export async function outcomeIn(
  unit: TenantUnit,
  review: string,
  item: AccessReviewItem,
  decided: Omit<ItemOutcome, 'item'>,
): Promise<AccessReviewItem> {
  const { outcome, reason, by, at } = decided;
  if (!(await unit.accessReviews.decide(review, { item: item.item, ...decided })))
    throw new AccessError('already_decided', 'Someone else has decided this at the same moment.');
  const { kind, id, service } = item;
  await unit.log.append({
    ...{ type: 'access-review.decided', at, actor: by },
    data: { review, kind, id, service, outcome, ...(reason === null ? {} : { reason }) },
  });
  return { ...item, outcome, reason, by, at };
}
