import { canonicalJson, type Hashing, sha256Digest } from '@countersign/contract';
import { endpointHash, type ServiceRecord, type WebhookSettings } from '../../domain/organisation.js';
import type { Person } from '../../domain/person.js';
import type { WholeOrganisation } from '../../ports/index.js';
import { intendedPeople } from '../organisation/people-widenings.js';

/**
 * Identifies the organisation in force, so that a file is applied only to what its author has seen. Left out is what changes
 * without a file and without an admin: facts about people, and the roles and groups that a provider gives. The address of a
 * webhook counts by its hash, because it may be a secret. A person counts with what waits for them.
 */
export function organisationHash(hashing: Hashing, whole: WholeOrganisation): string {
  const { people, tenants, services, vendorWebhooks, provisioned, waiting, ...vendor } = whole;
  const provided = new Set(provisioned.map(({ person }) => person));
  const hooks = (list: readonly WebhookSettings[]) =>
    list.map(({ url, ...rest }) => ({ ...rest, endpoint: endpointHash(hashing, { url }) }));
  const content = {
    ...vendor,
    vendorWebhooks: hooks(vendorWebhooks),
    people: intendedPeople({ people, waiting }).map(({ facts: _facts, roles, ...person }) =>
      provided.has(person.id) || rolesAreProvided(whole, person) ? person : { ...person, roles },
    ),
    tenants: tenants.map((tenant) => ({ ...tenant, webhooks: hooks(tenant.webhooks) })),
    services: services.map(serviceContent),
  };
  // Canonical JSON has no undefined members.
  return sha256Digest(hashing, canonicalJson(JSON.parse(JSON.stringify(content))));
}

/** True if the side's provider gives roles by its groups. */
function rolesAreProvided(whole: WholeOrganisation, { tenant }: Pick<Person, 'tenant'>): boolean {
  const oidc = tenant === null ? whole.vendorOidc : whole.tenants.find(({ slug }) => slug === tenant)?.oidc;
  return (oidc as { groups?: unknown } | null | undefined)?.groups !== undefined;
}

const serviceContent = ({ definition, routes, tenants, upstream, removedAt }: ServiceRecord) => ({
  ...{ name: definition.name, routes, tenants, upstream, removedAt },
});
