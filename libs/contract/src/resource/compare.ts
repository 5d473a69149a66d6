import { ContractError } from '../core/errors.js';
import { isResource, type ResourceParts, resourceParts } from './pattern.js';

/** Throws `invalid_resource` for a resource with a wildcard, and for what is none. */
export function requireConcrete(resource: string): void {
  if (!isResource(resource))
    throw new ContractError('invalid_resource', 'a concrete resource has no wildcard');
}

/** True when the pattern matches that one resource. Throws `invalid_resource` unless the second has no wildcard. */
export function resourceMatches(pattern: string, concrete: string): boolean {
  requireConcrete(concrete);
  return includes(resourceParts(pattern), concrete.split('/'));
}

/** An entry of a scope or of a rule, which is asked about many resources while it lives. */
type Patterned = { readonly resource: string };
const compiled = new WeakMap<Patterned, { resource: string; expression: RegExp }>();

/**
 * `resourceMatches` for the pattern of an entry, which is made ready once. `concrete` must be a resource (`isResource`).
 * Throws `invalid_resource` for what is no pattern.
 */
export function entryMatches(entry: Patterned, concrete: string): boolean {
  let ready = compiled.get(entry);
  if (ready?.resource !== entry.resource) {
    ready = { resource: entry.resource, expression: expressionOf(resourceParts(entry.resource)) };
    compiled.set(entry, ready);
  }
  return ready.expression.test(concrete);
}

/** Segments have no `/`, and of what a regular expression would read as more than a letter only `.`, `-` and `~`. */
function expressionOf({ segments, open }: ResourceParts): RegExp {
  const fixed = segments
    .map((segment) => (segment === '*' ? '[^/]+' : segment.replaceAll('.', '\\.')))
    .join('/');
  if (!open) return new RegExp(`^${fixed}$`);
  return fixed === '' ? /^.+$/ : new RegExp(`^${fixed}(?:/.+)?$`);
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
  for (const [at, segment] of wanted.entries()) if (segment !== '*' && segment !== segments[at]) return false;
  return true;
}
