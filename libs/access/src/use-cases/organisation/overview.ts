import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import type { EnrolledGateway } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';

/** Names that pages show. A customer's person sees the vendor and their own tenant (P9). */
export interface OrganisationNames {
  vendor: { name: string };
  tenants: { slug: string; name: string }[];
}

export async function organisationNames(deps: Deps, { person }: Principal): Promise<OrganisationNames> {
  requirePermission(person, 'self.read');
  const { tenant } = person;
  if (tenant === null)
    return deps.store.directory.read(async (unit) => ({
      vendor: { name: await unit.organisation.vendorName() },
      tenants: (await unit.organisation.tenants()).map(({ slug, name }) => ({ slug, name })),
    }));
  return deps.store.readForTenant(tenant, async (unit) => {
    const own = await unit.organisation.tenant(tenant);
    return {
      vendor: { name: await unit.organisation.vendorName() },
      tenants: own === null ? [] : [{ slug: own.slug, name: own.name }],
    };
  });
}

/** Every enrolled gateway, newest first, revoked ones included. */
export async function listGateways(deps: Deps, { person }: Principal): Promise<EnrolledGateway[]> {
  requirePermission(person, 'gateway.read');
  const gateways = await deps.store.gateways.read((unit) => unit.gateways.list());
  return gateways.reverse();
}
