import type { TenantRole, VendorRole } from '../../domain/organisation.js';
import { normaliseEmail, type Person, sameRoles } from '../../domain/person.js';
import type { OrganisationRepository, VendorUnit } from '../../ports/index.js';
import { changePersonIn } from '../organisation/change-person.js';
import type { Deps } from '../shared/deps.js';
import { roleBelowMinimum } from '../trust/too-few-left.js';
import { type SessionDraft, type SessionLimits, type StartedSession, startSessionIn } from './sessions.js';

/** Why someone whom a provider vouches for is not signed in. */
export type SignInRefusal =
  | 'unknown_person'
  | 'email_unverified'
  | 'identity_changed'
  | 'no_roles'
  | 'needed_role';

/** What one side's provider says of someone. Its answer has been checked before. */
export interface ProvidedIdentity {
  /** Whose provider it is: no one of another side can be signed in by it. Null for the vendor's. */
  tenant: string | null;
  issuer: string;
  subject: string;
  email: string | null;
  emailVerified: boolean;
  /** What their groups give; null if roles do not come from the provider. */
  roles: (VendorRole | TenantRole)[] | null;
}

/** How a browser is signed in; `replaces` is the session that it held before. */
export type SignInTo = Pick<SessionDraft, 'device' | 'replaces'>;

/**
 * Signs in whom a provider vouches for. Someone new is found by their verified e-mail among the people of the
 * provider's own side, and their subject is pinned; from then on the pin alone counts.
 */
export function signInByProvider(
  deps: Deps,
  given: ProvidedIdentity,
  to: SignInTo,
  limits: SessionLimits,
): Promise<StartedSession | { refused: SignInRefusal }> {
  return deps.store.asVendor(async (unit) => {
    const found = await personOf(unit, given);
    if (typeof found === 'string') return { refused: found };
    // Roles before the pin, as everything that changes a person: two units never wait for each other crosswise.
    const person = await withGivenRoles(deps, unit, found.person, given);
    // Not by throwing, neither here nor below: what the provider took away stays taken away.
    if (person === null) return { refused: 'needed_role' };
    if (!found.isPinned) await pin(deps, unit, person, given);
    if (person.roles.length === 0) return { refused: 'no_roles' };
    return startSessionIn(deps, unit, { ...to, person, assurance: 'oidc', parent: null }, limits);
  });
}

async function personOf(
  unit: VendorUnit,
  { tenant, issuer, subject, email, emailVerified }: ProvidedIdentity,
): Promise<{ person: Person; isPinned: boolean } | SignInRefusal> {
  const pinned = await unit.identities.find(tenant, issuer, subject);
  if (pinned !== null) {
    const person = await unit.organisation.person(pinned.person);
    return person === null || person.removedAt !== null || person.tenant !== tenant
      ? 'unknown_person'
      : { person, isPinned: true };
  }
  if (!emailVerified || email === null) return 'email_unverified';
  const person = await findMemberByEmail(unit, tenant, email);
  if (person === null) return 'unknown_person';
  if ((await unit.identities.ofPerson(person.id, issuer)) !== null) return 'identity_changed';
  return { person, isPinned: false };
}

async function pin(
  deps: Deps,
  unit: VendorUnit,
  person: Person,
  { tenant, issuer, subject }: ProvidedIdentity,
): Promise<void> {
  const pinnedAt = deps.clock.now().toISOString();
  await unit.identities.insert({ tenant, issuer, subject, person: person.id, pinnedAt });
  const log = await unit.logOf(tenant);
  await log.append({
    type: 'identity.pinned',
    at: pinnedAt,
    actor: person.id,
    data: { person: person.id, issuer },
    personal: { subject },
  });
}

/** Someone of one side by their address, however it is spelled; null if it is no one, or no address. */
export async function findMemberByEmail(
  unit: { organisation: Pick<OrganisationRepository, 'persons'> },
  tenant: string | null,
  email: string,
): Promise<Person | null> {
  const normal = normaliseEmail(email);
  const known = normal === undefined ? [] : await unit.organisation.persons(normal);
  return known.find((person) => person.tenant === tenant && person.removedAt === null) ?? null;
}

/**
 * Where the provider's groups give roles, they are the person's roles from now on; null if a tenant could not do
 * without one that they take away. Then nothing changes, and no one acts by it either: the person is signed out.
 */
async function withGivenRoles(
  deps: Deps,
  unit: VendorUnit,
  person: Person,
  { roles }: ProvidedIdentity,
): Promise<Person | null> {
  if (roles === null) return person;
  const given = excludeEachOther(person, roles) ? [] : [...new Set(roles)].sort();
  if (sameRoles(given, person.roles)) return person;
  const after: Person = { ...person, roles: given };
  const at = deps.clock.now().toISOString();
  const tenant = person.tenant === null ? null : await unit.organisation.tenant(person.tenant);
  if (tenant !== null && (await roleBelowMinimum(unit, tenant, person, after)) !== null) {
    await unit.sessions.endAllOf(person.id, at);
    return null;
  }
  await changePersonIn(unit, person, after, { actor: person.id, at });
  return after;
}

/** P2: whoever watches over access neither asks for it nor reviews it. Groups that say so give nothing at all. */
const excludeEachOther = ({ tenant }: Person, roles: ProvidedIdentity['roles'] & object): boolean =>
  tenant === null &&
  roles.includes('security-admin') &&
  (roles.includes('engineer') || roles.includes('reviewer'));
