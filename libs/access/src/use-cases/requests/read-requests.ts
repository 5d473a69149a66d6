import {
  type Opening,
  resourcesOverlap,
  type ScopeEntry,
  sha256Digest,
  type Terms,
  termsCommitments,
  utf8,
} from '@countersign/contract';
import { type AccessRequest, isOpen } from '../../domain/access-request.js';
import { countInStage } from '../../domain/approval-stages.js';
import type { AccessStatus } from '../../domain/grant-access.js';
import { canSee, hasPermission, requestVisibility, requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import type { RequestNote } from '../../domain/request-note.js';
import { countApprovals, findCounterOffer, type Offer, type Review } from '../../domain/review.js';
import { notFound } from '../../errors.js';
import { BASES } from '../../policy/bases.js';
import { mayDecideNow } from '../../policy/validate-review.js';
import type { ReadUnit } from '../../ports/index.js';
import { outdatedRequests } from '../evaluation/outdated-requests.js';
import type { Outdated } from '../evaluation/reevaluate.js';
import { readStatuses } from '../grants/read-grants.js';
import { type ErasedValue, erasedValue } from '../log/read-log.js';
import type { Deps } from '../shared/deps.js';
import { readAsPerson } from '../shared/visible-objects.js';
import { openDecision } from './open-decision.js';

/** A request with its reviews (oldest first) and the openings of its commitments. */
export interface RequestView {
  request: AccessRequest;
  reviews: Review[];
  openings: Record<string, Opening>;
  /** The texts that were erased, by name. */
  erased: Record<string, ErasedValue>;
  /** The customer's counter-offer, until the requester has answered it. */
  offer: (Offer & { review: string; person: string }) | null;
  /** The `inv_…` that it is based on; null if none. */
  invitation: string | null;
}

/** A request as a list shows it. */
export interface RequestWithAccess extends RequestView {
  /** Whether calls pass under the grant that it led to; null if it led to none. */
  status: AccessStatus | null;
  /**
   * Why it can no longer be approved: the rules have changed since. Null while it can, and once it is decided. To a requester
   * who was offered less it says why the offer can no longer be accepted.
   */
  outdated: Outdated | null;
}

export async function withAccess(
  deps: Deps,
  unit: ReadUnit,
  reader: Person,
  views: readonly RequestView[],
): Promise<RequestWithAccess[]> {
  const now = deps.clock.now();
  const grants = await unit.grants.findAll(views.flatMap(({ request }) => request.grant ?? []));
  const requests = views.map(({ request }) => request);
  const { statuses } = await readStatuses(unit, reader, grants, requests, now);
  const approvable = views.map(({ request, offer }) => ({
    request,
    terms: (request.requester === reader.id ? offer?.terms : undefined) ?? request.terms,
  }));
  const outdated = await outdatedRequests(unit, approvable, now);
  return views.map((view) => ({
    ...view,
    status: statuses.get(view.request.grant ?? '') ?? null,
    outdated: outdated.get(view.request.id) ?? null,
  }));
}

/** The request with the number of approvals that each side has given by these reviews. */
function withProgress(request: AccessRequest, reviews: readonly Review[]): AccessRequest {
  const { vendor, customer } = request.needs;
  const stages = customer.stages?.map((stage) => ({
    ...stage,
    approved: countInStage(reviews, request.digest, stage.name),
  }));
  return {
    ...request,
    needs: {
      ...request.needs,
      vendor: { ...vendor, approved: countApprovals(reviews, 'vendor', request.digest) },
      customer: {
        ...customer,
        approved: countApprovals(reviews, 'customer', request.digest),
        ...(stages === undefined ? {} : { stages }),
      },
    },
  };
}

function openOffer(request: AccessRequest, reviews: readonly Review[]): RequestView['offer'] {
  const counter = request.state === 'countered' ? findCounterOffer(reviews, request.digest) : undefined;
  return counter === undefined ? null : { ...counter.offer, review: counter.id, person: counter.person };
}

/** The texts of changes are long, so lists leave them out. */
function commitmentsOf(terms: Terms, { withChanges }: ViewOptions): Record<string, string> {
  const { changeBody, changeBefore, ...others } = termsCommitments(terms);
  if (!withChanges) return others;
  return {
    ...others,
    ...(changeBody === undefined ? {} : { changeBody }),
    ...(changeBefore === undefined ? {} : { changeBefore }),
  };
}

interface ViewOptions {
  /** Also opens the texts of exact changes. */
  withChanges: boolean;
}

/** Views of many requests, in a fixed number of reads. */
export async function requestViews(
  unit: Pick<ReadUnit, 'reviews' | 'openings' | 'erasures' | 'invitations'>,
  requests: readonly AccessRequest[],
  options: ViewOptions = { withChanges: false },
): Promise<RequestView[]> {
  if (requests.length === 0) return [];
  const reviews = await unit.reviews.ofRequests(requests.map((request) => request.id));
  const committed = requests.flatMap((request) => Object.values(commitmentsOf(request.terms, options)));
  const opened = await unit.openings.find(committed);
  const missing = committed.filter((commitment) => !opened.has(commitment));
  const gone = missing.length === 0 ? new Map() : await unit.erasures.of(missing);
  const invitations = await unit.invitations.idsOf(requests.flatMap(({ terms }) => terms.invitation ?? []));
  return requests.map((request) => {
    const own = reviews.filter((review) => review.request === request.id);
    const openings: Record<string, Opening> = {};
    const erased: RequestView['erased'] = {};
    for (const [name, commitment] of Object.entries(commitmentsOf(request.terms, options))) {
      const opening = opened.get(commitment);
      const erasure = gone.get(commitment);
      if (opening !== undefined) openings[name] = opening;
      else if (erasure !== undefined) erased[name] = erasedValue(erasure);
    }
    return {
      request: withProgress(request, own),
      reviews: own,
      openings,
      erased,
      offer: openOffer(request, own),
      invitation: invitations.get(request.terms.invitation ?? '') ?? null,
    };
  });
}

/** A denied request that overlaps the current one. */
export interface EarlierDenial {
  request: string;
  requester: string;
  deniedAt: string;
  reason: string | null;
}

/** How many of the last denials are searched, and how many matches are shown. */
const MAX_SEARCHED = 200;
const MAX_SHOWN = 10;

const overlap = (a: readonly ScopeEntry[], b: readonly ScopeEntry[]): boolean =>
  a.some((one) =>
    b.some(
      (other) =>
        resourcesOverlap(one.resource, other.resource) &&
        one.actions.some((action) => other.actions.includes(action)),
    ),
  );

/** Overlapping requests that were denied before in this tenant and service, newest first, for the reviewer. */
export async function earlierDenials(
  unit: Pick<ReadUnit, 'requests' | 'reviews'>,
  request: AccessRequest,
): Promise<EarlierDenial[]> {
  const { tenant, service } = request;
  const { items } = await unit.requests.list(
    { tenant, service, state: 'denied', to: request.createdAt },
    { cursor: null, limit: MAX_SEARCHED },
  );
  const denied = items.filter((each) => overlap(each.terms.scope, request.terms.scope)).slice(0, MAX_SHOWN);
  const reviews = await unit.reviews.ofRequests(denied.map(({ id }) => id));
  return denied.map(({ id, requester, endedAt, createdAt }) => ({
    request: id,
    requester,
    deniedAt: endedAt ?? createdAt,
    reason: reviews.find((review) => review.request === id && review.decision === 'deny')?.reason ?? null,
  }));
}

/** How long a tenant takes to decide, in seconds; null if there are so few decisions that single ones would show. */
interface DecisionTimes {
  count: number;
  median: number | null;
  p90: number | null;
}

const SAMPLE_SIZE = 50;
const MIN_DECISIONS = 5;

/** Over the tenant's last decisions, for someone about to send a request. @throws AccessError `forbidden`, `not_found` */
export async function decisionTimes(deps: Deps, principal: Principal, slug: string): Promise<DecisionTimes> {
  requirePermission(principal, 'request.read');
  const { person } = principal;
  if (person.tenant !== null && person.tenant !== slug) throw notFound('tenant');
  const seconds = await deps.store.readForTenant(slug, async (unit) => {
    if ((await unit.organisation.tenant(slug)) === null) throw notFound('tenant');
    return decisionSeconds(unit, slug);
  });
  return { count: seconds.length, median: quantile(seconds, 0.5), p90: quantile(seconds, 0.9) };
}

/** In how many seconds from its turn on the customer usually decides; null if too few decisions tell. */
export const usualSeconds = async (
  unit: Pick<ReadUnit, 'requests' | 'reviews'>,
  tenant: string,
): Promise<number | null> => quantile(await decisionSeconds(unit, tenant), 0.5);

/** How long the tenant's last decisions took, sorted. */
async function decisionSeconds(
  unit: Pick<ReadUnit, 'requests' | 'reviews'>,
  tenant: string,
): Promise<number[]> {
  const page = { cursor: null, limit: SAMPLE_SIZE };
  const lists = [
    await unit.requests.list({ tenant, state: 'approved' }, page),
    await unit.requests.list({ tenant, state: 'denied' }, page),
  ];
  const decided = lists
    .flatMap(({ items }) => items)
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
    .slice(0, SAMPLE_SIZE);
  const reviews = await unit.reviews.ofRequests(decided.map(({ id }) => id));
  return decided
    .map((request) => secondsToDecide(request, reviews))
    .filter((each) => each !== null)
    .sort((a, b) => a - b);
}

/** What was said about these requests, in its order. */
export async function noteViews(
  { notes, openings }: Pick<ReadUnit, 'notes' | 'openings'>,
  requests: readonly string[],
): Promise<NoteView[]> {
  const found = await notes.ofRequests(requests);
  const opened = await openings.find(found.flatMap(({ text }) => text ?? []));
  return found.map((note) => ({ note, text: opened.get(note.text ?? '')?.value ?? null }));
}

/** Others of the reader's side who may decide the request now, if the reader may. */
async function colleaguesFor(
  unit: Pick<ReadUnit, 'organisation' | 'invitations'>,
  { request, reviews }: RequestView,
  reader: Person,
  now: Date,
): Promise<string[]> {
  const decision = await openDecision(unit, request, reviews, now);
  if (!mayDecideNow(decision, reader)) return [];
  const role = reader.tenant === null ? BASES[request.terms.basis].reviewer : 'approver';
  const colleagues = await unit.organisation.withRole(reader.tenant, role);
  return colleagues
    .filter((person) => person.id !== reader.id && mayDecideNow(decision, person))
    .map(({ id }) => id);
}

/** From the start of the customer's turn to its first decision; null if the customer has not decided. */
function secondsToDecide(request: AccessRequest, reviews: readonly Review[]): number | null {
  const own = reviews.filter((review) => review.request === request.id);
  const decided = own.find((review) => review.side === 'customer');
  if (decided === undefined) return null;
  const turn = own.findLast((review) => review.side === 'vendor' && review.at <= decided.at);
  return (Date.parse(decided.at) - Date.parse(turn?.at ?? request.createdAt)) / 1000;
}

/** The nearest-rank quantile of a sorted list; null if it is so short that single decisions would show. */
const quantile = (sorted: readonly number[], share: number): number | null =>
  sorted.length < MIN_DECISIONS ? null : (sorted[Math.ceil(sorted.length * share) - 1] ?? null);

/** A question, answer or forward with its text; null if it was erased, or if a forward has none. */
export interface NoteView {
  note: RequestNote;
  text: string | null;
}

/** One request in full. */
export interface RequestDetail extends RequestWithAccess {
  notes: NoteView[];
  /** Colleagues to whom the reader may forward it; empty if the reader may not decide it now. */
  forwardTo: string[];
  /** In how many seconds from its turn on the customer usually decides; null if too few decisions tell. */
  usually: number | null;
  /** For people who may review it. */
  denials: EarlierDenial[];
  /** The people that the request names, with what the reader may know of them. */
  people: Person[];
  /** The exact changes that its requester has proposed beside it, newest first. */
  proposed: Pick<AccessRequest, 'id' | 'state'>[];
  /** The record of the read that the requester names; null if it does not exist, absent if they name none. */
  beforeRecord?: { at: string; isSame: boolean; byHash: boolean } | null;
}

/** How many newer requests of the engineer are searched for changes that were proposed beside a request. */
const MAX_SEARCHED_FOR_CHANGES = 100;

async function proposedBeside(
  { requests }: Pick<ReadUnit, 'requests'>,
  { id, tenant, service, requester, createdAt, terms }: AccessRequest,
): Promise<RequestDetail['proposed']> {
  if (terms.change !== undefined) return [];
  const { items } = await requests.list(
    { tenant, service, requester, from: createdAt },
    { cursor: null, limit: MAX_SEARCHED_FOR_CHANGES },
  );
  return items.filter((each) => each.terms.change?.follows === id);
}

/**
 * Compares what the requester says about a read with the record that they name. Only records of downloads have the hash of
 * what was sent; of all others the size can be compared.
 */
async function recordOfBefore(
  { hashing }: Pick<Deps, 'hashing'>,
  { records }: Pick<ReadUnit, 'records'>,
  { request, openings }: RequestView,
): Promise<Pick<RequestDetail, 'beforeRecord'>> {
  const { change, requester, service } = request.terms;
  const id = change?.before?.record;
  if (id === undefined) return {};
  const [found] = await records.allowed([id]);
  if (found === undefined || found.person !== requester) return { beforeRecord: null };
  const text = openings['changeBefore']?.value;
  const isSame =
    found.method === 'GET' &&
    found.service === service &&
    found.outcome === 'completed' &&
    found.path === change?.path &&
    text !== undefined &&
    found.bytes === utf8(text).length;
  const byHash = found.sentSha256 !== null;
  const isSameHash = !byHash || (text !== undefined && found.sentSha256 === sha256Digest(hashing, text));
  return { beforeRecord: { at: found.at, isSame: isSame && isSameHash, byHash } };
}

/** So that a page that shows the request need not ask for each name. */
async function peopleOf(
  { organisation }: Pick<ReadUnit, 'organisation'>,
  { request, reviews, offer, notes, forwardTo, denials }: Omit<RequestDetail, 'people'>,
): Promise<Person[]> {
  const named = [
    ...[request.requester, offer?.person ?? null, ...forwardTo],
    ...reviews.map(({ person }) => person),
    ...notes.flatMap(({ note }) => [note.person, note.to]),
    ...denials.map(({ requester }) => requester),
  ].filter((id) => id !== null);
  const found = await Promise.all([...new Set(named)].map((id) => organisation.person(id)));
  return found.filter((person) => person !== null);
}

/** @throws AccessError `not_found` */
export function getRequest(deps: Deps, principal: Principal, id: string): Promise<RequestDetail> {
  requirePermission(principal, 'request.read');
  const { person } = principal;
  return readAsPerson(deps, person, async (unit) => {
    const request = await unit.requests.find(id);
    if (request === null || !canSee(requestVisibility(person), { ...request, basis: request.terms.basis }))
      throw notFound('request');
    const views = await requestViews(unit, [request], { withChanges: true });
    const [view] = await withAccess(deps, unit, person, views);
    if (view === undefined) throw notFound('request');
    const mayReview = hasPermission(person, 'request.review') && person.id !== request.requester;
    const detail = {
      ...view,
      notes: await noteViews(unit, [id]),
      forwardTo: await colleaguesFor(unit, view, person, deps.clock.now()),
      usually: isOpen(request) ? await usualSeconds(unit, request.tenant) : null,
      denials: mayReview ? await earlierDenials(unit, request) : [],
      proposed: await proposedBeside(unit, request),
      ...(await recordOfBefore(deps, unit, view)),
    };
    return { ...detail, people: hasPermission(person, 'directory.read') ? await peopleOf(unit, detail) : [] };
  });
}
