import { notFound } from '../errors.js';
import type { Principal } from '../organisation/person.js';
import { canSee, requestVisibility } from '../roles/visibility.js';
import type { Deps } from './deps.js';

/**
 * The tenant in whose unit of work a request (or grant) is to be changed. A customer's person never leaves
 * their own tenant; vendor staff are led by the object. What the person may not see does not exist.
 *
 * @throws AccessError `not_found`
 */
export async function locateRequest(deps: Deps, principal: Principal, id: string): Promise<string> {
  return locate(deps, principal, id, 'request');
}

export async function locateGrant(deps: Deps, principal: Principal, id: string): Promise<string> {
  return locate(deps, principal, id, 'grant');
}

async function locate(
  deps: Deps,
  { person }: Principal,
  id: string,
  what: 'request' | 'grant',
): Promise<string> {
  if (person.tenant !== null) return person.tenant;
  return deps.store.readAsVendor(async (unit) => {
    const found = what === 'request' ? await unit.requests.find(id) : await unit.grants.find(id);
    if (found === null || !canSee(requestVisibility(person), found)) throw notFound(what);
    return found.tenant;
  });
}

/**
 * Refuses a slug that is no tenant's. One that has left keeps its log and its history, and is known.
 *
 * @throws AccessError `not_found`
 */
export async function demandTenant(deps: Deps, slug: string): Promise<void> {
  if (!(await deps.store.readAsVendor((unit) => unit.knowsTenant(slug)))) throw notFound('tenant');
}
