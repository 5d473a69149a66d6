import fc from 'fast-check';
import { isResource, isResourcePattern, isSegment } from './pattern.js';

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
