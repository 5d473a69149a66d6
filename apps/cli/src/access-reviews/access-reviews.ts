import {
  type AccessReview,
  type AccessReviewItem,
  type AccessReviewSummary,
  accessReviewEndpoints,
  type MarkedAccessReviewItem,
} from '@countersign/api';
import type { ItemDecision } from '@countersign/contract';
import { recurrenceText } from '@countersign/wording';
import type { Api } from '../api/client.js';
import { ownTenant } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import { fetchPage, type ListOptions } from '../command/list.js';
import { formatFacts, formatTable } from '../terminal/text.js';
import { formatInstant } from '../terminal/time.js';

const VENDOR = 'a customer’s people review their own organisation; the vendor’s staff do not';

async function find(api: Api, slug: string, id: string): Promise<AccessReview> {
  const params = { slug };
  if (id !== 'current') return api.call(accessReviewEndpoints.read, { params: { ...params, id } });
  const query = new URLSearchParams({ limit: '1' });
  const [newest] = (await api.call(accessReviewEndpoints.list, { params, query })).items;
  if (newest === undefined)
    throw new CliError('not_found', 'there is no review yet; the first one opens with the next quarter');
  return api.call(accessReviewEndpoints.read, { params: { ...params, id: newest.id } });
}

export async function listReviews(context: Context, options: ListOptions): Promise<Answer> {
  const slug = await ownTenant(await context.api(), VENDOR);
  return fetchPage(
    context,
    {
      verb: 'access-review list',
      endpoint: accessReviewEndpoints.list,
      params: { slug },
      format: formatReviews,
    },
    options,
  );
}

export async function showReview(context: Context, id: string): Promise<Answer> {
  const api = await context.api();
  const review = await find(api, await ownTenant(api, VENDOR), id);
  return { document: review, text: formatReview(review, new Date()) };
}

/** Decides each item in turn. One that is refused ends the command; those before it stay decided. */
export async function decideItems(
  context: Context,
  id: string,
  items: readonly string[],
  decision: ItemDecision,
): Promise<Answer> {
  const api = await context.api();
  const slug = await ownTenant(api, VENDOR);
  const review = await find(api, slug, id);
  const params = { slug, id: review.id };
  const decided: Listed[] = [];
  for (const item of items)
    decided.push(await api.call(accessReviewEndpoints.decide, { params, body: { item, decision } }));
  return {
    document: { review: review.id, items: decided },
    text: formatItems(decided),
  };
}

const KEPT: Readonly<Record<string, string>> = {
  'last-admin': 'KEPT: the last admin',
  'too-few-approvers': 'KEPT: too few approvers would be left',
  claimed: 'KEPT: only your people change this, in the trust document or the controls',
  provider: 'KEPT: your provider gives the roles',
};

const outcomeText = ({ outcome, reason }: Pick<AccessReviewItem, 'outcome' | 'reason'>): string =>
  outcome === null ? 'not answered' : (KEPT[reason ?? ''] ?? outcome);

/** An item of a review; a decision's answer does not repeat the marks. */
type Listed = AccessReviewItem & Partial<Pick<MarkedAccessReviewItem, 'practice' | 'recurs'>>;

const formatItems = (items: readonly Listed[]): string =>
  formatTable(
    ['ITEM', 'OUTCOME', 'OWNER', 'ROLES', 'SERVICE', 'ONLY', 'SINCE', 'UNTIL', 'PRACTICE'],
    items.map((each) => [
      each.item,
      outcomeText(each),
      each.owner ?? '',
      each.roles.join(','),
      each.service ?? '',
      each.recurs == null ? '' : recurrenceText(each.recurs, 'en'),
      each.since ?? '',
      each.until ?? '',
      each.practice?.result ?? '',
    ]),
  );

function formatReview(review: AccessReview, now: Date): string {
  const { counts } = review;
  return [
    formatFacts([
      ['review', review.id],
      ['quarter', review.quarter],
      ['state', review.state],
      [review.state === 'open' ? 'due' : 'closed', formatInstant(review.closedAt ?? review.dueAt, now)],
      ['open', `${counts.open} of ${review.items.length}`],
      ...(review.missed.length === 0
        ? []
        : [['missed', `no review was opened for ${review.missed.join(', ')}`] as [string, string]]),
    ]),
    '',
    review.items.length === 0 ? 'Nothing lets in.' : formatItems(review.items),
    ...(review.state === 'open' && counts.open > 0
      ? ['', 'What is not answered by then lapses: it ends, but for what would lock your organisation out.']
      : []),
  ].join('\n');
}

const formatReviews = (reviews: readonly AccessReviewSummary[]): string =>
  reviews.length === 0
    ? 'No reviews yet.'
    : formatTable(
        ['REVIEW', 'QUARTER', 'STATE', 'DUE', 'OPEN', 'CONFIRMED', 'PRUNED', 'LAPSED', 'KEPT'],
        reviews.map(({ id, quarter, state, dueAt, counts }) => [
          ...[id, quarter, state, dueAt],
          ...[counts.open, counts.confirmed, counts.pruned, counts.lapsed, counts.kept].map(String),
        ]),
      );
