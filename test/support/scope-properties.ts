import {
  canonicalJson,
  type ForbidRule,
  forbidsCall,
  forbidsEntry,
  normaliseScope,
  resourceCovers,
  resourceMatches,
  resourcesOverlap,
  type ScopeEntry,
  scopeAllows,
  scopeNarrows,
  termsDigest,
} from '@countersign/contract';
import fc from 'fast-check';
import { hashing, sampleTerms } from '../factories/grant-token.js';

/** Few letters, so that patterns overlap; dots and dashes, because a careless matcher gives them another meaning. */
const literal = fc.constantFrom('a', 'b', 'ab', 'a.b', 'a-b', '~', 'A', 'AB.json', 'a%3Bb');
const resource = fc.array(literal, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));
const pattern = fc
  .tuple(fc.array(fc.oneof(literal, fc.constant('*')), { maxLength: 5 }), fc.boolean())
  .map(([parts, open]) => [...parts, ...(open || parts.length === 0 ? ['**'] : [])].join('/'));
const actions = fc.uniqueArray(fc.constantFrom('list', 'read', 'update', 'delete'), {
  minLength: 1,
  maxLength: 3,
});
const entry: fc.Arbitrary<ScopeEntry> = fc.record({ resource: pattern, actions });
const scope = fc.array(entry, { minLength: 1, maxLength: 5 });
const action = fc.constantFrom('list', 'read', 'update', 'delete');
const rule: fc.Arbitrary<ForbidRule> = fc.record({
  service: fc.constant('billing'),
  resource: pattern,
  actions: fc.oneof(actions, fc.constant<string[]>(['*'])),
});

/** A second implementation of matching, independent of the library: segment by segment, from the definition. */
function matches(wanted: readonly string[], segments: readonly string[]): boolean {
  const [first, ...rest] = wanted;
  if (first === undefined) return segments.length === 0;
  if (first === '**') return true;
  const [next, ...others] = segments;
  return next !== undefined && (first === '*' || first === next) && matches(rest, others);
}

/** Properties of every scope. The sample and the long run check the same ones. */
export const SCOPE_PROPERTIES: readonly (readonly [string, fc.IRawProperty<unknown>])[] = [
  [
    'matching is what its definition says',
    fc.property(pattern, resource, (wide, one) => {
      const matching = matches(wide.split('/'), one.split('/'));
      expect(resourceMatches(wide, one)).toBe(matching);
      expect(scopeAllows([{ resource: wide, actions: ['read'] }], one, 'read')).toBe(matching);
    }) as fc.IRawProperty<unknown>,
  ],
  [
    'patterns that match one resource overlap, either way round',
    fc.property(pattern, pattern, resource, (a, b, one) => {
      expect(resourcesOverlap(a, b)).toBe(resourcesOverlap(b, a));
      if (resourceMatches(a, one) && resourceMatches(b, one)) expect(resourcesOverlap(a, b)).toBe(true);
    }) as fc.IRawProperty<unknown>,
  ],
  [
    'what is covered is matched, and covering is transitive',
    fc.property(pattern, pattern, pattern, resource, (a, b, c, one) => {
      if (resourceCovers(a, b) && resourceMatches(b, one)) expect(resourceMatches(a, one)).toBe(true);
      if (resourceCovers(a, b) && resourceCovers(b, c)) expect(resourceCovers(a, c)).toBe(true);
    }) as fc.IRawProperty<unknown>,
  ],
  [
    'normalising changes nothing of what is allowed, whatever the order, and a second time nothing at all',
    fc.property(scope, resource, action, (entries, one, what) => {
      const normal = normaliseScope(entries);
      expect(scopeAllows(normal, one, what)).toBe(scopeAllows(entries, one, what));
      expect(normaliseScope(normal)).toEqual(normal);
      expect(normaliseScope([...entries].reverse())).toEqual(normal);
    }) as fc.IRawProperty<unknown>,
  ],
  [
    'P1: a narrower scope never allows what the wider does not',
    fc.property(scope, scope, resource, action, (narrow, wide, one, what) => {
      if (scopeNarrows(narrow, wide) && scopeAllows(narrow, one, what)) {
        expect(scopeAllows(wide, one, what)).toBe(true);
      }
    }) as fc.IRawProperty<unknown>,
  ],
  [
    'what a rule does not refuse when it is asked, it never refuses when it is called',
    fc.property(rule, entry, resource, action, (forbid, asked, one, what) => {
      if (!scopeAllows([asked], one, what) || !forbidsCall(forbid, 'billing', one, what)) return;
      expect(forbidsEntry(forbid, 'billing', asked)).toBe(true);
    }) as fc.IRawProperty<unknown>,
  ],
  [
    'P1: terms have one digest in any order of members, and another one for any other scope or time',
    fc.property(scope, scope, fc.integer({ min: 1, max: 14_400 }), (one, other, seconds) => {
      const terms = { ...sampleTerms, scope: normaliseScope(one), seconds };
      const turned = Object.fromEntries(Object.entries(terms).reverse()) as typeof terms;
      expect(termsDigest(hashing, turned)).toBe(termsDigest(hashing, terms));
      expect(termsDigest(hashing, { ...terms, seconds: seconds + 1 })).not.toBe(termsDigest(hashing, terms));
      const changed = { ...terms, scope: normaliseScope(other) };
      const equal = canonicalJson(changed.scope) === canonicalJson(terms.scope);
      expect(termsDigest(hashing, changed) === termsDigest(hashing, terms)).toBe(equal);
    }) as fc.IRawProperty<unknown>,
  ],
];
