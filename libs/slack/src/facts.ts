import {
  type AccessRequest,
  type EarlierDenial,
  earlierDenials,
  type Grant,
  hasPermission,
  hasRole,
  isOpen,
  listGrants,
  listRequests,
  type Principal,
  type ReadUnit,
  type RequestView,
  type Review,
  requestViews,
} from '@countersign/access';
import type { ServiceDefinition } from '@countersign/contract';
import type { SlackParts } from './config.js';
import type { HomeFacts } from './messages/home.js';

/** All that a card tells of one request. Texts are as people wrote them; instants RFC 3339 UTC. */
export interface CardFacts {
  /** With the approvals that each side has given by now. */
  request: AccessRequest;
  /** Oldest first, each with its person's name. */
  reviews: readonly (Review & { name: string })[];
  /** What the customer offers instead, while it waits for an answer. */
  offer: (NonNullable<RequestView['offer']> & { name: string }) | null;
  requester: string;
  vendor: string;
  tenant: string;
  /** As it is routed now; null where it was removed. */
  service: ServiceDefinition | null;
  /** Null where it was erased. */
  justification: string | null;
  /** `none` where none was named; null where it was erased. */
  ticket: { value: string | null } | 'none';
  grant: Grant | null;
  /** Who ended the grant; null where time or a rule did, or while it lives. */
  endedBy: string | null;
  /** Of something alike, newest first; of an open request that is read by itself. */
  denials: readonly (EarlierDenial & { name: string })[];
  /** When this was read. */
  now: string;
}

type Unit = Pick<ReadUnit, 'requests' | 'reviews' | 'openings' | 'invitations' | 'grants' | 'organisation'>;

/** What one card tells; null where the unit does not see the request (P9). */
export async function readFacts(unit: Unit, request: string, now: Date): Promise<CardFacts | null> {
  const found = await unit.requests.find(request);
  if (found === null) return null;
  const [facts] = await factsOf(unit, [found], now);
  if (facts === undefined || !isOpen(found)) return facts ?? null;
  const denials = await earlierDenials(unit, found);
  const names = await namesOf(
    unit,
    denials.map(({ requester }) => requester),
  );
  return { ...facts, denials: denials.map((denial) => ({ ...denial, name: names(denial.requester) })) };
}

/** What many tell, in few reads: nobody and nothing is looked up twice, and earlier denials are left out. */
export async function factsOf(
  unit: Unit,
  requests: readonly AccessRequest[],
  now: Date,
): Promise<CardFacts[]> {
  if (requests.length === 0) return [];
  const views = await requestViews(unit, requests);
  const grants = new Map<string, Grant | null>();
  for (const { id, grant } of requests) grants.set(id, grant === null ? null : await unit.grants.find(grant));
  const names = await namesOf(unit, [
    ...requests.map(({ requester }) => requester),
    ...views.flatMap(({ reviews }) => reviews.map(({ person }) => person)),
    ...[...grants.values()].flatMap((grant) => grant?.endedBy ?? []),
  ]);
  const tenants = await each(
    requests,
    ({ tenant }) => tenant,
    (slug) => unit.organisation.tenant(slug),
  );
  const services = await each(
    requests,
    ({ service }) => service,
    (name) => unit.organisation.service(name),
  );
  const vendor = await unit.organisation.vendorName();
  return views.map(({ request, reviews, openings, offer }) => {
    const grant = grants.get(request.id) ?? null;
    return {
      request,
      reviews: reviews.map((review) => ({ ...review, name: names(review.person) })),
      offer: offer === null ? null : { ...offer, name: names(offer.person) },
      requester: names(request.requester),
      vendor,
      tenant: tenants.get(request.tenant)?.name ?? request.tenant,
      service: services.get(request.service)?.definition ?? null,
      justification: openings['justification']?.value ?? null,
      ticket: request.terms.ticket === undefined ? 'none' : { value: openings['ticket']?.value ?? null },
      grant,
      endedBy: grant === null || grant.endedBy === null ? null : names(grant.endedBy),
      denials: [],
      now: now.toISOString(),
    };
  });
}

/** Names by id, one look-up after the other: a unit has one connection. Who is not in sight is called by their id. */
async function namesOf(unit: Unit, ids: readonly string[]): Promise<(id: string) => string> {
  const people = await each(
    ids.map((id) => ({ id })),
    ({ id }) => id,
    (id) => unit.organisation.person(id),
  );
  return (id) => people.get(id)?.name ?? id;
}

async function each<Item, Found>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  look: (key: string) => Promise<Found>,
): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  for (const key of new Set(items.map(keyOf))) found.set(key, await look(key));
  return found;
}

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
