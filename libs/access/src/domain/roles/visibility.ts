import { hasRole, type Person } from '../organisation/person.js';

/** Which requests, grants and records a person may see: all, one tenant's, or their own. */
export type Visibility = { all: true } | { tenant: string } | { requester: string };

/** Requests and grants: reviewers see what they may have to decide (CONTRACT §7). */
export function requestVisibility(person: Person): Visibility {
  if (person.tenant !== null) return { tenant: person.tenant };
  if (hasRole(person, 'reviewer')) return { all: true };
  return logVisibility(person);
}

/** Events and access records: a tenant's own roles, vendor auditor and security-admin all, an engineer their own grants'. */
export function logVisibility(person: Person): Visibility {
  if (person.tenant !== null) return { tenant: person.tenant };
  if (hasRole(person, 'security-admin') || hasRole(person, 'auditor')) return { all: true };
  return { requester: person.id };
}

export function canSee(visibility: Visibility, object: { tenant: string; requester: string }): boolean {
  if ('all' in visibility) return true;
  if ('tenant' in visibility) return visibility.tenant === object.tenant;
  return visibility.requester === object.requester;
}
