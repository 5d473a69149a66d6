import fc from 'fast-check';
import { isResource, isResourcePattern, isSegment } from './pattern.js';
import { scopeAllows } from './scope.js';

test('a resource is segments with `/` between them, and a pattern without wildcards', () => {
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
    { numRuns: 2_000 },
  );
  expect([isResource('a'.repeat(1_024)), isResource('a'.repeat(1_025))]).toEqual([true, false]);
});

test('P1: in a pattern a dot is a dot, and a star one whole segment', () => {
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
