import type { Budget, ScopeEntry } from '@countersign/contract';
import type { Grant } from '../../domain/grant.js';
import { canSee, requestVisibility, requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { notFound } from '../../errors.js';
import type { ListFilter, Page, PageQuery, ReadUnit } from '../../ports/index.js';
import { loadInvitations, selectConsents } from '../requests/countersignatures.js';
import type { Deps } from '../shared/deps.js';
import { narrowFilter, readAsPerson } from '../shared/visible-objects.js';

/** A grant with the scope and budget of its terms. */
export interface GrantView {
  grant: Grant;
  scope: ScopeEntry[];
  budget: Budget | null;
  /** The persons whose passkeys signed it; empty if the vendor's word alone vouches for it. */
  countersignedBy: string[];
}

/** Views of many grants, in a fixed number of reads. */
async function grantViews(
  unit: Pick<ReadUnit, 'requests' | 'reviews' | 'invitations'>,
  grants: readonly Grant[],
): Promise<GrantView[]> {
  const requests = await unit.requests.findAll(grants.map(({ request }) => request));
  const terms = new Map(requests.map((request) => [request.id, request.terms]));
  const reviews = await unit.reviews.ofRequests(grants.map(({ request }) => request));
  const invited = await loadInvitations(unit, requests);
  return grants.map((grant) => {
    const asked = terms.get(grant.request);
    if (asked === undefined) throw notFound('grant');
    const consents = selectConsents(grant, asked, reviews, invited);
    const countersignedBy = [...new Set(consents.map(({ statement }) => statement.person))];
    return { grant, scope: asked.scope, budget: asked.budget ?? null, countersignedBy };
  });
}

/** @throws AccessError `not_found` */
export function getGrant(deps: Deps, principal: Principal, id: string): Promise<GrantView> {
  requirePermission(principal, 'grant.read');
  const { person } = principal;
  return readAsPerson(deps, person, async (unit) => {
    const grant = await unit.grants.find(id);
    if (grant === null || !canSee(requestVisibility(person), grant)) throw notFound('grant');
    const [view] = await grantViews(unit, [grant]);
    if (view === undefined) throw notFound('grant');
    return view;
  });
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
    return { items: await grantViews(unit, items), next };
  });
}
