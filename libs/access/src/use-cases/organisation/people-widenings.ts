import { canonicalJson } from '@countersign/contract';
import {
  type Assignment,
  assignmentOf,
  narrowedAssignment,
  sameAssignment,
  widensAssignment,
  withAssignment,
} from '../../domain/assignment.js';
import { addressOf, type Person } from '../../domain/person.js';
import type { PrivacyControls } from '../../domain/privacy-controls.js';
import type { PersonWidening } from '../../domain/widening.js';
import type { ReadUnit, VendorUnit, WholeOrganisation } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { endWideningIn, proposeWideningIn } from './waiting-changes.js';

/** A change of a person, in two parts. */
interface SplitChange {
  /** The person from now on. */
  now: Person;
  /** What lets them decide more, and has to wait; null: nothing. */
  waits: Assignment | null;
}

/**
 * Splits a change by which a tenant's person decides more. Somebody who comes, comes back or gets another exact address has
 * decided nothing before: the owner of another mailbox is another person.
 *
 * @param comesBack true if the person comes back with the whole tenant, as they were when it was removed
 */
export function splitAssignment(before: Person | null, intended: Person, comesBack = false): SplitChange {
  // Who leaves comes back with no more than they had.
  if (intended.removedAt !== null && before !== null)
    return { now: withAssignment(intended, assignmentOf({ ...before, removedAt: null })), waits: null };
  const had = decidedBefore(before, intended, comesBack);
  const after = assignmentOf(intended);
  if (!widensAssignment(had, after)) return { now: intended, waits: null };
  return { now: withAssignment(intended, narrowedAssignment(had, after)), waits: after };
}

function decidedBefore(before: Person | null, intended: Person, comesBack: boolean): Assignment {
  if (before === null || addressOf(before) !== addressOf(intended)) return assignmentOf(null);
  return assignmentOf(comesBack ? { ...before, removedAt: null } : before);
}

/**
 * The person as they will be once what waits for them takes effect. A change that says nothing of roles or groups keeps
 * these: one with other roles or groups takes the place of what waits.
 */
export async function withWaitingIn(
  { widenings }: Pick<ReadUnit, 'widenings'>,
  person: Person,
): Promise<Person> {
  return withWaiting(person, await widenings.waitingFor(person.id));
}

const withWaiting = (person: Person, waiting: PersonWidening | null): Person =>
  waiting === null || person.removedAt !== null ? person : withAssignment(person, waiting.after);

/** All people as they will be once what waits for them takes effect. */
export function intendedPeople({ people, waiting }: Pick<WholeOrganisation, 'people' | 'waiting'>): Person[] {
  const byPerson = new Map(waiting.map((each) => [each.person, each]));
  return people.map((person) => withWaiting(person, byPerson.get(person.id) ?? null));
}

/** Lets what a change gives a person wait, in place of what waits for them already, unless that is the same. */
export async function letWaitIn(
  deps: Pick<Deps, 'ids'>,
  unit: VendorUnit,
  { now, waits }: SplitChange,
  { actor, at, present }: { actor: string; at: string; present: PrivacyControls | null },
): Promise<PersonWidening | null> {
  if (now.tenant === null) return null;
  const earlier = await unit.widenings.waitingFor(now.id);
  if (earlier === null && waits === null) return null;
  const own = await unit.tenant(now.tenant);
  const before = assignmentOf(now);
  if (earlier !== null) {
    const goesOn =
      waits !== null && sameAssignment(waits, earlier.after) && sameAssignment(before, earlier.before);
    if (goesOn) return earlier;
    await endWideningIn(own, earlier, 'withdrawn', { actor, at, reason: 'superseded' });
  }
  if (waits === null || present === null) return null;
  const draft = { by: actor, person: now.id, before, after: waits, proposal: null };
  return proposeWideningIn(deps, own, draft, { present, at });
}

/** True if both say the same of a person, whatever the order of roles and groups. */
export const samePerson = (one: Person, other: Person): boolean =>
  canonicalJson(sorted(one)) === canonicalJson(sorted(other));

const sorted = ({ roles, groups = [], ...person }: Person) => ({
  ...person,
  roles: [...roles].sort(),
  groups: [...groups].sort(),
});
