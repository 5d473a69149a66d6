import type { Budget, ReviewSide, ScopeEntry } from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import { type Grant } from '../../domain/grant.js';
import { type AccessStatus, accessStatus } from '../../domain/grant-access.js';
import type { Lock } from '../../domain/lock.js';
import { canSee, requestVisibility, requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { notFound } from '../../errors.js';
import type { ListFilter, Page, PageQuery, ReadUnit } from '../../ports/index.js';
import { loadBlocks, lockFor } from '../locks/locks.js';
import type { Deps } from '../shared/deps.js';
import { narrowFilter, readAsPerson } from '../shared/visible-objects.js';
import { loadInvitations, selectConsents } from './countersignatures.js';

/** A grant with the scope and budget of its terms. */
export interface GrantView {
  grant: Grant;
  /** The customer's slug. The grant's own is the sealed log's name if a gag keeps it apart. */
  tenant: string;
  scope: ScopeEntry[];
  /** Answers show the fields that routes mask. */
  unmasked?: true;
  budget: Budget | null;
  /** The persons whose passkeys signed it; empty if the vendor's word alone vouches for it. */
  countersignedBy: string[];
  /** Whether calls under it can pass now, as the reader may know it. */
  status: AccessStatus;
  /** The rules of supervision that have paused it. */
  pausedBy: { side: ReviewSide; rule: string; at: string }[];
  /** Address of the service for browsers; null if it has no origin of its own. */
  origin: string | null;
}

type ViewReads = Pick<ReadUnit, 'requests' | 'reviews' | 'invitations' | 'locks' | 'stops' | 'organisation'>;

/** Views of many grants, in a number of reads that is fixed but for one for each tenant that has open ones. */
async function grantViews(
  { clock }: Deps,
  unit: ViewReads,
  reader: Person,
  grants: readonly Grant[],
): Promise<GrantView[]> {
  const requests = await unit.requests.findAll(grants.map(({ request }) => request));
  const terms = new Map(requests.map((request) => [request.id, request.terms]));
  const { statuses, locks } = await readStatuses(unit, reader, grants, requests, clock.now());
  const reviews = await unit.reviews.ofRequests(grants.map(({ request }) => request));
  const invited = await loadInvitations(unit, requests);
  const origins = await originsOf(unit, grants);
  return grants.map((grant) => {
    const requestTerms = terms.get(grant.request);
    if (requestTerms === undefined) throw notFound('grant');
    const consents = selectConsents(grant, requestTerms, reviews, invited);
    const countersignedBy = [...new Set(consents.map(({ statement }) => statement.person))];
    return {
      grant,
      tenant: requestTerms.tenant,
      scope: requestTerms.scope,
      ...(requestTerms.unmasked && { unmasked: requestTerms.unmasked }),
      budget: requestTerms.budget ?? null,
      countersignedBy,
      status: statuses.get(grant.id) ?? NO_STATUS,
      pausedBy: pausesOf(grant, locks),
      origin: origins.get(grant.service) ?? null,
    };
  });
}

/** The status of a grant whose status was not read. It must not suggest that access is open. */
const NO_STATUS: AccessStatus = { access: 'not_yet', reason: null };

/**
 * Whether calls pass now under each of these grants, as the reader may know it.
 *
 * @param requests those of the grants
 */
export async function readStatuses(
  unit: Pick<ViewReads, 'locks' | 'stops'>,
  reader: Pick<Person, 'tenant'>,
  grants: readonly Grant[],
  requests: readonly AccessRequest[],
  now: Date,
): Promise<{ statuses: Map<string, AccessStatus>; locks: Lock[] }> {
  const tenants = new Map(requests.map(({ id, terms }) => [id, terms.tenant]));
  // A grant under a gag has its sealed log in place of the tenant, but locks and stops are the tenant's.
  const own = grants.map((grant) => ({ ...grant, tenant: tenants.get(grant.request) ?? grant.tenant }));
  const { locks, stops } = await loadBlocks(unit, own);
  const blocks = { locks: locks.map((lock) => lockFor(reader, lock)), stops };
  return { statuses: new Map(own.map((grant) => [grant.id, accessStatus(grant, blocks, now)])), locks };
}

/** The origins of the services that have one. */
async function originsOf(
  { organisation }: Pick<ViewReads, 'organisation'>,
  grants: readonly Grant[],
): Promise<Map<string, string>> {
  const origins = new Map<string, string>();
  for (const name of new Set(grants.map(({ service }) => service))) {
    const origin = (await organisation.service(name))?.upstream?.origin;
    if (origin !== undefined) origins.set(name, origin);
  }
  return origins;
}

const pausesOf = ({ id }: Grant, locks: readonly Lock[]): GrantView['pausedBy'] =>
  locks.flatMap(({ kind, name, side, rule, createdAt }) =>
    kind === 'grant' && name === id && rule !== null ? [{ side, rule, at: createdAt }] : [],
  );

/** @throws AccessError `not_found` */
export async function getGrant(deps: Deps, principal: Principal, id: string): Promise<GrantView> {
  requirePermission(principal, 'grant.read');
  const { person } = principal;
  const view = await readAsPerson(deps, person, async (unit) => {
    const grant = await unit.grants.find(id);
    if (grant === null || !canSee(requestVisibility(person), grant)) throw notFound('grant');
    const [view] = await grantViews(deps, unit, person, [grant]);
    if (view === undefined) throw notFound('grant');
    return view;
  });
  return withEndWords(deps, view);
}

export async function listGrants(
  deps: Deps,
  principal: Principal,
  filter: ListFilter,
  page: PageQuery,
): Promise<Page<GrantView>> {
  requirePermission(principal, 'grant.read');
  const { person } = principal;
  const allowed = narrowFilter(filter, requestVisibility(person));
  if (allowed === null) return { items: [], next: null };
  return readAsPerson(deps, person, async (unit) => {
    const { items, next } = await unit.grants.list(allowed, page);
    return { items: await grantViews(deps, unit, person, items), next };
  });
}

/**
 * Adds the reason given by the person who stopped the access. Lists leave it out: it is in the log of the grant’s tenant, which
 * needs a unit of that tenant.
 */
async function withEndWords({ store }: Pick<Deps, 'store'>, view: GrantView): Promise<GrantView> {
  const { access, reason } = view.status;
  if (reason?.code !== 'revoked') return view;
  const { id, tenant } = view.grant;
  const why = await store.readForTenant(tenant, (unit) => readEndWords(unit, id));
  return { ...view, status: { access, reason: { ...reason, why } } };
}

/** The words of the person who ended the grant; null if there are none, or if they were erased. */
export async function readEndWords(
  { events, openings }: Pick<ReadUnit, 'events' | 'openings'>,
  grant: string,
): Promise<string | null> {
  const { items } = await events.list({ grant, types: ['grant.ended'] }, { cursor: null, limit: 1 });
  const [found] = items;
  if (found === undefined) return null;
  const { commitments } = JSON.parse(found.leaf) as { commitments?: { words?: string } };
  const words = commitments?.words;
  return words === undefined ? null : ((await openings.find([words])).get(words)?.value ?? null);
}
