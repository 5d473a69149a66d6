import type { TenantRecord, TenantRole } from '../../domain/organisation.js';
import { requireStrongSignIn } from '../../domain/permissions.js';
import { normaliseEmail, type Person, type Principal, sameRoles } from '../../domain/person.js';
import { AccessError, notFound } from '../../errors.js';
import type { VendorUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { readAs } from '../shared/read-as.js';
import { requireOwnKey } from '../trust/own-key.js';
import { roleBelowMinimum } from '../trust/too-few-left.js';
import { changePersonIn } from './change-person.js';
import { requireOwnTenant, requireTenantAccess } from './own-tenant.js';

export interface TenantPersonInput {
  email: string;
  name: string;
  roles: TenantRole[];
}

/** People of a tenant, those who have left last. @throws AccessError `forbidden`, `not_found` */
export async function listTenantPeople(deps: Deps, principal: Principal, slug: string): Promise<Person[]> {
  requireTenantAccess(principal, 'people.read', slug);
  return readAs(deps, principal.person, async (unit) => {
    if ((await unit.organisation.tenant(slug)) === null) throw notFound('tenant');
    const people = await unit.organisation.people(slug);
    return [...people].sort(
      (a, b) => Number(a.removedAt !== null) - Number(b.removedAt !== null) || (a.name < b.name ? -1 : 1),
    );
  });
}

/**
 * The tenant's admin takes someone in. Who has left comes back as the same person, signed in nowhere.
 *
 * @throws AccessError `forbidden`, `not_found`, `invalid_request` for no address, `conflict` for one that is taken
 */
export function addTenantPerson(
  deps: Deps,
  principal: Principal,
  slug: string,
  input: TenantPersonInput,
): Promise<Person> {
  return changing(deps, principal, slug, async (unit, { actor }) => {
    const email = normaliseEmail(input.email);
    if (email === undefined)
      throw new AccessError('invalid_request', 'This is no e-mail address.', { pointer: '/email' });
    const known = await unit.organisation.persons(email);
    if (known.some((each) => each.tenant === null && each.removedAt === null))
      throw new AccessError(
        'conflict',
        'This is an address of the vendor’s staff, who hold no customer role.',
      );
    const before = known.find((each) => each.tenant === slug) ?? null;
    if (before !== null && before.removedAt === null)
      throw new AccessError('conflict', 'Somebody with this address is here already.');
    const after: Person = {
      id: before?.id ?? deps.ids.next('usr'),
      tenant: slug,
      email,
      name: input.name,
      roles: [...input.roles].sort(),
      removedAt: null,
    };
    await changePersonIn(unit, before, after, { actor: actor.id, at: deps.clock.now().toISOString() });
    return after;
  });
}

/**
 * Another name, other roles.
 *
 * @throws AccessError `forbidden`, `not_found`, `conflict` if too few would be left, or where the tenant's provider
 *   gives the roles
 */
export function changeTenantPerson(
  deps: Deps,
  principal: Principal,
  slug: string,
  id: string,
  input: Partial<Pick<TenantPersonInput, 'name' | 'roles'>>,
): Promise<Person> {
  return changing(deps, principal, slug, async (unit, { actor, tenant }) => {
    const before = await memberIn(unit, slug, id);
    const roles = input.roles === undefined ? before.roles : [...input.roles].sort();
    if (tenant.oidc?.groups !== undefined && !sameRoles(roles, before.roles))
      throw new AccessError('conflict', 'Your provider’s groups give the roles: change the groups there.');
    const after: Person = { ...before, name: input.name ?? before.name, roles };
    await enoughLeft(unit, tenant, before, after);
    await changePersonIn(unit, before, after, { actor: actor.id, at: deps.clock.now().toISOString() });
    return after;
  });
}

/** @throws AccessError `forbidden`, `not_found`, `conflict` if too few would be left */
export function removeTenantPerson(
  deps: Deps,
  principal: Principal,
  slug: string,
  id: string,
): Promise<Person> {
  return changing(deps, principal, slug, async (unit, { actor, tenant }) => {
    const before = await memberIn(unit, slug, id);
    const at = deps.clock.now().toISOString();
    const after: Person = { ...before, removedAt: at };
    await enoughLeft(unit, tenant, before, after);
    await changePersonIn(unit, before, after, { actor: actor.id, at });
    return after;
  });
}

function changing(
  deps: Deps,
  principal: Principal,
  slug: string,
  work: (unit: VendorUnit, by: { tenant: TenantRecord; actor: Person }) => Promise<Person>,
): Promise<Person> {
  return deps.store.asVendor(async (unit) => {
    const by = await requireOwnTenant(unit, principal, 'people.write', slug);
    requireStrongSignIn(principal);
    await requireOwnKey(unit, principal);
    return work(unit, by);
  });
}

async function memberIn(unit: VendorUnit, slug: string, id: string): Promise<Person> {
  const person = await unit.organisation.person(id);
  if (person?.tenant !== slug || person.removedAt !== null) throw notFound('person');
  return person;
}

/** @throws AccessError `conflict` */
async function enoughLeft(
  unit: VendorUnit,
  tenant: TenantRecord,
  before: Person,
  after: Person,
): Promise<void> {
  const lacks = await roleBelowMinimum(unit, tenant, before, after);
  if (lacks === 'admin')
    throw new AccessError('conflict', 'This is the last admin. Make somebody else one first.');
  if (lacks === 'approver')
    throw new AccessError(
      'conflict',
      `Your controls ask for ${tenant.controls.approvals} approval(s), and fewer approvers would be left.`,
    );
}
