import fc from 'fast-check';
import { hasDuplicateMember } from './duplicate-members.js';

/** JSON text in which objects may name a member twice, and whether one does. */
type Sample = { text: string; twice: boolean };
const name = fc.constantFrom('a', 'b', '"', '\\', ':', '{', 'é');
const leaf = fc
  .oneof(fc.integer(), fc.string(), fc.constant(null), fc.constant('{"a":1,"a":2}'))
  .map((value) => ({
    text: JSON.stringify(value),
    twice: false,
  }));
const { sample } = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('sample'), { maxLength: 3 }).map((items) => ({
      text: `[ ${items.map((item) => item.text).join(' , ')} ]`,
      twice: items.some((item) => item.twice),
    })),
    fc.array(fc.tuple(name, tie('sample')), { maxLength: 3 }).map((members) => ({
      text: `{${members.map(([key, item]) => ` ${JSON.stringify(key)} :\t${item.text}`).join(',')}}`,
      twice:
        new Set(members.map(([key]) => key)).size < members.length || members.some(([, item]) => item.twice),
    })),
  ),
}));

test('finds a member that is named twice, at any depth, and nothing else', () => {
  fc.assert(
    fc.property(sample, ({ text, twice }) => {
      expect(() => JSON.parse(text)).not.toThrow();
      expect(hasDuplicateMember(text)).toBe(twice);
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  ['{"a":1,"\\u0061":2}', true],
  ['{"a":{"a":{"a":1}}}', false],
  ['[{"a":1},{"a":1}]', false],
  ['{"a":"a","b":"a"}', false],
  ['{"a":["a","a"],"b":"\\\\"}', false],
  ['{"":1,"":2}', true],
])('%s: %s', (text, twice) => {
  expect(hasDuplicateMember(text)).toBe(twice);
});
