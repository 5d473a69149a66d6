import type { AccessRequest } from '../../domain/access-request.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import type { Review } from '../../domain/review.js';
import { notFound } from '../../errors.js';
import type { Deps } from '../shared/deps.js';

/** How long a tenant takes to decide, in seconds; null if too few decisions would tell of single ones. */
export interface DecisionTimes {
  count: number;
  median: number | null;
  p90: number | null;
}

const LAST = 50;
const FEWEST = 5;

/** Over the tenant's last decisions, for whoever is about to ask. @throws AccessError `forbidden`, `not_found` */
export async function decisionTimes(deps: Deps, { person }: Principal, slug: string): Promise<DecisionTimes> {
  requirePermission(person, 'request.read');
  if (person.tenant !== null && person.tenant !== slug) throw notFound('tenant');
  const seconds = await deps.store.readForTenant(slug, async (unit) => {
    if ((await unit.organisation.tenant(slug)) === null) throw notFound('tenant');
    const page = { cursor: null, limit: LAST };
    const lists = [
      await unit.requests.list({ state: 'approved' }, page),
      await unit.requests.list({ state: 'denied' }, page),
    ];
    const decided = lists
      .flatMap(({ items }) => items)
      .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
      .slice(0, LAST);
    const reviews = await unit.reviews.ofRequests(decided.map(({ id }) => id));
    return decided
      .map((request) => secondsOf(request, reviews))
      .filter((each) => each !== null)
      .sort((a, b) => a - b);
  });
  const enough = seconds.length >= FEWEST;
  return {
    count: seconds.length,
    median: enough ? quantile(seconds, 0.5) : null,
    p90: enough ? quantile(seconds, 0.9) : null,
  };
}

/** From its turn to the customer's first decision; null if the customer has not decided. */
function secondsOf(request: AccessRequest, reviews: readonly Review[]): number | null {
  const own = reviews.filter((review) => review.request === request.id);
  const decided = own.find((review) => review.side === 'customer');
  if (decided === undefined) return null;
  const turn = own.findLast((review) => review.side === 'vendor' && review.at <= decided.at);
  return (Date.parse(decided.at) - Date.parse(turn?.at ?? request.createdAt)) / 1000;
}

/** Nearest rank, of a sorted list that is not empty. */
const quantile = (sorted: readonly number[], share: number): number | null =>
  sorted[Math.ceil(sorted.length * share) - 1] ?? null;
