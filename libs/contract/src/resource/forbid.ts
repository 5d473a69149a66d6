import { entryMatches, requireConcrete, resourcesOverlap } from './compare.js';
import type { ScopeEntry } from './scope.js';

/** A rule of a tenant: nobody may do these actions (`*`: any) on these resources of that service. */
export type ForbidRule = { service: string; resource: string; actions: string[] };

/** The one word for all actions, in forbidding rules alone. */
export const ANY_ACTION = '*';

/**
 * True when the rule forbids any part of what the entry asks. On overlap, not on cover: an entry that reaches one
 * forbidden resource is refused whole, since granting the rest would grant something that nobody asked for.
 */
export function forbidsEntry(rule: ForbidRule, service: string, entry: ScopeEntry): boolean {
  return (
    rule.service === service &&
    entry.actions.some((action) => names(rule, action)) &&
    resourcesOverlap(rule.resource, entry.resource)
  );
}

/** True when the rule forbids this one call. `resource` is concrete. */
export function forbidsCall(rule: ForbidRule, service: string, resource: string, action: string): boolean {
  if (rule.service !== service || !names(rule, action)) return false;
  requireConcrete(resource);
  return entryMatches(rule, resource);
}

function names(rule: ForbidRule, action: string): boolean {
  return rule.actions.includes(ANY_ACTION) || rule.actions.includes(action);
}
