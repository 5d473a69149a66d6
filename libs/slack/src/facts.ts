import {
  type AccessReason,
  type AccessRequest,
  type AccessStatus,
  accessStatus,
  type EarlierDenial,
  earlierDenials,
  type Grant,
  hasPermission,
  hasRole,
  isOpen,
  type LoggedCrossing,
  listGrants,
  listRequests,
  loadBlocks,
  noteViews,
  type Outdated,
  type Principal,
  type ReadUnit,
  type RequestView,
  type Review,
  readCrossing,
  requestViews,
  usualSeconds,
  whyOutdated,
} from '@countersign/access';
import {
  browserAddress,
  type GrantAccess,
  type Language,
  type RequestNoteKind,
  type ServiceDefinition,
} from '@countersign/contract';
import { waitsForLock } from '@countersign/wording';
import type { SlackParts } from './config.js';
import { waitingQuestion } from './messages/conversation.js';
import type { HomeFacts } from './messages/home.js';

/** Everything that a card shows about one request. Texts are as people wrote them; instants are RFC 3339 UTC. */
export interface CardFacts {
  /** Includes the approvals of each side so far. */
  request: AccessRequest;
  /** Oldest first, each with its person's name. */
  reviews: readonly (Review & { name: string })[];
  /** The customer's counter-offer while it waits for an answer. */
  offer: (NonNullable<RequestView['offer']> & { name: string }) | null;
  requester: string;
  vendor: string;
  tenant: string;
  /** The current definition; null if the service was removed. */
  service: ServiceDefinition | null;
  /** Null if it was erased. */
  justification: string | null;
  /** The texts of an exact change; null if there are none, or if they were erased. */
  change: { body: string | null; before: string | null };
  /** `none` if the request has no ticket; value null if it was erased. */
  ticket: { value: string | null } | 'none';
  grant: Grant | null;
  /** The address that opens the service in the engineer's browser; null without a grant, or if the service has no origin. */
  browserUrl: string | null;
  /** Whether calls pass under the grant; null without one. */
  access: GrantAccess | null;
  /** Who or what keeps calls from passing, since when and why; null if nothing does. */
  accessReason: (AccessReason & { name: string | null }) | null;
  /**
   * What keeps this open request, or what was offered, from being approved: the rules have changed, or only stops and locks are in the
   * way. Null if nothing does. Only filled by `readFacts`.
   */
  outdated: 'rules' | 'locked' | null;
  /** The person who ended the grant; null if time or a rule did, or while it lasts. */
  endedBy: string | null;
  /** Earlier denials of similar requests, newest first. Only filled by `readFacts`, and only for an open request. */
  denials: readonly (EarlierDenial & { name: string })[];
  /** Questions, answers and forwards, oldest first. */
  notes: readonly { kind: RequestNoteKind; text: string | null; name: string; toName: string }[];
  /** The newest rule of supervision that was crossed. Only filled by `readFacts`. */
  crossing: LoggedCrossing | null;
  /** In how many seconds the customer usually decides. Only filled by `readFacts`, and only for an open request. */
  usually: number | null;
  /** When the facts were read. */
  now: string;
  language: Language;
}

/** The moment at which facts are read, and the language in which they are shown. */
export interface Showing {
  now: Date;
  language: Language;
}

type Unit = Pick<
  ReadUnit,
  | 'requests'
  | 'notes'
  | 'reviews'
  | 'openings'
  | 'erasures'
  | 'invitations'
  | 'grants'
  | 'organisation'
  | 'locks'
  | 'stops'
  | 'events'
  | 'trust'
  | 'authenticators'
>;

/** The facts for one card; null if the unit cannot see the request (P9). */
export async function readFacts(unit: Unit, request: string, as: Showing): Promise<CardFacts | null> {
  const found = await unit.requests.find(request);
  if (found === null) return null;
  const [plain] = await factsOf(unit, [found], as);
  if (plain === undefined) return null;
  const crossing = plain.grant === null ? null : await readCrossing(unit, plain.grant.id);
  const facts = { ...plain, crossing };
  if (!isOpen(found)) return facts;
  const denials = await earlierDenials(unit, found);
  const names = await namesOf(
    unit,
    denials.map(({ requester }) => requester),
  );
  return {
    ...facts,
    denials: denials.map((denial) => ({ ...denial, name: names(denial.requester) })),
    usually: await usualSeconds(unit, found.tenant),
    outdated: outdatedBy(await whyOutdated(unit, found, facts.offer?.terms ?? found.terms, as.now)),
  };
}

const outdatedBy = (why: Outdated | null): CardFacts['outdated'] =>
  why === null ? null : waitsForLock(why.changes) ? 'locked' : 'rules';

/**
 * The facts of many requests in few reads: each object is read once. Leaves out earlier denials, and how long the customer
 * usually takes.
 */
export async function factsOf(
  unit: Unit,
  requests: readonly AccessRequest[],
  { now, language }: Showing,
): Promise<CardFacts[]> {
  if (requests.length === 0) return [];
  const views = await requestViews(unit, requests, { withChanges: requests.length === 1 });
  const around = await readAround(unit, views, now);
  return views.map((view) => cardFacts(view, around, { now, language }));
}

type Found<Kind extends 'tenant' | 'service'> = Awaited<ReturnType<Unit['organisation'][Kind]>>;

/** What the cards show besides the requests themselves. */
type Around = {
  grants: ReadonlyMap<string, Grant>;
  statuses: Awaited<ReturnType<typeof statusesOf>>;
  notes: Awaited<ReturnType<typeof noteViews>>;
  names: Awaited<ReturnType<typeof namesOf>>;
  tenants: ReadonlyMap<string, Found<'tenant'>>;
  services: ReadonlyMap<string, Found<'service'>>;
  vendor: string;
};

async function readAround(unit: Unit, views: readonly RequestView[], now: Date): Promise<Around> {
  const requests = views.map(({ request }) => request);
  const grants = new Map<string, Grant>();
  for (const { id, grant: grantId } of requests) {
    const grant = grantId === null ? null : await unit.grants.find(grantId);
    if (grant !== null) grants.set(id, grant);
  }
  const statuses = await statusesOf(unit, [...grants.values()], now);
  const notes = await noteViews(
    unit,
    requests.map(({ id }) => id),
  );
  const names = await namesOf(unit, [
    ...requests.map(({ requester }) => requester),
    ...notes.flatMap(({ note: { person, to } }) => (to === null ? [person] : [person, to])),
    ...views.flatMap(({ reviews }) => reviews.map(({ person }) => person)),
    ...[...grants.values()].flatMap(({ endedBy }) => endedBy ?? []),
    ...[...statuses.values()].flatMap(({ reason }) => reason?.by ?? []),
  ]);
  const tenants = await readOnce(
    requests,
    ({ tenant }) => tenant,
    (slug) => unit.organisation.tenant(slug),
  );
  const services = await readOnce(
    requests,
    ({ service }) => service,
    (name) => unit.organisation.service(name),
  );
  return { grants, statuses, notes, names, tenants, services, vendor: await unit.organisation.vendorName() };
}

function cardFacts(
  { request, reviews, openings, offer }: RequestView,
  { grants, statuses, notes, names, tenants, services, vendor }: Around,
  { now, language }: Showing,
): CardFacts {
  const grant = grants.get(request.id) ?? null;
  const origin = services.get(request.service)?.upstream?.origin;
  const status = statuses.get(grant?.id ?? '');
  const nameOf = (id: string | null) => (id === null ? null : names(id));
  return {
    request,
    reviews: reviews.map((review) => ({ ...review, name: names(review.person) })),
    offer: offer === null ? null : { ...offer, name: names(offer.person) },
    requester: names(request.requester),
    vendor,
    tenant: tenants.get(request.tenant)?.name ?? request.tenant,
    service: services.get(request.service)?.definition ?? null,
    justification: openings['justification']?.value ?? null,
    change: {
      body: openings['changeBody']?.value ?? null,
      before: openings['changeBefore']?.value ?? null,
    },
    ticket: request.terms.ticket === undefined ? 'none' : { value: openings['ticket']?.value ?? null },
    grant,
    browserUrl: grant === null || origin === undefined ? null : browserAddress(origin, grant.id),
    crossing: null,
    access: status?.access ?? null,
    accessReason: status?.reason == null ? null : { ...status.reason, name: nameOf(status.reason.by) },
    endedBy: nameOf(grant?.endedBy ?? null),
    denials: [],
    notes: notes
      .filter(({ note }) => note.request === request.id)
      .map(({ note: { kind, person, to }, text }) => ({
        ...{ kind, text, name: names(person), toName: to === null ? '' : names(to) },
      })),
    usually: null,
    outdated: null,
    now: now.toISOString(),
    language,
  };
}

/** Whether calls pass under these grants. One card is for both sides, so it never says why the vendor's people have locked. */
async function statusesOf(
  unit: Unit,
  grants: readonly Grant[],
  now: Date,
): Promise<ReadonlyMap<string, AccessStatus>> {
  const { locks, stops } = await loadBlocks(unit, grants);
  const visibleLocks = locks.map((lock) =>
    lock.side === 'vendor' && lock.rule === null ? { ...lock, reason: null } : lock,
  );
  return new Map(grants.map((grant) => [grant.id, accessStatus(grant, { locks: visibleLocks, stops }, now)]));
}

/** Names by id. Reads one after the other, since a unit has one connection. A person who is not visible gets their id as name. */
export async function namesOf(unit: Unit, ids: readonly string[]): Promise<(id: string) => string> {
  const people = await readOnce(
    ids.map((id) => ({ id })),
    ({ id }) => id,
    (id) => unit.organisation.person(id),
  );
  return (id) => people.get(id)?.name ?? id;
}

async function readOnce<Item, Found>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  find: (key: string) => Promise<Found>,
): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  for (const key of new Set(items.map(keyOf))) found.set(key, await find(key));
  return found;
}

const LIMIT = 20;
const page = { cursor: null, limit: LIMIT };
const OWN_OPEN = ['awaiting_customer', 'awaiting_vendor'] as const;

/** The facts for one person's App Home. Contains only what that person may see (P9). */
export async function homeFacts({ deps, settings }: SlackParts, principal: Principal): Promise<HomeFacts> {
  const { person } = principal;
  const reader = readerOf(principal);
  const awaited =
    reader === 'approver' ? 'awaiting_customer' : reader === 'reviewer' ? 'awaiting_vendor' : null;
  const lists = await Promise.all([
    awaited === null ? [] : itemsOf(listRequests(deps, principal, { state: awaited }, page)),
    itemsOf(listRequests(deps, principal, { state: 'countered', requester: person.id }, page)),
    itemsOf(listRequests(deps, principal, {}, page)),
    // The person's own requests have their own query, so that a page full of other requests cannot hide them.
    ...OWN_OPEN.map((state) => itemsOf(listRequests(deps, principal, { state, requester: person.id }, page))),
  ]);
  const [toDecide, countered, all, ...own] = lists.map((views) => views.map(({ request }) => request));
  const grants = await Promise.all(
    (['active', 'scheduled'] as const).map((state) => listGrants(deps, principal, { state }, page)),
  );
  const live = grants.flatMap(({ items }) =>
    items.map(({ grant }) => ({ id: grant.request, tenant: grant.tenant })),
  );
  const facts = await factsByRequest(deps, settings, [
    ...(toDecide ?? []),
    ...(countered ?? []),
    ...(all ?? []),
    ...own.flat(),
    ...live,
  ]);
  const isLive = new Set(live.map(({ id }) => id));
  const of = (ids: readonly string[]) => ids.flatMap((id) => facts.get(id) ?? []);
  const waiting = of([...(toDecide ?? []), ...(countered ?? [])].map(({ id }) => id)).filter(
    ({ request, reviews }) =>
      request.state === 'countered' ||
      (request.requester !== person.id &&
        !reviews.some((review) => review.person === person.id && review.digest === request.digest)),
  );
  const isWaiting = new Set(waiting.map(({ request }) => request.id));
  const undecided = of(
    own
      .flat()
      .filter(({ id }) => !isWaiting.has(id))
      .map(({ id }) => id),
  );
  const isAsked = (facts: CardFacts) => waitingQuestion(facts) !== undefined;
  return {
    waiting: [...waiting, ...undecided.filter(isAsked)],
    pending: undecided.filter((facts) => !isAsked(facts)),
    active: of([...isLive]),
    past: of(
      (all ?? []).filter((request) => !isOpen(request) && !isLive.has(request.id)).map(({ id }) => id),
    ),
    reader,
    person: person.id,
    mayStop: hasPermission(person, 'grant.revoke'),
    mayAsk: hasPermission(person, 'request.create'),
    language: settings.language,
  };
}

const itemsOf = async <T>(list: Promise<{ items: T[] }>): Promise<T[]> => (await list).items;

function readerOf({ person }: Principal): HomeFacts['reader'] {
  if (hasRole(person, 'approver')) return 'approver';
  if (hasRole(person, 'reviewer')) return 'reviewer';
  return hasRole(person, 'engineer') ? 'engineer' : 'other';
}

/** Reads each tenant's requests in that tenant's own unit. */
async function factsByRequest(
  deps: SlackParts['deps'],
  { language }: SlackParts['settings'],
  requests: readonly { tenant: string; id: string }[],
): Promise<Map<string, CardFacts>> {
  const byTenant = new Map<string, Set<string>>();
  for (const { tenant, id } of requests) byTenant.set(tenant, (byTenant.get(tenant) ?? new Set()).add(id));
  const found = new Map<string, CardFacts>();
  for (const [tenant, ids] of byTenant) {
    const cards = await deps.store.readForTenant(tenant, async (unit) =>
      factsOf(unit, await unit.requests.findAll([...ids]), { now: deps.clock.now(), language }),
    );
    for (const facts of cards) found.set(facts.request.id, facts);
  }
  return found;
}
