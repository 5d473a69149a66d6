import { isId } from '@countersign/contract';
import { addressOf } from '../../domain/person.js';
import { SCIM_LIMITS, type ScimGroup } from '../../domain/provisioning.js';
import { AccessError, notFound } from '../../errors.js';
import type { VendorUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { applyGroupRoles, type ProvisionedSide, provision } from './provisioned-roles.js';

/** What a client may write. */
export type ProvisionedGroupInput = Pick<ScimGroup, 'name' | 'externalId' | 'members'>;

/** The ids of one side's groups, ascending; with a name only those that have it, in any letter case. */
export async function findProvisionedGroups(
  deps: Deps,
  tenant: string | null,
  { displayName }: { displayName?: string } = {},
): Promise<string[]> {
  const heads = await deps.store.provisioning.read((unit) => unit.scimGroups.heads(tenant));
  const lowerName = displayName?.toLowerCase();
  return heads
    .filter(({ name }) => lowerName === undefined || name.toLowerCase() === lowerName)
    .map(({ id }) => id);
}

/** Those groups of one side that these ids name, by id. A group may be large, so read a long list in parts. */
export function readProvisionedGroups(
  deps: Deps,
  tenant: string | null,
  ids: readonly string[],
): Promise<ScimGroup[]> {
  return deps.store.provisioning.read((unit) => unit.scimGroups.of(tenant, ids));
}

/** @throws AccessError `not_found` */
export function getProvisionedGroup(deps: Deps, tenant: string | null, id: string): Promise<ScimGroup> {
  return deps.store.provisioning.read((unit) => requireGroup(unit, tenant, id));
}

/**
 * The client makes a group; its members get the roles that the organisation file gives for its name.
 *
 * @throws AccessError `conflict` for a name that is taken, `invalid_request` for a member who is no user of this side,
 *   for too many members, and if the side has too many groups
 */
export function createProvisionedGroup(
  deps: Deps,
  tenant: string | null,
  input: ProvisionedGroupInput,
): Promise<ScimGroup> {
  return provision(deps, tenant, async (unit, side) => {
    await requireFreeName(unit, tenant, input.name);
    await requireRoom(unit, tenant);
    const group: ScimGroup = {
      ...(await checked(unit, tenant, input)),
      id: deps.ids.next('grp'),
      tenant,
      createdAt: side.at,
      modifiedAt: side.at,
    };
    await takeOver(unit, side, group.members);
    await unit.scimGroups.save(group);
    await applyGroupRoles(deps, unit, side, group.members);
    return group;
  });
}

/**
 * The client changes a group. People who join or leave it get the roles of their groups; if its name changes, all of its
 * members do.
 *
 * @param change the new content, from the current one; throws if it may not be written
 * @throws AccessError `not_found`, `conflict`, `invalid_request`
 */
export function changeProvisionedGroup(
  deps: Deps,
  tenant: string | null,
  id: string,
  change: (current: ScimGroup) => ProvisionedGroupInput,
): Promise<ScimGroup> {
  return provision(deps, tenant, async (unit, side) => {
    const before = await requireGroup(unit, tenant, id);
    const input = await checked(unit, tenant, change(before));
    if (input.name !== before.name) await requireFreeName(unit, tenant, input.name);
    const after: ScimGroup = { ...before, ...input, modifiedAt: side.at };
    await takeOver(unit, side, after.members);
    await unit.scimGroups.save(after);
    const everyone = [...new Set([...before.members, ...after.members])].sort();
    const isBoth = (person: string) => before.members.includes(person) && after.members.includes(person);
    const isRenamed = before.name !== after.name;
    await applyGroupRoles(
      deps,
      unit,
      side,
      everyone.filter((person) => isRenamed || !isBoth(person)),
    );
    return after;
  });
}

/** @throws AccessError `not_found` */
export function removeProvisionedGroup(
  deps: Deps,
  tenant: string | null,
  id: string,
  check: (current: ScimGroup) => void,
): Promise<void> {
  return provision(deps, tenant, async (unit, side) => {
    const before = await requireGroup(unit, tenant, id);
    check(before);
    await unit.scimGroups.remove(id);
    await applyGroupRoles(deps, unit, side, before.members);
  });
}

async function requireGroup(
  unit: { scimGroups: Pick<VendorUnit['scimGroups'], 'find'> },
  tenant: string | null,
  id: string,
): Promise<ScimGroup> {
  const group = isId('grp', id) ? await unit.scimGroups.find(id) : null;
  if (group === null || group.tenant !== tenant) throw notFound('group');
  return group;
}

async function requireFreeName(unit: VendorUnit, tenant: string | null, name: string): Promise<void> {
  if ((await unit.scimGroups.findByName(tenant, name)) !== null)
    throw new AccessError('conflict', 'A group with this name exists already.', { pointer: '/displayName' });
}

async function requireRoom(unit: VendorUnit, tenant: string | null): Promise<void> {
  if ((await unit.scimGroups.countSide(tenant)) >= SCIM_LIMITS.groups)
    throw new AccessError(
      'invalid_request',
      `A side has at most ${SCIM_LIMITS.groups} groups. Provision only those that give roles.`,
    );
}

/** From now on the client manages these people, and the organisation file no longer changes them. */
async function takeOver(unit: VendorUnit, side: ProvisionedSide, members: readonly string[]): Promise<void> {
  for (const id of members) {
    const person = await unit.organisation.person(id);
    if (person === null || (await unit.scimUsers.find(id)) !== null) continue;
    const profile = { userName: addressOf(person), displayName: person.name };
    const { tenant, at } = side;
    await unit.scimUsers.save({
      person: id,
      tenant,
      externalId: null,
      profile,
      createdAt: at,
      modifiedAt: at,
    });
  }
}

/** Sorts the members, each once. */
async function checked(
  unit: VendorUnit,
  tenant: string | null,
  { name, externalId, members }: ProvisionedGroupInput,
): Promise<ProvisionedGroupInput> {
  const unique = [...new Set(members)].sort();
  if (unique.length > SCIM_LIMITS.members)
    throw new AccessError('invalid_request', `A group has at most ${SCIM_LIMITS.members} members.`, {
      pointer: '/members',
    });
  for (const id of unique) {
    const person = isId('usr', id) ? await unit.organisation.person(id) : null;
    const isUser =
      person?.tenant === tenant &&
      (person.removedAt === null || (await unit.scimUsers.find(person.id)) !== null);
    if (!isUser)
      throw new AccessError('invalid_request', 'A member is not a user of this side.', {
        pointer: '/members',
      });
  }
  return { name, externalId, members: unique };
}
