import { ContractError } from '../errors.js';
import { isAction } from '../identifiers.js';
import {
  entryMatches,
  isResourcePattern,
  mayBeReadAs,
  mayBeReadAsEntry,
  requireConcrete,
  resourceCoveredByAny,
} from './resource.js';
import { segmentOf } from './segment.js';

/** A resource pattern and the actions that are allowed on it. */
export type ScopeEntry = { resource: string; actions: string[] };

/** The most entries that one scope may have. docs/contract.md, Resources and scope. */
export const MAX_SCOPE_ENTRIES = 20;

/** Compares by UTF-16 code unit, as RFC 8785 sorts names: the same in every language and locale. */
export function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * The normal form of a scope, in which it is hashed and compared: NFC, equal resources merged, resources and actions
 * sorted by code unit, actions unique, segments in their one spelling (`ann@x.example` → `ann%40x.example`).
 *
 * Throws `terms_too_large` for more than 20 entries. Throws `invalid_scope` with a pointer for an empty scope or entry, a
 * resource that is not a pattern, or an action outside the alphabet. `*` is outside: it may be forbidden, never granted.
 */
export function normaliseScope(entries: readonly ScopeEntry[]): ScopeEntry[] {
  if (entries.length === 0)
    throw new ContractError('invalid_scope', 'a scope names at least one resource', '');
  const merged = new Map<string, Set<string>>();
  for (const [index, entry] of entries.entries()) {
    const resource = spelled(entry.resource.normalize('NFC'));
    if (!isResourcePattern(resource)) {
      throw new ContractError('invalid_scope', 'not a resource or pattern', `/${index}/resource`);
    }
    const actions = merged.get(resource) ?? new Set();
    merged.set(resource, actions);
    for (const action of readActions(entry.actions, `/${index}/actions`)) actions.add(action);
  }
  if (merged.size > MAX_SCOPE_ENTRIES) {
    throw new ContractError('terms_too_large', `a scope has at most ${MAX_SCOPE_ENTRIES} entries`, '');
  }
  return [...merged]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([resource, actions]) => ({ resource, actions: [...actions].sort(byCodeUnit) }));
}

/** Segments as people write them, such as `customers/ann@x.example`, in their one spelling. Escapes stay as they are. */
function spelled(resource: string): string {
  if (resource.includes('%') || isResourcePattern(resource)) return resource;
  const isWildcard = (segment: string) => segment === '*' || segment === '**';
  return resource
    .split('/')
    .map((segment) => (isWildcard(segment) ? segment : (segmentOf(segment) ?? segment)))
    .join('/');
}

function readActions(actions: readonly string[], pointer: string): string[] {
  if (actions.length === 0) throw new ContractError('invalid_scope', 'name at least one action', pointer);
  return actions.map((name, index) => {
    const action = name.normalize('NFC');
    if (isAction(action)) return action;
    const detail = action === '*' ? '`*` may be forbidden, never granted: name the actions' : 'not an action';
    throw new ContractError('invalid_scope', detail, `${pointer}/${index}`);
  });
}

/** Whether `normaliseScope` would return the scope unchanged. Cheaper, for scopes that arrive in tokens. */
export function isNormalisedScope(scope: readonly ScopeEntry[]): boolean {
  return (
    scope.length > 0 &&
    scope.length <= MAX_SCOPE_ENTRIES &&
    ascends(scope.map((entry) => entry.resource)) &&
    scope.every(
      ({ resource, actions }) =>
        isResourcePattern(resource) && actions.length > 0 && actions.every(isAction) && ascends(actions),
    )
  );
}

/** Strictly ascending, so that no value is listed twice. */
function ascends(values: readonly string[]): boolean {
  return values.every((value, at) => at === 0 || byCodeUnit(values[at - 1] ?? '', value) < 0);
}

/** Whether the scope allows this action on this one resource. Throws `invalid_resource` for a wildcard. */
export function scopeAllows(scope: readonly ScopeEntry[], resource: string, action: string): boolean {
  requireConcrete(resource);
  return scope.some((entry) => entry.actions.includes(action) && entryMatches(entry, resource));
}

/**
 * Whether `narrow` allows nothing that `wide` does not. Exact also if several entries of `wide` cover one of `narrow`
 * together. Reflexive and transitive; two scopes that narrow each other allow the same.
 */
export function scopeNarrows(narrow: readonly ScopeEntry[], wide: readonly ScopeEntry[]): boolean {
  return narrow.every((entry) =>
    entry.actions.every((action) => {
      const allowing = wide.filter((other) => other.actions.includes(action)).map((other) => other.resource);
      return resourceCoveredByAny(allowing, entry.resource);
    }),
  );
}

/** A tenant's rule: no one may do these actions (`*`: any) on these resources of that service. */
export type ForbidRule = { service: string; resource: string; actions: string[] };

/** Stands for all actions, in `forbid` rules only. */
export const ANY_ACTION = '*';

/**
 * Whether the rule forbids any part of the entry. Overlap is enough: an entry with one forbidden resource is refused
 * whole. Granting the rest would grant a scope that no one requested. Other spellings that a service may read as a forbidden resource
 * are forbidden too, whatever the vendor says of the service's paths: the rule is the customer's.
 */
export function forbidsEntry(rule: ForbidRule, service: string, entry: ScopeEntry): boolean {
  return (
    rule.service === service &&
    entry.actions.some((action) => names(rule, action)) &&
    mayBeReadAs(rule.resource, entry.resource)
  );
}

/** Whether the rule forbids this one call, as `forbidsEntry` does. Throws `invalid_resource` for a wildcard. */
export function forbidsCall(rule: ForbidRule, service: string, resource: string, action: string): boolean {
  if (rule.service !== service || !names(rule, action)) return false;
  requireConcrete(resource);
  return mayBeReadAsEntry(rule, resource);
}

function names(rule: ForbidRule, action: string): boolean {
  return rule.actions.includes(ANY_ACTION) || rule.actions.includes(action);
}
