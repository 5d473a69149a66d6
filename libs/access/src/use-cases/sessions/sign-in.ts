import { canonicalJson, type TenantRole, type VendorRole } from '@countersign/contract';
import {
  addressOf,
  areCompatible,
  exactEmail,
  normaliseEmail,
  type Person,
  sameRoles,
} from '../../domain/person.js';
import { type FactValues, withFacts } from '../../domain/person-facts.js';
import type { OrganisationRepository, VendorUnit } from '../../ports/index.js';
import { changePeople, changePersonIn, roleBelowMinimum } from '../organisation/change-person.js';
import { withWaitingIn } from '../organisation/people-widenings.js';
import type { Deps } from '../shared/deps.js';
import { type SessionDraft, type SessionLimits, type StartedSession, startSessionIn } from './sessions.js';

/** Why a person whom a provider has authenticated is not signed in. */
export type SignInRefusal =
  | 'unknown_person'
  | 'email_unverified'
  | 'identity_changed'
  | 'no_roles'
  | 'needed_role';

/** What one side's provider says about a person. Its answer has been verified before. */
export interface ProvidedIdentity {
  /** The provider's tenant, or null for the vendor. It can sign in only people of that side. */
  tenant: string | null;
  issuer: string;
  subject: string;
  email: string | null;
  emailVerified: boolean;
  /** The roles that their groups give; null if roles do not come from the provider. */
  roles: (VendorRole | TenantRole)[] | null;
  /** What the provider says about place and employer; null if facts do not come from its sign-ins. */
  facts: FactValues | null;
}

/** The browser that is signed in; `replaces` is the session that it held before. */
export type SignInTo = Pick<SessionDraft, 'device' | 'zone' | 'replaces' | 'authenticatedAt'>;

/**
 * Signs in a person whom a provider has authenticated. At the first sign-in their verified e-mail address finds them among
 * the people of the provider's side, and their subject is pinned. From then on only the pinned subject identifies them.
 */
export function signInByProvider(
  deps: Deps,
  identity: ProvidedIdentity,
  to: SignInTo,
  limits: SessionLimits,
): Promise<StartedSession | { refused: SignInRefusal }> {
  return changePeople(deps, async (unit) => {
    const found = await findPerson(unit, identity);
    if (typeof found === 'string') return { refused: found };
    // Roles before the pin: every unit that changes a person locks in this order, so that two units never deadlock.
    const withRoles = await applyProvidedRoles(deps, unit, found.person, identity);
    // Return instead of throwing, here and below: the removal of roles has to be committed.
    if (withRoles === null) return { refused: 'needed_role' };
    const person = await applyProvidedFacts(deps, unit, withRoles, identity);
    if (!found.isPinned) await pin(deps, unit, person, identity);
    if (person.roles.length === 0) return { refused: 'no_roles' };
    await unit.apiKeys.signedIn(person.id, deps.clock.now().toISOString());
    return startSessionIn(deps, unit, { ...to, person, assurance: 'oidc', parent: null }, limits);
  });
}

async function findPerson(
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
  const person = await authenticateAddress(unit, tenant, email);
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

/**
 * The person of one side who has exactly this address, so that its owner may act as them. Null if there is none: the owner
 * of another `+tag` of the same address is not that person.
 */
export async function authenticateAddress(
  unit: { organisation: Pick<OrganisationRepository, 'persons'> },
  tenant: string | null,
  email: string,
): Promise<Person | null> {
  const person = await findMemberByEmail(unit, tenant, email);
  return person !== null && addressOf(person) === exactEmail(email) ? person : null;
}

/**
 * The person of one side with this address, in any spelling; null if there is none, or it is not an address. To compare,
 * never to authenticate: see `authenticateAddress`.
 */
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
 * Applies the roles that the provider's groups give, if they give any.
 *
 * @returns null if the tenant needs a role that they take away: then the roles stay, and the person is signed out everywhere
 */
async function applyProvidedRoles(
  deps: Deps,
  unit: VendorUnit,
  person: Person,
  { roles }: ProvidedIdentity,
): Promise<Person | null> {
  if (roles === null) return person;
  const validRoles = areCompatible(roles) ? [...new Set(roles)].sort() : [];
  const intended = await withWaitingIn(unit, person);
  if (sameRoles(validRoles, intended.roles)) return person;
  const after: Person = { ...intended, roles: validRoles };
  const at = deps.clock.now().toISOString();
  const tenant = person.tenant === null ? null : await unit.organisation.tenant(person.tenant);
  if (tenant !== null && (await roleBelowMinimum(unit, tenant, person, after)) !== null) {
    await unit.sessions.endAllOf(person.id, at);
    return null;
  }
  return (await changePersonIn(deps, unit, person, after, { actor: person.id, at })).person;
}

/** Stores what the provider says about place and employer, if it is other than before. Access that no longer fits ends. */
async function applyProvidedFacts(
  deps: Deps,
  unit: VendorUnit,
  person: Person,
  { facts: said }: ProvidedIdentity,
): Promise<Person> {
  if (said === null) return person;
  const at = deps.clock.now().toISOString();
  const { facts: before, ...rest } = person;
  const facts = withFacts(before, 'oidc', said, at);
  if (canonicalJson(facts ?? null) === canonicalJson(before ?? null)) return person;
  const after: Person = { ...rest, ...(facts === undefined ? {} : { facts }) };
  return (await changePersonIn(deps, unit, person, after, { actor: person.id, at })).person;
}
