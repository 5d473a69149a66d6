import { ScopeError } from '../core/errors.js';
import { isResource, type ResourceParts, resourceParts } from './pattern.js';

/** True when the pattern matches that one resource. Throws `invalid_resource` unless the second has no wildcard. */
export function resourceMatches(pattern: string, concrete: string): boolean {
  if (!isResource(concrete)) throw new ScopeError('invalid_resource', 'a concrete resource has no wildcard');
  return includes(resourceParts(pattern), concrete.split('/'));
}

/** True when some concrete resource is matched by both patterns: what `forbid` refuses on. */
export function resourcesOverlap(a: string, b: string): boolean {
  const one = resourceParts(a);
  const two = resourceParts(b);
  const shared = Math.min(one.segments.length, two.segments.length);
  for (let at = 0; at < shared; at++) {
    const x = one.segments[at];
    const y = two.segments[at];
    if (x !== y && x !== '*' && y !== '*') return false;
  }
  return (one.segments.length === shared || two.open) && (two.segments.length === shared || one.open);
}

/** True when everything that `narrow` matches is matched by `wide`. */
export function resourceCovers(wide: string, narrow: string): boolean {
  return resourceCoveredByAny([wide], narrow);
}

/**
 * True when everything that `narrow` matches is matched by one of `wides`; exact, not an approximation.
 *
 * `*` stands for unboundedly many segments, so a pattern of fixed length is covered by a union only if one member
 * covers it alone. A final `**` is taken apart by length: beyond the longest member, only one that itself ends in
 * `**` can match, and then it matches every greater length too.
 */
export function resourceCoveredByAny(wides: readonly string[], narrow: string): boolean {
  const parts = resourceParts(narrow);
  const members = wides.map(resourceParts);
  if (!parts.open) return members.some((wide) => includes(wide, parts.segments));
  const longest = Math.max(0, ...members.map((wide) => wide.segments.length));
  const extra = Math.max(0, longest - parts.segments.length) + 1;
  // `**` alone has no resource of length 0.
  for (let added = parts.segments.length === 0 ? 1 : 0; added <= extra; added++) {
    const segments = [...parts.segments, ...Array<string>(added).fill('*')];
    if (!members.some((wide) => includes(wide, segments))) return false;
  }
  return true;
}

/** Whether the pattern matches these segments; a `*` among them is matched by `*` or the final `**` alone. */
function includes(pattern: ResourceParts, segments: readonly string[]): boolean {
  const { segments: wanted, open } = pattern;
  if (open ? segments.length < wanted.length : segments.length !== wanted.length) return false;
  return wanted.every((segment, at) => segment === '*' || segment === segments[at]);
}
