import { ContractError } from '../errors.js';
import { foldSegment, readingsOf } from './fold.js';
import { isSegment } from './segment.js';

/** Segments other than `.` and `..`, without escapes, with `/` between them: most resources are of such. */
const PLAIN = /^(?!\.\.?(?:\/|$))[A-Za-z0-9._~-]+(?:\/(?!\.\.?(?:\/|$))[A-Za-z0-9._~-]+)*$/;

/** Longer resources and patterns are refused. */
export const MAX_RESOURCE_LENGTH = 1_024;

/** A parsed pattern: its segments (`*` matches any one), and whether it ends in `**`. */
export type ResourceParts = { segments: string[]; open: boolean };

function parse(pattern: string): ResourceParts | undefined {
  if (pattern.length > MAX_RESOURCE_LENGTH) return undefined;
  const segments = pattern.split('/');
  const open = segments.at(-1) === '**';
  if (open) segments.pop();
  return segments.every((segment) => segment === '*' || isSegment(segment)) ? { segments, open } : undefined;
}

/** Whether the value is a resource or a pattern: segments, `*` for one segment, a final `**` for zero or more. */
export function isResourcePattern(value: string): boolean {
  return parse(value) !== undefined;
}

/** Whether the value is one concrete resource, without wildcards. */
export function isResource(value: string): boolean {
  if (value.length > MAX_RESOURCE_LENGTH) return false;
  return PLAIN.test(value) || (value.includes('%') && value.split('/').every(isSegment));
}

/**
 * Parses a pattern. Throws `invalid_resource` for anything else, instead of saying that it matches nothing: for a scope
 * that would refuse, but for a `forbid` rule it would let a call through.
 */
export function resourceParts(pattern: string): ResourceParts {
  const parts = parse(pattern);
  if (parts === undefined) {
    throw new ContractError(
      'invalid_resource',
      'a resource is segments of A-Z a-z 0-9 . _ ~ - and %XX, `*`, or a final `**`',
    );
  }
  return parts;
}

/** Throws `invalid_resource` unless the value is a resource without wildcards. */
export function requireConcrete(resource: string): void {
  if (!isResource(resource))
    throw new ContractError('invalid_resource', 'a concrete resource has no wildcard');
}

/** Whether the pattern matches one resource. Throws `invalid_resource` unless `concrete` has no wildcard. */
export function resourceMatches(pattern: string, concrete: string): boolean {
  requireConcrete(concrete);
  return includes(resourceParts(pattern), concrete.split('/'));
}

/** An entry of a scope or a rule. It is matched against many resources during its life. */
type HasPattern = { readonly resource: string };
/** What is made of the pattern of an entry, once for each entry. */
function onceForEach<T>(make: (parts: ResourceParts) => T): (entry: HasPattern) => T {
  const values = new WeakMap<HasPattern, { resource: string; value: T }>();
  return (entry) => {
    let found = values.get(entry);
    if (found?.resource !== entry.resource) {
      found = { resource: entry.resource, value: make(resourceParts(entry.resource)) };
      values.set(entry, found);
    }
    return found.value;
  };
}

// Apart, so that a page which only matches patterns does not load how services fold segments.
const exactOf = onceForEach((parts) => expressionOf(parts, '[^/]+', escaped));
const looseOf = onceForEach((parts) =>
  expressionOf(parts, '[^/]*', (segment) => `${escaped(foldSegment(segment))}(?:\\s*\\.[^/]*)?`),
);

/**
 * `resourceMatches` for the pattern of an entry, which is compiled once and kept. The caller has checked that `concrete`
 * is a resource (`isResource`). Throws `invalid_resource` unless the entry has a pattern.
 */
export function entryMatches(entry: HasPattern, concrete: string): boolean {
  return exactOf(entry).test(concrete);
}

/** `mayBeReadAs` for the pattern of a rule and one resource, which the caller has checked. Throws as `entryMatches` does. */
export function mayBeReadAsEntry(rule: HasPattern, concrete: string): boolean {
  return exactOf(rule).test(concrete) || looseOf(rule).test(concrete.split('/').map(foldSegment).join('/'));
}

function expressionOf(
  { segments, open }: ResourceParts,
  anySegment: string,
  textOf: (segment: string) => string,
): RegExp {
  const fixed = segments.map((segment) => (segment === '*' ? anySegment : textOf(segment))).join('/');
  if (!open) return new RegExp(`^${fixed}$`);
  return fixed === '' ? /^.+$/ : new RegExp(`^${fixed}(?:/.+)?$`);
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Whether some concrete resource matches both patterns. */
export function resourcesOverlap(a: string, b: string): boolean {
  return overlap(a, b, (one, other) => one === other);
}

/**
 * Whether a service that reads loosely (`foldSegment`) may read some resource of `asked` as one that the rule is about. Rules that
 * restrict access use it in place of `resourcesOverlap`: a rule about `payroll/**` is about `PAYROLL/1` and `payroll.json` too.
 */
export function mayBeReadAs(rule: string, value: string): boolean {
  return overlap(rule, value, (own, other) => {
    const folded = foldSegment(own);
    for (const reading of readingsOf(foldSegment(other))) if (reading === folded) return true;
    return false;
  });
}

function overlap(a: string, b: string, isSame: (one: string, other: string) => boolean): boolean {
  const one = resourceParts(a);
  const two = resourceParts(b);
  const shared = Math.min(one.segments.length, two.segments.length);
  for (let at = 0; at < shared; at++) {
    const x = one.segments[at] ?? '';
    const y = two.segments[at] ?? '';
    if (x !== '*' && y !== '*' && !isSame(x, y)) return false;
  }
  return (one.segments.length === shared || two.open) && (two.segments.length === shared || one.open);
}

/** Whether `wide` matches everything that `narrow` matches. */
export function resourceCovers(wide: string, narrow: string): boolean {
  return resourceCoveredByAny([wide], narrow);
}

/**
 * Whether everything that `narrow` matches is matched by at least one of `wides`. Exact, not an approximation:
 *
 * `*` matches any of infinitely many segments, so a pattern of fixed length is covered by several only if one of them
 * covers it alone. A pattern with a final `**` is covered if each of its lengths is. Beyond the longest of `wides`, only
 * one that ends in `**` can match, and it then matches every greater length too.
 */
export function resourceCoveredByAny(wides: readonly string[], narrow: string): boolean {
  const parts = resourceParts(narrow);
  const members = wides.map(resourceParts);
  if (!parts.open) return members.some((wide) => includes(wide, parts.segments));
  const longest = Math.max(0, ...members.map((wide) => wide.segments.length));
  const extra = Math.max(0, longest - parts.segments.length) + 1;
  // `**` alone matches no resource of length 0: there is none.
  for (let added = parts.segments.length === 0 ? 1 : 0; added <= extra; added++) {
    const segments = [...parts.segments, ...Array<string>(added).fill('*')];
    if (!members.some((wide) => includes(wide, segments))) return false;
  }
  return true;
}

/** Whether the pattern matches these segments. A `*` among them is matched by `*` or the final `**` only. */
function includes(pattern: ResourceParts, segments: readonly string[]): boolean {
  const { segments: wanted, open } = pattern;
  if (open ? segments.length < wanted.length : segments.length !== wanted.length) return false;
  for (const [at, segment] of wanted.entries()) if (segment !== '*' && segment !== segments[at]) return false;
  return true;
}
