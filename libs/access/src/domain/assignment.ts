import type { TenantRole } from '@countersign/contract';
import type { Person } from './person.js';

/** What a tenant's person may do there: their roles, and the groups that its controls name. Both sorted. */
export interface Assignment {
  roles: Person['roles'];
  groups: string[];
}

/**
 * Roles of a tenant that change something beyond the person's own account. They follow from the permissions, which verifiers do
 * not contain; a test compares.
 */
export const DECIDING_ROLES: readonly TenantRole[] = ['approver', 'admin'];

const NOTHING: Assignment = { roles: [], groups: [] };

/** A person's assignment; nothing for someone who is not there. */
export const assignmentOf = (person: Pick<Person, 'roles' | 'groups' | 'removedAt'> | null): Assignment =>
  person === null || person.removedAt !== null
    ? NOTHING
    : { roles: [...person.roles].sort(), groups: [...(person.groups ?? [])].sort() };

/** The person with another assignment. Absent groups stay absent. */
export function withAssignment(person: Person, { roles, groups }: Assignment): Person {
  const { groups: _before, ...rest } = person;
  return {
    ...rest,
    roles: [...roles].sort(),
    ...(groups.length === 0 ? {} : { groups: [...groups].sort() }),
  };
}

export const sameAssignment = (one: Assignment, other: Assignment): boolean =>
  isSameSet(one.roles, other.roles) && isSameSet(one.groups, other.groups);

/**
 * The part of a new assignment that lets the person decide nothing that they did not decide before. Groups say which
 * approvers decide, so those of an approver count too.
 */
export function narrowedAssignment(before: Assignment, after: Assignment): Assignment {
  const roles = after.roles.filter((role) => before.roles.includes(role) || !decides(role));
  if (!roles.includes('approver')) return { ...after, roles };
  return { roles, groups: after.groups.filter((group) => before.groups.includes(group)) };
}

/** Whether the new assignment lets the person decide more than the old one: such a change is a widening. */
export const widensAssignment = (before: Assignment, after: Assignment): boolean =>
  !sameAssignment(narrowedAssignment(before, after), after);

const decides = (role: string): boolean => (DECIDING_ROLES as readonly string[]).includes(role);

const isSameSet = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((each) => other.includes(each));
