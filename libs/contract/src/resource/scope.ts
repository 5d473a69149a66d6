import { ContractError } from '../core/errors.js';
import { isAction } from '../core/ids.js';
import { entryMatches, requireConcrete, resourceCoveredByAny } from './compare.js';
import { isResourcePattern } from './pattern.js';

/** What may be done to what: a resource pattern and the actions on it. */
export type ScopeEntry = { resource: string; actions: string[] };

/** At most this many entries in one scope (CONTRACT §2). */
export const MAX_SCOPE_ENTRIES = 20;

/** Order by UTF-16 code unit: the same in every language and locale, as RFC 8785 sorts names. */
export function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * The one form in which a scope is asked, hashed and compared: NFC, equal resources merged, sorted by code unit,
 * actions sorted and unique. Throws `invalid_scope` with a pointer for an empty scope or entry, a resource that is
 * no pattern, or an action outside the alphabet (so `*` too: all actions may be forbidden, never granted), and
 * `terms_too_large` for more than 20 entries.
 */
export function normaliseScope(entries: readonly ScopeEntry[]): ScopeEntry[] {
  if (entries.length === 0)
    throw new ContractError('invalid_scope', 'a scope names at least one resource', '');
  const merged = new Map<string, Set<string>>();
  for (const [index, entry] of entries.entries()) {
    const resource = entry.resource.normalize('NFC');
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

function readActions(actions: readonly string[], pointer: string): string[] {
  if (actions.length === 0) throw new ContractError('invalid_scope', 'name at least one action', pointer);
  return actions.map((given, index) => {
    const action = given.normalize('NFC');
    if (isAction(action)) return action;
    const detail = action === '*' ? '`*` may be forbidden, never granted: name the actions' : 'not an action';
    throw new ContractError('invalid_scope', detail, `${pointer}/${index}`);
  });
}

/** True for a scope that `normaliseScope` would answer unchanged; cheaper, for scopes that arrive in tokens. */
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

/** Strictly, so that nothing stands twice. */
function ascends(values: readonly string[]): boolean {
  return values.every((value, at) => at === 0 || byCodeUnit(values[at - 1] ?? '', value) < 0);
}

/** True when the scope allows this action on this one resource. */
export function scopeAllows(scope: readonly ScopeEntry[], resource: string, action: string): boolean {
  requireConcrete(resource);
  return scope.some((entry) => entry.actions.includes(action) && entryMatches(entry, resource));
}

/**
 * True when `narrow` allows nothing that `wide` does not: reflexive and transitive, and two normalised scopes that
 * narrow each other allow the same. Exact also where several entries of `wide` cover one of `narrow` together.
 */
export function scopeNarrows(narrow: readonly ScopeEntry[], wide: readonly ScopeEntry[]): boolean {
  return narrow.every((entry) =>
    entry.actions.every((action) => {
      const allowing = wide.filter((other) => other.actions.includes(action)).map((other) => other.resource);
      return resourceCoveredByAny(allowing, entry.resource);
    }),
  );
}
