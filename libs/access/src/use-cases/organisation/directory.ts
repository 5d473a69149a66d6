import { isForTenant, type ServiceRecord } from '../../domain/organisation.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { notFound } from '../../errors.js';
import type { Deps } from '../shared/deps.js';
import { readAsPerson } from '../shared/visible-objects.js';

/** Names for the pages. A customer's person sees the vendor and their own tenant (P9). */
interface OrganisationNames {
  vendor: { name: string };
  tenants: { slug: string; name: string }[];
}

export async function organisationNames(deps: Deps, principal: Principal): Promise<OrganisationNames> {
  requirePermission(principal, 'directory.read');
  const { person } = principal;
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

/** A service with its routes, for someone who is about to request access. @throws AccessError `not_found` */
export function getService(deps: Deps, principal: Principal, name: string): Promise<ServiceRecord> {
  requirePermission(principal, 'service.read');
  const { person } = principal;
  return readAsPerson(deps, person, async (unit) => {
    const service = await unit.organisation.service(name);
    if (service === null) throw notFound('service');
    return service;
  });
}

/** All services that are for the caller's side, by name. */
export function listServices(deps: Deps, principal: Principal): Promise<ServiceRecord[]> {
  requirePermission(principal, 'service.read');
  const { tenant } = principal.person;
  return deps.store.directory.read(async (unit) => {
    const services = await unit.organisation.services();
    return tenant === null ? services : services.filter((service) => isForTenant(service, tenant));
  });
}

/**
 * The person with this id, including people who have left, because decisions and records name them. A customer sees the
 * vendor's staff and its own people, never another tenant's (P9).
 *
 * @throws AccessError `not_found`
 */
export function getPerson(deps: Deps, principal: Principal, id: string): Promise<Person> {
  requirePermission(principal, 'directory.read');
  const { person } = principal;
  return readAsPerson(deps, person, async (unit) => {
    const found = await unit.organisation.person(id);
    if (found === null) throw notFound('person');
    return found;
  });
}
