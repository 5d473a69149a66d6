import type { AccessRequest } from '../../domain/access-request.js';
import type { Grant } from '../../domain/grant.js';
import { canSee, requestVisibility } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { notFound } from '../../errors.js';
import type { TenantUnit, Whereabouts } from '../../ports/index.js';
import type { Deps } from './deps.js';

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
 * The request, and who acts on it, as they stand in the unit that is to change it. What the person may not see does
 * not exist.
 *
 * @throws AccessError `not_found`
 */
export async function requestInSight(
  unit: TenantUnit,
  principal: Principal,
  id: string,
): Promise<{ request: AccessRequest; person: Person }> {
  const { found, person } = await inSight(unit, principal, await unit.requests.find(id), 'request');
  return { request: found, person };
}

/** As `requestInSight`, for a grant. */
export async function grantInSight(
  unit: TenantUnit,
  principal: Principal,
  id: string,
): Promise<{ grant: Grant; person: Person }> {
  const { found, person } = await inSight(unit, principal, await unit.grants.find(id), 'grant');
  return { grant: found, person };
}

async function inSight<T extends { tenant: string; requester: string }>(
  unit: TenantUnit,
  principal: Principal,
  found: T | null,
  what: 'request' | 'grant',
): Promise<{ found: T; person: Person }> {
  const person = await unit.organisation.person(principal.person.id);
  if (found === null || person === null || !canSee(requestVisibility(person), found)) throw notFound(what);
  return { found, person };
}

/**
 * Refuses a slug that is no tenant's. One that has left keeps its log and its history, and is known.
 *
 * @throws AccessError `not_found`
 */
export async function demandTenant(deps: Deps, slug: string): Promise<void> {
  if (!(await deps.store.directory.read((unit) => unit.organisation.knowsTenant(slug))))
    throw notFound('tenant');
}
