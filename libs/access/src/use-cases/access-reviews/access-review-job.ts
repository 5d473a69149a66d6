import { MOST_LISTED, type TenantRole, toInstant } from '@countersign/contract';
import {
  type AccessReview,
  type AccessReviewItem,
  closedReview,
  countOutcomes,
  isReminderDue,
  isReviewDue,
  itemName,
  nextQuarter,
  openReview,
  quarterOf,
  quartersUntil,
  REMINDER_DAYS,
  type ReviewedItem,
  remindedReview,
} from '../../domain/access-review.js';
import type { TenantRecord } from '../../domain/organisation.js';
import type { WayIn } from '../../domain/standing.js';
import { changedMeanwhile } from '../../errors.js';
import { tenantDay } from '../../policy/stage-in-charge.js';
import type { LiveCredential, TenantUnit, VendorUnit } from '../../ports/index.js';
import { accessReviewNotice } from '../notices/notices.js';
import { changePeople } from '../organisation/change-person.js';
import type { Deps } from '../shared/deps.js';
import { type QuarterlyRun, runQuarterly } from '../shared/quarterly-run.js';
import { accessWays, controlsChangedAt, credentialWay } from '../standing/ways-in.js';
import { endItemIn } from './end-item.js';
import { outcomeIn } from './item-outcome.js';

/** Items that one unit of work lets lapse: each may end access in every tenant, and no one may wait long behind it. */
const MOST_ITEMS = 20;

/**
 * The job of the quarterly access reviews. It opens each tenant's review on the first day of a quarter in the tenant's zone, reminds
 * the admins of what is not answered, and after the term lets the rest lapse. A broker that stops half-way is followed by
 * another one: each step commits with its leaf, and is made once however many brokers run.
 *
 * @throws AggregateError after trying all of them, if some failed
 */
export function runAccessReviews(deps: Deps): Promise<QuarterlyRun> {
  return runQuarterly(deps, {
    ...{ name: 'access reviews', reminderDays: REMINDER_DAYS },
    due: (schedule, ...when) => schedule.reviewsDue(...when),
    toOpen: (schedule, ...until) => schedule.reviewsToOpen(...until),
    remindOrClose: (tenant, id) => remindOrClose(deps, tenant, id),
    open: (tenant) => openDueReview(deps, tenant),
  });
}

/** @returns how many reviews it opened */
async function openDueReview(deps: Deps, slug: string): Promise<number> {
  const changedAt = await deps.store.readForTenant(slug, controlsChangedAt);
  const credentials = await deps.store.standing.read((unit) =>
    unit.credentials.live([slug], deps.clock.now().toISOString()),
  );
  return deps.store.forTenant(slug, async (unit) => {
    const now = deps.clock.now();
    const scheduled = await unit.accessReviews.nextQuarter();
    if (scheduled === null) return 0;
    const record = await unit.organisation.tenant(slug);
    const today = tenantDay(record?.controls ?? {}, now);
    // A tenant from before there were reviews begins on the day of its birth.
    const first = quarterOf(scheduled) === scheduled ? scheduled : nextQuarter(quarterOf(scheduled));
    const begun = quartersUntil(first, today);
    const quarter = begun.at(-1);
    const next = quarter === undefined ? first : nextQuarter(quarter);
    if (next === scheduled) return 0;
    if (!(await unit.accessReviews.advance(scheduled, next))) throw changedMeanwhile('access review');
    // A removed tenant has no one who could answer.
    if (quarter === undefined || record === null) return 0;
    const missed = begun.slice(0, -1);
    const review = openReview({ id: deps.ids.next('acr'), tenant: slug, quarter, missed }, now);
    await openIn(unit, review, await itemsOf(unit, record, { now, changedAt, credentials }));
    return 1;
  });
}

async function openIn(unit: TenantUnit, review: AccessReview, items: readonly ReviewedItem[]): Promise<void> {
  await unit.accessReviews.insert(review, items);
  const { id, quarter, missed, dueAt, openedAt } = review;
  const listed = items
    .slice(0, MOST_LISTED.reviewItems)
    .map(({ kind, id: of, service }) => ({ kind, id: of, service }));
  await unit.log.append({
    ...{ type: 'access-review.opened', at: openedAt, actor: 'job' },
    data: { review: id, quarter, dueAt, missed, items: listed, more: items.length - listed.length },
  });
  await unit.outbox.add(accessReviewNotice(review, 'opened', openedAt));
}

/** Everything that a review asks about: the ways in, the people with a role, and their keys and sessions. */
async function itemsOf(
  unit: TenantUnit,
  record: TenantRecord,
  facts: { now: Date; changedAt: string | null; credentials: readonly LiveCredential[] },
): Promise<ReviewedItem[]> {
  const { slug: tenant, controls } = record;
  const version = await unit.trust.current(tenant);
  const changedAt = facts.changedAt ?? facts.now.toISOString();
  const ways = await accessWays(unit, [{ tenant, controls, changedAt, version }], facts.now);
  const people = (await unit.organisation.people(tenant)).filter(
    ({ removedAt, roles }) => removedAt === null && roles.length > 0,
  );
  const items = [
    ...ways.map(wayItem),
    ...people.map(
      ({ id, roles }): ReviewedItem => ({
        ...{ item: itemName({ kind: 'person', id, service: null }), kind: 'person', id, owner: id },
        ...{ service: null, roles: roles as TenantRole[], since: null, until: null },
      }),
    ),
    ...facts.credentials.map((each) => wayItem(credentialWay(each) as WayIn<'api-key' | 'session'>)),
  ];
  // Two rules on one basis may name one service: they are confirmed or pruned as one.
  return [...new Map(items.map((each) => [each.item, each])).values()];
}

function wayItem({
  kind,
  id,
  owner,
  service,
  since,
  until,
}: WayIn<Exclude<WayIn['kind'], 'gateway'>>): ReviewedItem {
  return { item: itemName({ kind, id, service }), kind, id, owner, service, roles: [], since, until };
}

async function remindOrClose(deps: Deps, slug: string, id: string): Promise<'reminded' | 'closed' | null> {
  const review = await deps.store.readForTenant(slug, (unit) => unit.accessReviews.find(id));
  const now = deps.clock.now();
  if (review === null) return null;
  if (isReviewDue(review, now)) return (await close(deps, slug, id)) ? 'closed' : null;
  return deps.store.forTenant(slug, async (unit) => {
    const current = await unit.accessReviews.find(id);
    if (current === null || !isReminderDue(current, now)) return null;
    const at = toInstant(now);
    if (!(await unit.accessReviews.update(remindedReview(current, at))))
      throw changedMeanwhile('access review');
    // A review that is answered needs no reminder.
    if ((await unit.accessReviews.openItems(id, 1)).length === 0) return null;
    await unit.outbox.add(accessReviewNotice(current, 'due', at));
    return 'reminded';
  });
}

/** Lets what no one has answered lapse, some items at a time, and then closes the review. */
async function close(deps: Deps, slug: string, id: string): Promise<boolean> {
  for (;;) {
    const step = await changePeople(deps, async (unit) => {
      const own = await unit.tenant(slug);
      const review = await own.accessReviews.find(id);
      const now = deps.clock.now();
      if (review === null || !isReviewDue(review, now)) return 'done' as const;
      const all = await own.accessReviews.items([id]);
      const left = inOrderOfLapse(all).slice(0, MOST_ITEMS);
      for (const item of left) await lapseIn(deps, unit, slug, { id, item, now });
      if (left.length === MOST_ITEMS) return 'more' as const;
      const at = toInstant(now);
      if (!(await own.accessReviews.update(closedReview(review, at))))
        throw changedMeanwhile('access review');
      const counts = countOutcomes(await own.accessReviews.items([id]));
      await own.log.append({
        ...{ type: 'access-review.closed', at, actor: 'job' },
        data: { review: id, quarter: review.quarter, counts },
      });
      await own.outbox.add(accessReviewNotice(review, 'closed', at));
      return 'closed' as const;
    });
    if (step !== 'more') return step === 'closed';
  }
}

/**
 * People come last, the newest first, and of them those who have answered this review: so of those who must stay, the ones stay
 * who are there, and who are known longest. Ids sort by time.
 */
function inOrderOfLapse(items: readonly AccessReviewItem[]): AccessReviewItem[] {
  const answered = new Set(items.map(({ by }) => by));
  const rank = ({ kind, id }: AccessReviewItem) => (kind !== 'person' ? 0 : answered.has(id) ? 2 : 1);
  return items
    .filter(({ outcome }) => outcome === null)
    .sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? 1 : -1));
}

async function lapseIn(
  deps: Deps,
  unit: VendorUnit,
  slug: string,
  { id, item, now }: { id: string; item: AccessReviewItem; now: Date },
): Promise<void> {
  // Read for each item: an earlier one may have changed the controls.
  const tenant = await unit.organisation.tenant(slug);
  const end = tenant === null ? 'gone' : await endItemIn(unit, item, { deps, tenant, actor: 'job', now });
  const outcome = end === 'ended' ? 'lapsed' : end === 'gone' ? 'gone' : 'kept';
  const reason = end === 'ended' || end === 'gone' ? null : end;
  const own = await unit.tenant(slug);
  await outcomeIn(own, id, item, { outcome, reason, by: 'job', at: toInstant(now) });
}
