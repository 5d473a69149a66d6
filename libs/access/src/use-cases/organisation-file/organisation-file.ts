import type { VendorRole } from '@countersign/contract';
import type { AccessPolicy, Organisation } from '../../domain/organisation.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { groupsOf } from '../organisation/change-person.js';
import { changedMembers, type MemberChange } from '../organisation/changed-members.js';
import type { Deps } from '../shared/deps.js';
import { planOfFile, readWholeOrganisation } from './apply-organisation.js';
import { organisationHash } from './organisation-hash.js';
import type { OrganisationChange } from './plan/organisation-step.js';

/**
 * The organisation in force, without anything that opens something or names a file of the host: of settings for sign-in and
 * webhooks it says only that they are there.
 */
interface OrganisationInForce {
  /** What `apply --expect` compares. */
  hash: string;
  vendor: {
    name: string;
    policy: AccessPolicy | null;
    staff: { id: string; name: string; email: string; roles: VendorRole[]; groups?: string[] }[];
  };
  services: { name: string; routes: number; tenants: string[] | null }[];
  tenants: { slug: string; name: string; people: number; signIn: boolean; webhooks: number }[];
}

const isHere = ({ removedAt }: { removedAt: string | null }): boolean => removedAt === null;

/** For the vendor's auditors and security admins. @throws AccessError `forbidden` */
export async function readOrganisationInForce(
  deps: Deps,
  principal: Principal,
): Promise<OrganisationInForce> {
  requirePermission(principal, 'organisation.read');
  const whole = await readWholeOrganisation(deps);
  const people = whole.people.filter(isHere);
  const counts = new Map<string | null, number>();
  for (const { tenant } of people) counts.set(tenant, (counts.get(tenant) ?? 0) + 1);
  return {
    hash: organisationHash(deps.hashing, whole),
    vendor: {
      name: whole.vendorName ?? '',
      policy: whole.policy,
      staff: people.filter(({ tenant }) => tenant === null).map(staffMember),
    },
    services: whole.services.filter(isHere).map(({ definition, tenants }) => ({
      name: definition.name,
      routes: definition.routes.length,
      tenants: tenants ?? null,
    })),
    tenants: whole.tenants.filter(isHere).map(({ slug, name, oidc, webhooks }) => ({
      ...{ slug, name, people: counts.get(slug) ?? 0, signIn: oidc !== null, webhooks: webhooks.length },
    })),
  };
}

const staffMember = (person: Person): OrganisationInForce['vendor']['staff'][number] => ({
  ...{ id: person.id, name: person.name, email: person.email, roles: person.roles as VendorRole[] },
  ...groupsOf(person),
});

/** One difference between a file and what is in force. */
interface PreviewedChange extends Pick<OrganisationChange, 'action' | 'kind' | 'name' | 'heldBy'> {
  /** `hidden`: the values could be secret, so only the fact of the change is shown. */
  members: (MemberChange & { hidden: boolean })[];
  /** How many more members differ. */
  more: number;
}

/**
 * What `apply` would change. Nothing is written: only the operator of the broker's host applies a file. `apply` with the hash from
 * this answer is refused if the organisation has changed since.
 *
 * @param file already validated as a whole; a list of coverage that it only names by a file counts as unchanged
 * @throws AccessError `forbidden`, and what `apply` would refuse: `tenant_claimed`, `conflict`
 */
export async function previewOrganisation(
  deps: Deps,
  principal: Principal,
  file: Organisation,
): Promise<{ hash: string; changes: PreviewedChange[] }> {
  requirePermission(principal, 'organisation.preview');
  const { stored, changes } = await planOfFile(deps, ({ coverage }) =>
    coverage === null ? file : { ...file, vendor: { ...file.vendor, coverage } },
  );
  return { hash: organisationHash(deps.hashing, stored), changes: changes.map(previewedChange) };
}

/** Members whose values the vendor's security admins may read anyway. All others could be secret (P11, P13). */
const SHOWN: Readonly<Record<OrganisationChange['kind'], readonly string[]>> = {
  vendor: ['name', 'policy', 'canaries', 'slack', 'domains'],
  coverage: ['checkedOn', 'ways'],
  person: ['name', 'address', 'roles', 'groups', 'facts'],
  service: [
    ...['name', 'upstream', 'audience', 'tenantFrom', 'tenantHeader', 'checksTenant', 'paths', 'headers'],
    ...['fileHosts', 'cors', 'routes', 'tenants', 'context', 'origin', 'overlay'],
  ],
  tenant: ['slug', 'name', 'controls', 'slack', 'domains', 'removedAt'],
};

const MOST_MEMBERS = 50;

function previewedChange({ action, kind, name, before, after, heldBy }: OrganisationChange): PreviewedChange {
  const members = new Map<string, PreviewedChange['members'][number]>();
  for (const member of changedMembers(before, after)) {
    const [first = ''] = member.path.split('.');
    const isShown = SHOWN[kind].includes(first);
    const path = isShown ? member.path : first;
    members.set(
      path,
      isShown ? { ...member, hidden: false } : { path, before: null, after: null, hidden: true },
    );
  }
  const list = [...members.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    action,
    kind,
    name,
    ...(heldBy === undefined ? {} : { heldBy }),
    members: list.slice(0, MOST_MEMBERS),
    more: Math.max(0, list.length - MOST_MEMBERS),
  };
}
