import { isId } from '@countersign/contract';
import { requireOwnAddress } from '../../domain/owned-domains.js';
import { addressOf, exactEmail, type Person, readAddress } from '../../domain/person.js';
import { withFacts } from '../../domain/person-facts.js';
import {
  factsOfProfile,
  nameOfProfile,
  SCIM_LIMITS,
  type ScimGroup,
  type ScimProfile,
  type ScimUser,
} from '../../domain/provisioning.js';
import { AccessError, notFound } from '../../errors.js';
import type { OrganisationRepository, VendorReadUnit, VendorUnit } from '../../ports/index.js';
import { changePersonIn } from '../organisation/change-person.js';
import { samePerson, withWaitingIn } from '../organisation/people-widenings.js';
import type { Deps } from '../shared/deps.js';
import { byClient, groupRoles, type ProvisionedSide, provision } from './provisioned-roles.js';

/** A person as the side's SCIM client sees them. */
export interface ProvisionedUser {
  id: string;
  active: boolean;
  profile: ScimProfile;
  externalId: string | null;
  groups: Pick<ScimGroup, 'id' | 'name'>[];
  /** Null for a person of the organisation file whom the client has not changed yet. */
  createdAt: string | null;
  modifiedAt: string | null;
}

/** What a client may write. */
export type ProvisionedUserInput = Pick<ProvisionedUser, 'active' | 'profile' | 'externalId'>;

type Reads = Pick<VendorReadUnit, 'scimUsers' | 'scimGroups'> & {
  organisation: Pick<OrganisationRepository, 'person'>;
};

/** A value by which an index finds a user. */
type ProvisionedUserKey = Partial<Pick<ProvisionedUser, 'id'>> & {
  userName?: string;
  externalId?: string;
};

/**
 * The ids of one side's users, ascending: those of the organisation file, and those whom the client has made, inactive ones
 * included. With a key only those that can have it: some of them may not, and the user name is compared as an address.
 */
export function findProvisionedUsers(
  deps: Deps,
  tenant: string | null,
  { id, userName, externalId }: ProvisionedUserKey = {},
): Promise<string[]> {
  return deps.store.provisioning.read(async ({ organisation, scimUsers }) => {
    if (id !== undefined) return isId('usr', id) ? [id] : [];
    if (externalId !== undefined) return scimUsers.idsByExternalId(tenant, externalId);
    if (userName === undefined) return scimUsers.ids(tenant);
    const address = readAddress(userName);
    const known = address === undefined ? [] : await organisation.persons(address.email);
    return known.filter((each) => each.tenant === tenant).map((each) => each.id);
  });
}

/** Those users of one side that these ids name, by id. Each call is a unit of its own, so read a long list in parts. */
export function readProvisionedUsers(
  deps: Deps,
  tenant: string | null,
  ids: readonly string[],
): Promise<ProvisionedUser[]> {
  return deps.store.provisioning.read(async ({ organisation, scimUsers, scimGroups }) => {
    const people = await organisation.ofSide(tenant, ids);
    const users = new Map((await scimUsers.of(ids)).map((user) => [user.person, user]));
    const groups = new Map((await scimGroups.heads(tenant)).map((group) => [group.id, group]));
    const groupsOf = new Map<string, ProvisionedUser['groups']>();
    for (const { group: id, person } of await scimGroups.memberships(ids)) {
      const group = groups.get(id);
      if (group !== undefined) groupsOf.set(person, [...(groupsOf.get(person) ?? []), group]);
    }
    return people.flatMap((person) => {
      const user = users.get(person.id) ?? null;
      const own = (groupsOf.get(person.id) ?? []).sort((a, b) => (a.id < b.id ? -1 : 1));
      return isUser(person, user) ? [toView(person, user, own)] : [];
    });
  });
}

/** @throws AccessError `not_found` */
export function getProvisionedUser(deps: Deps, tenant: string | null, id: string): Promise<ProvisionedUser> {
  return deps.store.provisioning.read((unit) => viewOf(unit, tenant, id));
}

/**
 * The client makes a person. A person of the organisation file with this address is taken over with their roles; one who
 * had left comes back without any. Groups give the roles of others.
 *
 * @throws AccessError `conflict` for an address that the client has made already, or that belongs to the other side (P2)
 *   or is in another side's domain;
 *   `tenant_claimed`; `invalid_request` for a user name that is no e-mail address, or if the side has too many people
 */
export function createProvisionedUser(
  deps: Deps,
  tenant: string | null,
  input: ProvisionedUserInput,
): Promise<ProvisionedUser> {
  return provision(deps, tenant, async (unit, side) => {
    const address = requireAddress(input.profile);
    const known = await unit.organisation.persons(address.email);
    const before = known.find((each) => each.tenant === tenant) ?? null;
    if (before !== null && (await unit.scimUsers.find(before.id)) !== null)
      throw new AccessError('conflict', 'A user with this name exists already.', { pointer: '/userName' });
    refuseOtherSide(known, tenant);
    if (before === null || before.removedAt !== null) await requireOwn(unit, address, tenant);
    if (before === null) await requireRoom(unit, tenant);
    const isHere = before !== null && before.removedAt === null;
    const intended = before === null ? null : await withWaitingIn(unit, before);
    if (isHere && addressOf(before) !== addressOf(address)) throw otherAddress('conflict');
    if (!isHere && side.isClaimed) throw claimed();
    const user: ScimUser = {
      person: before?.id ?? deps.ids.next('usr'),
      tenant,
      externalId: input.externalId,
      profile: keptProfile(side, input.profile),
      createdAt: side.at,
      modifiedAt: side.at,
    };
    const base: Omit<Person, 'name' | 'roles' | 'removedAt'> =
      intended === null
        ? { id: user.person, tenant, ...address }
        : isHere
          ? intended
          : movedTo(intended, address);
    const after: Person = {
      ...withClientsFacts(base, side, user.profile),
      name: side.isClaimed && before !== null ? before.name : nameOfProfile(input.profile),
      roles: isHere ? (intended?.roles ?? []) : [],
      removedAt: input.active ? null : side.at,
    };
    // A person who is new and inactive is stored all the same: the client may activate them later.
    if (before === null || isHere || input.active) await saveIfChanged(deps, unit, before, after, side);
    await unit.scimUsers.save(user);
    return viewOf(unit, tenant, user.person);
  });
}

/**
 * The client changes a person. Deactivating ends everything of theirs in this unit, also if they are the last admin: the
 * provider says that they are gone. Activating gives them the roles of their groups.
 *
 * @param change the new content, from the current one; throws if it may not be written
 * @throws AccessError `not_found`, `tenant_claimed`, `conflict`; `invalid_request` for another address
 */
export function changeProvisionedUser(
  deps: Deps,
  tenant: string | null,
  id: string,
  change: (current: ProvisionedUser) => ProvisionedUserInput,
): Promise<ProvisionedUser> {
  return provision(deps, tenant, async (unit, side) => {
    const current = await viewOf(unit, tenant, id);
    const before = await requirePerson(unit, tenant, id);
    const input = change(current);
    const address = requireAddress(input.profile);
    const exact = addressOf(address);
    // What the client wrote earlier stays valid.
    if (exact !== addressOf(before) && exact !== exactEmail(current.profile.userName))
      throw otherAddress('invalid_request');
    const comesBack = input.active && before.removedAt !== null;
    if (comesBack) {
      if (side.isClaimed) throw claimed();
      refuseOtherSide(await unit.organisation.persons(before.email), tenant);
      await requireOwn(unit, address, tenant);
    }
    const profile = keptProfile(side, input.profile);
    const intended = await withWaitingIn(unit, before);
    const after: Person = {
      ...withClientsFacts(comesBack ? movedTo(before, address) : intended, side, profile),
      name: side.isClaimed ? before.name : nameOfProfile(input.profile),
      roles: comesBack ? await groupRoles(unit, side, { id, roles: [] }) : intended.roles,
      removedAt: input.active ? null : (before.removedAt ?? side.at),
    };
    await saveIfChanged(deps, unit, before, after, side);
    await unit.scimUsers.save({
      person: id,
      tenant,
      externalId: input.externalId,
      profile,
      createdAt: current.createdAt ?? side.at,
      modifiedAt: side.at,
    });
    return viewOf(unit, tenant, id);
  });
}

/** The client deletes a person: they leave, and the client does not see them any more. @throws AccessError `not_found` */
export function removeProvisionedUser(
  deps: Deps,
  tenant: string | null,
  id: string,
  check: (current: ProvisionedUser) => void,
): Promise<void> {
  return provision(deps, tenant, async (unit, side) => {
    check(await viewOf(unit, tenant, id));
    const before = await requirePerson(unit, tenant, id);
    await saveIfChanged(deps, unit, before, { ...before, removedAt: before.removedAt ?? side.at }, side);
    await unit.scimUsers.remove(id);
  });
}

async function saveIfChanged(
  deps: Deps,
  unit: VendorUnit,
  before: Person | null,
  after: Person,
  side: ProvisionedSide,
): Promise<void> {
  const isSame = before !== null && samePerson(await withWaitingIn(unit, before), after);
  if (!isSame) await changePersonIn(deps, unit, before, after, byClient(side));
}

/** The profile as it is stored: with place and employer only if the settings of the side have `facts`. */
function keptProfile({ settings }: ProvisionedSide, profile: ScimProfile): ScimProfile {
  if (settings.facts === true) return profile;
  const { userType: _type, organization: _organization, workCountry: _country, ...names } = profile;
  return names;
}

/** The person with the facts of the profile as it is stored. Without any, the client's earlier facts no longer apply. */
function withClientsFacts<P extends Pick<Person, 'facts'>>(
  person: P,
  { at }: ProvisionedSide,
  profile: ScimProfile,
): P {
  const { facts: before, ...rest } = person;
  const facts = withFacts(before, 'scim', factsOfProfile(profile), at);
  return { ...rest, ...(facts === undefined ? {} : { facts }) } as P;
}

/** People who have left, and whom the client has never made or has deleted, are no users. */
const isUser = (person: Person, user: ScimUser | null): boolean => user !== null || person.removedAt === null;

const toView = (
  person: Person,
  user: ScimUser | null,
  groups: ProvisionedUser['groups'],
): ProvisionedUser => ({
  id: person.id,
  active: person.removedAt === null,
  profile: user?.profile ?? { userName: addressOf(person), displayName: person.name },
  externalId: user?.externalId ?? null,
  groups,
  createdAt: user?.createdAt ?? null,
  modifiedAt: user?.modifiedAt ?? null,
});

async function viewOf(unit: Reads, tenant: string | null, id: string): Promise<ProvisionedUser> {
  const person = await requirePerson(unit, tenant, id);
  const user = await unit.scimUsers.find(id);
  if (!isUser(person, user)) throw notFound('user');
  return toView(person, user, await unit.scimGroups.ofPerson(id));
}

/** A malformed id is answered like an unknown one. */
async function requirePerson(unit: Reads, tenant: string | null, id: string): Promise<Person> {
  const person = isId('usr', id) ? await unit.organisation.person(id) : null;
  if (person === null || person.tenant !== tenant) throw notFound('user');
  return person;
}

function requireAddress({ userName }: ScimProfile): Pick<Person, 'email' | 'address'> {
  const address = readAddress(userName);
  if (address === undefined)
    throw new AccessError('invalid_request', 'A user name is the e-mail address of the person.', {
      pointer: '/userName',
    });
  return address;
}

/** Somebody who comes back has the address under which the client makes them. */
const movedTo = (
  { address: _former, ...person }: Person,
  address: Pick<Person, 'email' | 'address'>,
): Person => ({ ...person, ...address });

/** The owner of another `+tag` is not this person: mail and mailed codes go to the exact address. */
const otherAddress = (code: 'conflict' | 'invalid_request'): AccessError =>
  new AccessError(
    code,
    'A user keeps the exact address, with its +tag. Use that one, or delete the user first.',
    {
      pointer: '/userName',
    },
  );

async function requireRoom(unit: VendorUnit, tenant: string | null): Promise<void> {
  if ((await unit.organisation.countSide(tenant)) >= SCIM_LIMITS.people)
    throw new AccessError(
      'invalid_request',
      `A side has at most ${SCIM_LIMITS.people} people, including those who have left. Provision only those who need Countersign.`,
    );
}

/** P2: vendor staff hold no customer role. The vendor learns which customer has the person; it may know its customers' people. */
function refuseOtherSide(known: readonly Person[], tenant: string | null): void {
  const other = known.find((each) => each.removedAt === null && (each.tenant === null) !== (tenant === null));
  if (other === undefined) return;
  const whose = tenant === null ? `a person of ${other.tenant}` : 'the other side';
  throw new AccessError('conflict', `This address belongs to ${whose}: vendor staff hold no customer role.`, {
    pointer: '/userName',
  });
}

const requireOwn = async (
  { organisation }: VendorUnit,
  address: Pick<Person, 'email'>,
  tenant: string | null,
): Promise<void> => requireOwnAddress(await organisation.domains(), address, tenant, '/userName');

const claimed = (): AccessError =>
  new AccessError(
    'tenant_claimed',
    'This tenant is claimed: a client can only take access away. Its own admins add and activate people.',
  );
