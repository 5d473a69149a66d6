/** @soak */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { runs } from '../../../../test/support/samples.js';
import {
  isResource,
  isResourcePattern,
  resourceCoveredByAny,
  resourceCovers,
  resourceMatches,
  resourcesOverlap,
} from './resource.js';
import { scopeAllows } from './scope.js';
import { isSegment } from './segment.js';

type Rows = [string, string, boolean][];
const vectors: { valid: string[]; invalid: string[]; matches: Rows; overlaps: Rows; covers: Rows } =
  JSON.parse(readFileSync('test/vectors/resources.json', 'utf8'));

/** Patterns over two letters and every concrete resource of up to 4 segments over these and a letter none can name. */
const segment = fc.constantFrom('a', 'b', '*');
const pattern = fc
  .tuple(fc.array(segment, { maxLength: 3 }), fc.boolean())
  .map(([segments, open]) => [...segments, ...(open || segments.length === 0 ? ['**'] : [])].join('/'));
const letters = ['a', 'b', 'z'];
const grow = (prefix: string, depth: number): string[] =>
  depth === 0 ? [prefix] : [prefix, ...letters.flatMap((next) => grow(`${prefix}/${next}`, depth - 1))];
const universe = letters.flatMap((letter) => grow(letter, 4));

/** Matching, implemented in another way than the code does: by a regular expression for each pattern. */
function matched(text: string): Set<string> {
  const source = text
    .replace(/(^|\/)\*\*$/, (_all, slash: string) => (slash === '' ? '.+' : '(?:/.+)?'))
    .replace(/(^|\/)\*(?=\/|\(|$)/g, '$1[^/]+')
    .replace(/(^|\/)\*(?=\/|\(|$)/g, '$1[^/]+');
  const expression = new RegExp(`^${source}$`);
  return new Set(universe.filter((resource) => expression.test(resource)));
}

describe('resources', () => {
  test.each(vectors.valid)('%j is a pattern', (text) => {
    expect(isResourcePattern(text)).toBe(true);
    expect(isResource(text)).toBe(!text.includes('*'));
  });

  test.each(vectors.invalid)('%j is not a pattern', (text) => {
    expect([isResourcePattern(text), isResource(text)]).toEqual([false, false]);
    expect(() => resourcesOverlap(text, '**')).toThrow(expect.objectContaining({ code: 'invalid_resource' }));
    expect(() => resourceMatches('**', text)).toThrow(expect.objectContaining({ code: 'invalid_resource' }));
  });

  test.each(vectors.matches)('%s matches %s: %s', (wide, resource, answer) => {
    expect(resourceMatches(wide, resource)).toBe(answer);
  });

  test.each(vectors.overlaps)('%s overlaps %s: %s', (a, b, answer) => {
    expect([resourcesOverlap(a, b), resourcesOverlap(b, a)]).toEqual([answer, answer]);
  });

  test.each(vectors.covers)('%s covers %s: %s', (wide, narrow, answer) => {
    expect(resourceCovers(wide, narrow)).toBe(answer);
  });

  test('matching agrees with brute force', () => {
    fc.assert(
      fc.property(pattern, (text) => {
        expect(new Set(universe.filter((resource) => resourceMatches(text, resource)))).toEqual(
          matched(text),
        );
      }),
    );
  });

  test('overlap agrees with brute force', () => {
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        const others = matched(b);
        expect(resourcesOverlap(a, b)).toBe([...matched(a)].some((resource) => others.has(resource)));
      }),
    );
  });

  test('cover by a union agrees with brute force', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 4 }), pattern, (wides, narrow) => {
        const allowed = new Set(wides.flatMap((wide) => [...matched(wide)]));
        expect(resourceCoveredByAny(wides, narrow)).toBe(
          [...matched(narrow)].every((resource) => allowed.has(resource)),
        );
      }),
      { numRuns: runs(500) },
    );
  });
});

test('a resource is segments with `/` between them: a pattern without wildcards', () => {
  const piece = fc.constantFrom(
    'a',
    'Z9',
    '.',
    '..',
    '...',
    '.a',
    '~',
    '-',
    '_',
    '*',
    '**',
    '',
    '/',
    '%',
    'é',
    '\n',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 7 }), fc.constantFrom('', '/'), (pieces, joint) => {
      const text = pieces.join(joint);
      expect(isResource(text)).toBe(text.split('/').every(isSegment));
      expect(isResource(text)).toBe(isResourcePattern(text) && !text.includes('*'));
    }),
    { numRuns: runs(2_000) },
  );
  expect([isResource('a'.repeat(1_024)), isResource('a'.repeat(1_025))]).toEqual([true, false]);
});

test('P1: in a pattern a dot matches a dot only, and a star one whole segment', () => {
  const allows = (resource: string, one: string) =>
    scopeAllows([{ resource, actions: ['read'] }], one, 'read');
  expect([allows('a.b/-~', 'a.b/-~'), allows('a.b/-~', 'axb/-~'), allows('...', '....')]).toEqual([
    true,
    false,
    false,
  ]);
  expect([allows('a/*', 'a/b.c'), allows('a/*', 'a/b/c'), allows('a/*', 'a'), allows('*', 'a.b')]).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect([allows('a/**', 'a'), allows('a/**', 'a/b/c'), allows('a/**', 'ab'), allows('**', 'a/b')]).toEqual([
    true,
    true,
    false,
    true,
  ]);
});
