import type { Basis } from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import type { Grant } from '../../domain/grant.js';
import { canSee, requestVisibility, type Visibility } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { notFound } from '../../errors.js';
import type { ListFilter, ReadUnit, TenantUnit, Whereabouts } from '../../ports/index.js';
import type { Deps } from './deps.js';

/** Reads in the person's own tenant, or across tenants for vendor staff (P9). */
export function readAsPerson<T>(
  deps: Deps,
  person: Person,
  work: (unit: ReadUnit) => Promise<T>,
): Promise<T> {
  return person.tenant === null
    ? deps.store.readAsVendor(work)
    : deps.store.readForTenant(person.tenant, work);
}

/** Limits the filter to what the person may see; null if nothing is left. */
export function narrowFilter(filter: ListFilter, visibility: Visibility): ListFilter | null {
  if ('all' in visibility) return 'sealed' in visibility ? { ...filter, sealed: 'too' } : filter;
  if ('basis' in visibility) return { ...filter, basis: visibility.basis, sealed: 'too' };
  if ('tenant' in visibility)
    return filter.tenant !== undefined && filter.tenant !== visibility.tenant
      ? null
      : { ...filter, tenant: visibility.tenant };
  return filter.requester !== undefined && filter.requester !== visibility.requester
    ? null
    : { ...filter, requester: visibility.requester };
}

/**
 * The tenant in whose unit of work a request is changed. A customer's person stays in their own tenant. For vendor staff
 * the unit looks up the tenant of the request; a request that they may not see does not exist.
 */
export const locateRequest = (principal: Principal, id: string): string | Whereabouts =>
  locate(principal, 'request', id);

/** As `locateRequest`, for a grant. */
export const locateGrant = (principal: Principal, id: string): string | Whereabouts =>
  locate(principal, 'grant', id);

const locate = ({ person }: Principal, kind: Whereabouts['kind'], id: string): string | Whereabouts =>
  person.tenant ?? { kind, id, sees: (owner) => canSee(requestVisibility(person), owner) };

/**
 * Loads the request and the caller as stored now. A request that the caller may not see does not exist for them.
 *
 * @throws AccessError `not_found`
 */
export async function loadVisibleRequest(
  unit: TenantUnit,
  principal: Principal,
  id: string,
): Promise<{ request: AccessRequest; person: Person }> {
  const { found, person } = await requireVisible(
    unit,
    principal,
    await unit.requests.find(id),
    'request',
    basisOfRequest,
  );
  return { request: found, person };
}

/** As `loadVisibleRequest`, for a grant. */
export async function loadVisibleGrant(
  unit: TenantUnit,
  principal: Principal,
  id: string,
): Promise<{ grant: Grant; person: Person }> {
  const { found, person } = await requireVisible(
    unit,
    principal,
    await unit.grants.find(id),
    'grant',
    ({ basis }) => basis,
  );
  return { grant: found, person };
}

const basisOfRequest = ({ terms }: AccessRequest): Basis => terms.basis;

async function requireVisible<T extends { tenant: string; requester: string }>(
  unit: TenantUnit,
  principal: Principal,
  found: T | null,
  what: 'request' | 'grant',
  basisOf: (found: T) => Basis | null,
): Promise<{ found: T; person: Person }> {
  const person = await unit.organisation.person(principal.person.id);
  if (
    found === null ||
    person === null ||
    !canSee(requestVisibility(person), { ...found, basis: basisOf(found) })
  )
    throw notFound(what);
  return { found, person };
}

/**
 * Requires that the slug is a tenant's. A removed tenant keeps its log and history, so its slug is accepted.
 *
 * @throws AccessError `not_found`
 */
export async function requireTenant(deps: Deps, slug: string): Promise<void> {
  if (!(await deps.store.directory.read((unit) => unit.organisation.knowsTenant(slug))))
    throw notFound('tenant');
}
