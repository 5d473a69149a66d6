import { type Permission } from '@countersign/contract';
import type { TenantRecord } from '../../domain/organisation.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { AccessError, notFound } from '../../errors.js';
import type { OrganisationView } from '../../ports/index.js';

/** Requires the permission. A customer's person sees only their own tenant; vendor staff see every tenant (P9). */
export function requireTenantAccess(principal: Principal, permission: Permission, slug: string): void {
  requirePermission(principal, permission);
  const { person } = principal;
  if (person.tenant !== null && person.tenant !== slug) throw notFound('tenant');
}

/**
 * Requires that the tenant is the person's own, and the permission. Returns both as stored now.
 *
 * @throws AccessError `not_found`, `forbidden`
 */
export async function requireOwnTenant(
  unit: { organisation: Pick<OrganisationView, 'person' | 'tenant'> },
  principal: Principal,
  permission: Permission,
  slug: string,
): Promise<{ tenant: TenantRecord; actor: Person }> {
  const actor = await unit.organisation.person(principal.person.id);
  const tenant = await unit.organisation.tenant(slug);
  if (actor === null || tenant === null || actor.tenant !== slug) throw notFound('tenant');
  requirePermission(principal, permission, actor);
  return { tenant, actor };
}

/**
 * Requires that the tenant has no provider of its own. Mailed codes, and passkeys beside them, are for tenants without one: a
 * session from before must not go around the provider, nor last without it.
 *
 * @throws AccessError `forbidden`
 */
export function requireNoProvider({ oidc }: Pick<TenantRecord, 'oidc'>): void {
  if (oidc !== null)
    throw new AccessError('forbidden', 'Your organisation has a sign-in of its own now. Use that one.');
}
