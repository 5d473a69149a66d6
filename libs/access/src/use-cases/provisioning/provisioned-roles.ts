import type { ScimSettings } from '../../domain/organisation.js';
import { type Person, sameRoles } from '../../domain/person.js';
import { rolesOfGroups } from '../../domain/provisioning.js';
import { AccessError } from '../../errors.js';
import type { VendorUnit } from '../../ports/index.js';
import { changePeople, changePersonIn } from '../organisation/change-person.js';
import { withWaitingIn } from '../organisation/people-widenings.js';
import type { Deps } from '../shared/deps.js';

/** One side, as its SCIM client may change it. */
export interface ProvisionedSide {
  tenant: string | null;
  settings: ScimSettings;
  /** Only the tenant's own people may widen a claimed tenant; a client may only narrow it. */
  isClaimed: boolean;
  at: string;
}

/** Runs the work in one unit, for a side whose organisation file accepts a SCIM client. @throws AccessError `forbidden` */
export function provision<T>(
  deps: Deps,
  tenant: string | null,
  work: (unit: VendorUnit, side: ProvisionedSide) => Promise<T>,
): Promise<T> {
  return changePeople(deps, async (unit) => {
    const settings = await unit.organisation.scim(tenant);
    if (settings === null) throw new AccessError('forbidden', 'This side accepts no SCIM client.');
    const isClaimed = tenant !== null && (await unit.trust.current(tenant)) !== null;
    return work(unit, { tenant, settings, isClaimed, at: deps.clock.now().toISOString() });
  });
}

/** Who the log says changed a person: the broker, as the provider's client told it. */
export const byClient = ({ at }: ProvisionedSide) => ({ actor: 'job', at, via: 'scim' as const });

/** The roles that the person's groups give now; in a claimed tenant only those that the person has already. */
export async function groupRoles(
  unit: VendorUnit,
  { settings, isClaimed }: ProvisionedSide,
  { id, roles }: Pick<Person, 'id' | 'roles'>,
): Promise<Person['roles']> {
  const groups = await unit.scimGroups.ofPerson(id);
  const rolesByGroups = rolesOfGroups(
    settings,
    groups.map(({ name }) => name),
  );
  return isClaimed ? rolesByGroups.filter((role) => roles.includes(role)) : rolesByGroups;
}

/**
 * Gives each of these people the roles of their groups, after the groups have changed. From then on the organisation
 * file's roles do not count for them.
 */
export async function applyGroupRoles(
  deps: Deps,
  unit: VendorUnit,
  side: ProvisionedSide,
  persons: Iterable<string>,
): Promise<void> {
  for (const id of persons) {
    const person = await unit.organisation.person(id);
    if (person === null || person.removedAt !== null || person.tenant !== side.tenant) continue;
    const intended = await withWaitingIn(unit, person);
    const roles = await groupRoles(unit, side, person);
    if (!sameRoles(roles, intended.roles))
      await changePersonIn(deps, unit, person, { ...intended, roles }, byClient(side));
  }
}
