import type { ItemDecision, KeptReason, PracticeResult, Recurrence } from '@countersign/contract';
import { toInstant } from '@countersign/contract';
import {
  type AccessReview,
  type AccessReviewItem,
  countOutcomes,
  isReviewDue,
  type ReviewCounts,
} from '../../domain/access-review.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, notFound } from '../../errors.js';
import type { Page, PageQuery } from '../../ports/index.js';
import { changePeople } from '../organisation/change-person.js';
import { newestPracticeResults } from '../practices/practices.js';
import { requireOwnKey } from '../shared/claimed-tenant.js';
import type { Deps } from '../shared/deps.js';
import { requireOwnTenant, requireTenantAccess } from '../shared/tenant-access.js';
import { endItemIn, isItemActive } from './end-item.js';
import { outcomeIn } from './item-outcome.js';

/** A review with how many of its items have which outcome. */
export interface AccessReviewSummary {
  review: AccessReview;
  counts: ReviewCounts;
}

/** An item with what its reader should know before deciding. */
interface MarkedItem extends AccessReviewItem {
  /** For an approver, the result of their last practice. Null for any other item, or without a practice. */
  practice: { result: PracticeResult; at: string } | null;
  /** The weekly times of an invitation that recurs; null for all else. */
  recurs: Recurrence | null;
}

/** A review with everything that it lists. */
export interface AccessReviewView extends AccessReviewSummary {
  items: MarkedItem[];
}

/** The reviews of the tenant, the newest first. @throws AccessError `forbidden`, `not_found` */
export async function listAccessReviews(
  deps: Deps,
  principal: Principal,
  slug: string,
  page: PageQuery,
): Promise<Page<AccessReviewSummary>> {
  requireTenantAccess(principal, 'access-review.read', slug);
  return deps.store.readForTenant(slug, async ({ accessReviews }) => {
    const { items, next } = await accessReviews.list(page);
    const listed = await accessReviews.items(items.map(({ id }) => id));
    return {
      items: items.map((review) => ({
        review,
        counts: countOutcomes(listed.filter((item) => item.review === review.id)),
      })),
      next,
    };
  });
}

/** @throws AccessError `forbidden`, `not_found` */
export async function getAccessReview(
  deps: Deps,
  principal: Principal,
  slug: string,
  id: string,
): Promise<AccessReviewView> {
  requireTenantAccess(principal, 'access-review.read', slug);
  return deps.store.readForTenant(slug, async ({ accessReviews, practices, invitations }) => {
    const review = await accessReviews.find(id);
    if (review === null) throw notFound('access review');
    const results = await newestPracticeResults({ practices });
    const items: MarkedItem[] = [];
    for (const { review: _of, ...item } of await accessReviews.items([id])) {
      const invitation = item.kind === 'invitation' ? await invitations.find(item.id) : null;
      items.push({
        ...item,
        practice: item.kind === 'person' ? (results.get(item.id) ?? null) : null,
        recurs: invitation?.statement.recurs ?? null,
      });
    }
    return { review, counts: countOutcomes(items), items };
  });
}

/**
 * An admin confirms one item of an open review, or prunes it: then it ends in the same transaction. Repeating one's own decision
 * changes nothing. No one confirms their own roles, keys and sessions. What has ended meanwhile is noted as gone, whatever was
 * decided.
 *
 * @throws AccessError `forbidden`, `not_found`, `self_review`, `wrong_state` after the term, `already_decided` by someone else,
 *   `conflict` with the reason if the item must not end this way
 */
export function decideAccessReview(
  deps: Deps,
  principal: Principal,
  slug: string,
  id: string,
  { item: name, decision }: { item: string; decision: ItemDecision },
): Promise<AccessReviewItem> {
  return changePeople(deps, async (unit) => {
    const { tenant, actor } = await requireOwnTenant(unit, principal, 'access-review.decide', slug);
    // A key from before the claim may still take away.
    if (decision === 'confirmed') await requireOwnKey(unit, principal);
    const own = await unit.tenant(slug);
    const review = await own.accessReviews.find(id);
    const found = (await own.accessReviews.items([id])).find(({ item }) => item === name);
    if (review === null || found === undefined) throw notFound('access review');
    const { review: _of, ...item } = found;
    if (item.outcome !== null) return requireSame(item, decision, actor.id);
    const now = deps.clock.now();
    if (review.state === 'closed' || isReviewDue(review, now))
      throw new AccessError('wrong_state', 'The term of this review is over.');
    if (decision === 'confirmed' && item.owner === actor.id && isOwnAccess(item))
      throw new AccessError(
        'self_review',
        'No one confirms their own roles, keys and sessions. Another admin must confirm them.',
      );
    const by = { deps, tenant, actor: actor.id, now };
    const end =
      decision === 'pruned'
        ? await endItemIn(unit, item, by)
        : (await isItemActive(unit, item, by))
          ? 'ended'
          : 'gone';
    if (end !== 'ended' && end !== 'gone') throw new AccessError('conflict', CANNOT_END[end]);
    const outcome = end === 'gone' ? 'gone' : decision;
    return outcomeIn(own, id, item, { outcome, reason: null, by: actor.id, at: toInstant(now) });
  });
}

const isOwnAccess = ({ kind }: AccessReviewItem): boolean =>
  kind === 'person' || kind === 'api-key' || kind === 'session';

/** The same decision by the same person is a repetition. @throws AccessError `already_decided` */
function requireSame(item: AccessReviewItem, decision: ItemDecision, person: string): AccessReviewItem {
  const isRepeated = item.by === person && (item.outcome === decision || item.outcome === 'gone');
  if (!isRepeated) throw new AccessError('already_decided', `This is ${item.outcome ?? 'decided'} already.`);
  return item;
}

const CANNOT_END: Readonly<Record<KeptReason, string>> = {
  'last-admin': 'This is the last admin. Make another person an admin first.',
  'too-few-approvers': 'Your controls require more approvers than would be left. Add another one first.',
  claimed: 'Only your people change this: on the trust page, or on the page of your privacy controls.',
  provider: 'Your provider gives the roles. Change the groups there.',
};
