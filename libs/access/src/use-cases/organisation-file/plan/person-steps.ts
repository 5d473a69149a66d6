import {
  type Organisation,
  type OrganisationPerson,
  type TenantRecord,
  VENDOR_SLUG,
} from '../../../domain/organisation.js';
import { type Person, readAddress } from '../../../domain/person.js';
import { factsUnder, type PersonFacts } from '../../../domain/person-facts.js';
import { rolesOfGroups } from '../../../domain/provisioning.js';
import { narrowsPerson, wasRemovedWithTenant } from '../../../domain/tenant-changes.js';
import type { WholeOrganisation } from '../../../ports/index.js';
import { changePersonIn, groupsOf } from '../../organisation/change-person.js';
import { intendedPeople, samePerson, splitAssignment } from '../../organisation/people-widenings.js';
import type { Deps } from '../../shared/deps.js';
import { type OrganisationChange, type OrganisationStep, same } from './organisation-step.js';

/** A person as the file states them. */
interface Wanted {
  /** Null for vendor staff. */
  tenant: string | null;
  person: OrganisationPerson<Person['roles'][number]>;
  address: Pick<Person, 'email' | 'address'>;
  /** True if roles come from the provider's groups. The file's roles apply until the first sign-in. */
  provided: boolean;
}

/** With what is known about their place and employer once the file is applied; undefined if nothing is. */
type WantedWithFacts = Wanted & { facts: PersonFacts | undefined };

/**
 * A person whom their side's SCIM client manages, as the file leaves them: the file changes neither whether they are here
 * nor their name, and their roles only if it gives their groups other roles. Null if no client manages them, or if the file no
 * longer accepts one for their side.
 */
function keptByClient(
  file: Organisation,
  { provisioned }: WholeOrganisation,
  person: Person | undefined,
): Person | null {
  const groups = provisioned.find((each) => each.person === person?.id)?.groups;
  if (person === undefined || groups === undefined) return null;
  const side = person.tenant === null ? file.vendor : file.tenants.find(({ slug }) => slug === person.tenant);
  if (side?.scim === undefined) return null;
  const isGiven = person.removedAt === null && groups.length > 0;
  return isGiven ? { ...person, roles: rolesOfGroups(side.scim, groups) } : person;
}

/** The steps that add, change and remove people, on every side. Who is on the other side already is left out, and named (P2). */
export function personSteps(deps: Deps, file: Organisation, stored: WholeOrganisation): OrganisationStep[] {
  const people: Wanted[] = [
    { tenant: null, people: file.vendor.staff, oidc: file.vendor.oidc },
    ...file.tenants.map(({ slug, people, oidc }) => ({ tenant: slug, people, oidc })),
  ].flatMap(({ tenant, people, oidc }) =>
    people.map((person) => ({
      tenant,
      person,
      address: readAddress(person.email) ?? { email: person.email },
      provided: oidc?.groups !== undefined,
    })),
  );
  const present = new Map(stored.people.map((each) => [each.id, each]));
  const intended = intendedPeople(stored);
  const keyed = new Map(intended.map((each) => [personKey(each.tenant, each.email), each]));
  const saved = (before: Person | undefined, after: Person, action: OrganisationChange['action']) =>
    savePersonSteps(deps, (before && present.get(before.id)) ?? null, after, action, {
      tenant: stored.tenants.find(({ slug }) => slug === after.tenant) ?? null,
      waits: letsWiden(file, stored, after.tenant),
    });
  const taken = takenByClients(file, stored);
  const steps = people.flatMap((each) => {
    const other = taken.get(`${each.tenant !== null} ${each.address.email}`);
    if (other !== undefined) return [skipStep(each, other)];
    const before = keyed.get(personKey(each.tenant, each.address.email));
    const ofClient = keptByClient(file, stored, before);
    const facts = factsAfter(deps, file, each, before);
    const after = personAfter(deps, { ...each, facts }, before, ofClient);
    if (after === null || same(before, after)) return [];
    return saved(before, after, before === undefined || before.removedAt !== null ? 'add' : 'change');
  });
  const named = new Set(people.map((each) => personKey(each.tenant, each.address.email)));
  const gone = intended
    .filter((each) => each.removedAt === null && !named.has(personKey(each.tenant, each.email)))
    .flatMap((each) => {
      const client = keptByClient(file, stored, each);
      const ofClient = client === null ? null : withoutStated(deps, file, client);
      if (ofClient === null) return saved(each, each, 'remove');
      return same(each, ofClient) ? [] : saved(each, ofClient, 'change');
    });
  return [...steps, ...gone];
}

/** Whether the tenant's controls let widenings wait, by the file or until now. A tenant that the file adds is set up at once. */
const letsWiden = (file: Organisation, stored: WholeOrganisation, tenant: string | null): boolean =>
  stored.tenants.some(
    ({ slug, controls }) =>
      slug === tenant &&
      [controls, file.tenants.find((each) => each.slug === tenant)?.privacyControls].some(
        (each) => each?.widening !== undefined,
      ),
  );

/** The people of the file whom a SCIM client has made on the other side, by their address. P2: vendor staff hold no customer role. */
function takenByClients(file: Organisation, stored: WholeOrganisation): Map<string, Person> {
  const taken = stored.people.filter(
    (each) => each.removedAt === null && keptByClient(file, stored, each) !== null,
  );
  return new Map(taken.map((each) => [`${each.tenant === null} ${each.email}`, each]));
}

const skipStep = ({ tenant, address, person }: Wanted, other: Person): OrganisationStep => ({
  change: {
    action: 'skip',
    kind: 'person',
    name: nameOf({ tenant, ...address }),
    before: null,
    after: { name: person.name, roles: person.roles },
    heldBy: other.tenant ?? VENDOR_SLUG,
  },
  apply: () => Promise.resolve(),
});

/** How plans and errors name a person. */
const nameOf = ({ tenant, email }: Pick<Person, 'tenant' | 'email'>): string =>
  tenant === null ? email : `${email} (${tenant})`;

/** Any instant will do: it only marks that they are removed. */
const REMOVED = new Date(0).toISOString();

const personKey = (tenant: string | null, email: string): string => `${tenant ?? ''}\n${email}`;

/** The person as the file wants them; null if it says nothing about them. */
function personAfter(
  deps: Deps,
  entry: WantedWithFacts,
  before: Person | undefined,
  ofClient: Person | null,
): Person | null {
  // The file does not bring back a person whom the client has deactivated.
  if (ofClient !== null && ofClient.removedAt !== null) return null;
  const facts = entry.facts === undefined ? {} : { facts: entry.facts };
  return (
    keptWithGroups(ofClient, entry) ?? {
      id: before?.id ?? deps.ids.next('usr'),
      tenant: entry.tenant,
      ...entry.address,
      name: entry.person.name,
      roles:
        entry.provided && before !== undefined && before.removedAt === null
          ? before.roles
          : [...entry.person.roles].sort(),
      ...wantedGroups(entry, before),
      ...facts,
      removedAt: null,
    }
  );
}

/** The file alone decides the groups of vendor staff. A tenant's person keeps their groups if the file says nothing about groups. */
const wantedGroups = ({ person, tenant }: Wanted, before: Person | undefined): Pick<Person, 'groups'> =>
  groupsOf(tenant !== null && person.groups === undefined ? (before ?? {}) : person);

function keptWithGroups(ofClient: Person | null, entry: WantedWithFacts): Person | null {
  if (ofClient === null) return null;
  const { groups: _old, facts: _before, ...rest } = ofClient;
  const { facts } = entry;
  return { ...rest, ...wantedGroups(entry, ofClient), ...(facts === undefined ? {} : { facts }) };
}

/** Only vendor staff have facts. The file states some of them, and says which facts of the provider count. */
const factsAfter = (
  { clock }: Deps,
  { vendor }: Organisation,
  { person, tenant }: Wanted,
  before: Person | undefined,
): PersonFacts | undefined =>
  tenant === null
    ? factsUnder(vendor, before?.facts, person.facts ?? {}, clock.now().toISOString())
    : undefined;

/** Without the facts that an earlier file stated: only the SCIM client knows this person now. */
function withoutStated({ clock }: Deps, { vendor }: Organisation, person: Person): Person {
  if (person.tenant !== null || person.facts === undefined) return person;
  const { facts: before, ...rest } = person;
  const facts = factsUnder(vendor, before, {}, clock.now().toISOString());
  return { ...rest, ...(facts === undefined ? {} : { facts }) };
}

/**
 * The steps that store a person. If the tenant's controls let widenings wait, what lets the person decide more is a step of its
 * own, which shows in the plan: `changePersonIn` lets it wait.
 *
 * @param tenant the tenant before the change; null for vendor staff, and if it does not exist yet
 */
function savePersonSteps(
  deps: Deps,
  before: Person | null,
  after: Person,
  action: OrganisationChange['action'],
  { tenant, waits }: { tenant: TenantRecord | null; waits: boolean },
): OrganisationStep[] {
  const withTenant = action === 'add' && before !== null && wasRemovedWithTenant(before, tenant);
  const isRemoved = action === 'remove';
  const split =
    waits && !isRemoved ? splitAssignment(before, after, withTenant) : { now: after, waits: null };
  const name = nameOf(after);
  const step: OrganisationStep = {
    change: {
      action,
      kind: 'person',
      name,
      before: comparable(before),
      after: isRemoved ? null : comparable(split.now),
    },
    person: { ...after, removedAt: isRemoved ? REMOVED : null },
    ...(after.tenant === null || isRemoved || narrowsPerson(before, after, tenant)
      ? {}
      : { widens: { tenant: after.tenant, what: after.email } }),
    async apply(unit, at) {
      const person = { ...after, removedAt: isRemoved ? at : null };
      const setsUp = after.tenant !== null && tenant === null;
      await changePersonIn(deps, unit, before, person, { actor: 'host', at, withTenant, setsUp });
    },
  };
  if (split.waits === null) return [step];
  const proposal = { action: 'propose', kind: 'person', name } as const;
  if (before !== null && samePerson(before, split.now))
    return [{ ...step, change: { ...proposal, before: comparable(before), after: comparable(after) } }];
  const waiting = { ...proposal, before: comparable(split.now), after: comparable(after) };
  return [step, { change: waiting, apply: () => Promise.resolve() }];
}

/** A person as a plan shows them. */
const comparable = (person: Person | null) =>
  person === null
    ? null
    : {
        ...{ name: person.name, address: person.address, roles: person.roles },
        ...groupsOf(person),
        ...(person.facts === undefined ? {} : { facts: person.facts }),
      };
