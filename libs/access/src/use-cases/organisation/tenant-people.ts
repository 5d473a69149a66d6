import type { TenantRole } from '@countersign/contract';
import type { TenantRecord } from '../../domain/organisation.js';
import { requireOwnAddress } from '../../domain/owned-domains.js';
import { type Person, type Principal, readAddress, sameRoles } from '../../domain/person.js';
import type { PersonWidening } from '../../domain/widening.js';
import { AccessError, notFound } from '../../errors.js';
import type { VendorUnit } from '../../ports/index.js';
import { requireOwnKey } from '../shared/claimed-tenant.js';
import type { Deps } from '../shared/deps.js';
import { requireOwnTenant, requireTenantAccess } from '../shared/tenant-access.js';
import { readAsPerson } from '../shared/visible-objects.js';
import { changePeople, changePersonIn, groupsOf, roleBelowMinimum } from './change-person.js';
import { withWaitingIn } from './people-widenings.js';

interface TenantPersonInput {
  email: string;
  name: string;
  roles: TenantRole[];
  /** The groups that the privacy controls name; absent: those that the person has. */
  groups?: string[] | undefined;
}

/** A person from now on, and what waits because it lets them decide more; null: nothing. */
export interface PersonChangeView {
  person: Person;
  waiting: PersonWidening | null;
}

/** People of a tenant; those who have left come last. @throws AccessError `forbidden`, `not_found` */
export async function listTenantPeople(deps: Deps, principal: Principal, slug: string): Promise<Person[]> {
  requireTenantAccess(principal, 'people.read', slug);
  return readAsPerson(deps, principal.person, async (unit) => {
    if ((await unit.organisation.tenant(slug)) === null) throw notFound('tenant');
    const people = await unit.organisation.people(slug);
    return [...people].sort(
      (a, b) => Number(a.removedAt !== null) - Number(b.removedAt !== null) || (a.name < b.name ? -1 : 1),
    );
  });
}

/**
 * The tenant's admin adds a person. A person who left comes back as the same person, signed in nowhere. If the tenant's
 * controls let widenings wait, a role that decides waits.
 *
 * @throws AccessError `forbidden`, `not_found`, `invalid_request` for an invalid address, `conflict` for one that is taken or in
 *   another side's domain
 */
export function addTenantPerson(
  deps: Deps,
  principal: Principal,
  slug: string,
  input: TenantPersonInput,
): Promise<PersonChangeView> {
  return changePerson(deps, principal, slug, async (unit, { actor }) => {
    const address = readAddress(input.email);
    if (address === undefined)
      throw new AccessError('invalid_request', 'This is not an e-mail address.', { pointer: '/email' });
    requireOwnAddress(await unit.organisation.domains(), address, slug, '/email');
    const known = await unit.organisation.persons(address.email);
    if (known.some((each) => each.tenant === null && each.removedAt === null))
      throw new AccessError(
        'conflict',
        'This address belongs to the vendor’s staff, who hold no customer role.',
      );
    const before = known.find((each) => each.tenant === slug) ?? null;
    if (before !== null && before.removedAt === null)
      throw new AccessError('conflict', 'A person with this address exists already.');
    const after: Person = {
      id: before?.id ?? deps.ids.next('usr'),
      tenant: slug,
      ...address,
      name: input.name,
      roles: [...input.roles].sort(),
      ...groupsOf(input.groups === undefined ? (before ?? {}) : { groups: input.groups }),
      removedAt: null,
    };
    return changePersonIn(deps, unit, before, after, {
      ...{ actor: actor.id, at: deps.clock.now().toISOString() },
    });
  });
}

/**
 * The tenant's admin changes a person's name, roles or groups.
 *
 * @throws AccessError `forbidden`, `not_found`, `conflict` if too few people would be left in a role, or if the tenant's
 *   provider gives the roles
 */
export function changeTenantPerson(
  deps: Deps,
  principal: Principal,
  slug: string,
  id: string,
  input: Partial<Pick<TenantPersonInput, 'name' | 'roles' | 'groups'>>,
): Promise<PersonChangeView> {
  return changePerson(deps, principal, slug, async (unit, { actor, tenant }) => {
    const before = await requireMember(unit, slug, id);
    const intended = await withWaitingIn(unit, before);
    const roles = input.roles === undefined ? intended.roles : [...input.roles].sort();
    if (tenant.oidc?.groups !== undefined && !sameRoles(roles, intended.roles))
      throw new AccessError('conflict', 'Your provider’s groups give the roles. Change the groups there.');
    const { groups: had, ...rest } = intended;
    const groups = groupsOf({ groups: input.groups ?? had ?? [] });
    const after: Person = { ...rest, name: input.name ?? before.name, roles, ...groups };
    await requireEnoughLeft(unit, tenant, before, after);
    return changePersonIn(deps, unit, before, after, {
      ...{ actor: actor.id, at: deps.clock.now().toISOString() },
    });
  });
}

/** @throws AccessError `forbidden`, `not_found`, `conflict` if too few people would be left in a role */
export function removeTenantPerson(
  deps: Deps,
  principal: Principal,
  slug: string,
  id: string,
): Promise<Person> {
  return changePerson(deps, principal, slug, async (unit, { actor, tenant }) => {
    const before = await requireMember(unit, slug, id);
    const at = deps.clock.now().toISOString();
    const after: Person = { ...before, removedAt: at };
    await requireEnoughLeft(unit, tenant, before, after);
    return (await changePersonIn(deps, unit, before, after, { actor: actor.id, at })).person;
  });
}

function changePerson<T>(
  deps: Deps,
  principal: Principal,
  slug: string,
  work: (unit: VendorUnit, by: { tenant: TenantRecord; actor: Person }) => Promise<T>,
): Promise<T> {
  return changePeople(deps, async (unit) => {
    const by = await requireOwnTenant(unit, principal, 'people.write', slug);
    await requireOwnKey(unit, principal);
    return work(unit, by);
  });
}

async function requireMember(unit: VendorUnit, slug: string, id: string): Promise<Person> {
  const person = await unit.organisation.person(id);
  if (person?.tenant !== slug || person.removedAt !== null) throw notFound('person');
  return person;
}

/** @throws AccessError `conflict` */
async function requireEnoughLeft(
  unit: VendorUnit,
  tenant: TenantRecord,
  before: Person,
  after: Person,
): Promise<void> {
  const role = await roleBelowMinimum(unit, tenant, before, after);
  if (role === 'admin')
    throw new AccessError('conflict', 'This is the last admin. Make another person an admin first.');
  if (role === 'approver')
    throw new AccessError(
      'conflict',
      `Your controls require ${tenant.controls.approvals} approval(s), and fewer approvers would be left.`,
    );
}
