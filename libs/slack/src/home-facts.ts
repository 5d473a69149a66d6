import {
  hasPermission,
  hasRole,
  isOpen,
  listGrants,
  listRequests,
  type Principal,
} from '@countersign/access';
import type { HomeFacts } from './messages/home.js';
import type { SlackParts } from './parts.js';
import { type CardFacts, factsOf } from './read-facts.js';

const LIMIT = 20;
const page = { cursor: null, limit: LIMIT };
const OWN_OPEN = ['awaiting_customer', 'awaiting_vendor'] as const;

/** What one person's App Home tells: of what they may see, and nothing else (P9). */
export async function homeFacts({ deps }: SlackParts, principal: Principal): Promise<HomeFacts> {
  const { person } = principal;
  const reader = readerOf(principal);
  const awaited =
    reader === 'approver' ? 'awaiting_customer' : reader === 'reviewer' ? 'awaiting_vendor' : null;
  const lists = await Promise.all([
    awaited === null ? [] : itemsOf(listRequests(deps, principal, { state: awaited }, page)),
    itemsOf(listRequests(deps, principal, { state: 'countered', requester: person.id }, page)),
    itemsOf(listRequests(deps, principal, {}, page)),
    // Asked for by themselves: what others ask for meanwhile does not push it out of sight.
    ...OWN_OPEN.map((state) => itemsOf(listRequests(deps, principal, { state, requester: person.id }, page))),
  ]);
  const [turn, countered, all, ...own] = lists.map((views) => views.map(({ request }) => request));
  const grants = await Promise.all(
    (['active', 'scheduled'] as const).map((state) => listGrants(deps, principal, { state }, page)),
  );
  const live = grants.flatMap(({ items }) =>
    items.map(({ grant }) => ({ id: grant.request, tenant: grant.tenant })),
  );
  const facts = await gather(deps, [
    ...(turn ?? []),
    ...(countered ?? []),
    ...(all ?? []),
    ...own.flat(),
    ...live,
  ]);
  const isLive = new Set(live.map(({ id }) => id));
  const of = (ids: readonly string[]) => ids.flatMap((id) => facts.get(id) ?? []);
  const waiting = of([...(turn ?? []), ...(countered ?? [])].map(({ id }) => id)).filter(
    ({ request, reviews }) =>
      request.state === 'countered' ||
      (request.requester !== person.id &&
        !reviews.some((review) => review.person === person.id && review.digest === request.digest)),
  );
  const isWaiting = new Set(waiting.map(({ request }) => request.id));
  const pending = of(
    own
      .flat()
      .filter(({ id }) => !isWaiting.has(id))
      .map(({ id }) => id),
  );
  return {
    waiting,
    pending,
    active: of([...isLive]),
    past: of(
      (all ?? []).filter((request) => !isOpen(request) && !isLive.has(request.id)).map(({ id }) => id),
    ),
    reader,
    person: person.id,
    mayStop: hasPermission(person, 'grant.revoke'),
    mayAsk: hasPermission(person, 'request.create'),
  };
}

const itemsOf = async <T>(list: Promise<{ items: T[] }>): Promise<T[]> => (await list).items;

function readerOf({ person }: Principal): HomeFacts['reader'] {
  if (hasRole(person, 'approver')) return 'approver';
  if (hasRole(person, 'reviewer')) return 'reviewer';
  return hasRole(person, 'engineer') ? 'engineer' : 'other';
}

/** Each tenant's in that tenant's own unit. */
async function gather(
  deps: SlackParts['deps'],
  requests: readonly { tenant: string; id: string }[],
): Promise<Map<string, CardFacts>> {
  const byTenant = new Map<string, Set<string>>();
  for (const { tenant, id } of requests) byTenant.set(tenant, (byTenant.get(tenant) ?? new Set()).add(id));
  const found = new Map<string, CardFacts>();
  for (const [tenant, ids] of byTenant) {
    const made = await deps.store.readForTenant(tenant, async (unit) =>
      factsOf(unit, await unit.requests.findAll([...ids]), deps.clock.now()),
    );
    for (const facts of made) found.set(facts.request.id, facts);
  }
  return found;
}
