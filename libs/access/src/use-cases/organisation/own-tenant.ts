import type { TenantRecord } from '../../domain/organisation.js';
import { demand, type Permission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { notFound } from '../../errors.js';
import type { VendorUnit } from '../../ports/store.js';

/** A customer's person sees their own tenant alone; vendor staff with the permission see each (P9). */
export function demandInSight({ person }: Principal, permission: Permission, slug: string): void {
  demand(person, permission);
  if (person.tenant !== null && person.tenant !== slug) throw notFound('tenant');
}

/**
 * The tenant that a person may change, with the person as stored now.
 *
 * @throws AccessError `not_found`, `forbidden`
 */
export async function ownTenantIn(
  unit: VendorUnit,
  principal: Principal,
  permission: Permission,
  slug: string,
): Promise<{ tenant: TenantRecord; actor: Person }> {
  const actor = await unit.organisation.person(principal.person.id);
  const tenant = await unit.organisation.tenant(slug);
  if (actor === null || tenant === null || actor.tenant !== slug) throw notFound('tenant');
  demand(actor, permission);
  return { tenant, actor };
}
