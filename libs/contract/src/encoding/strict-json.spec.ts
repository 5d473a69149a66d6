/** @soak */

import fc from 'fast-check';
import { processorTime } from '../../../../test/support/processor-time.js';
import { runs } from '../../../../test/support/samples.js';
import { ContractError } from '../errors.js';
import { hasDuplicateMember, readStrictJson, readStrictJsonText } from './strict-json.js';

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
    { numRuns: runs(1_000) },
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

/** The refusal of the bytes: its message and the place that it names. */
function refusalOf(bytes: Uint8Array): [detail: string, pointer: string | undefined] {
  try {
    readStrictJson(bytes);
  } catch (error) {
    if (error instanceof ContractError && error.code === 'invalid_json')
      return [error.message, error.pointer];
    throw error;
  }
  throw new Error('it was accepted');
}

const text = (json: string) => new TextEncoder().encode(json);
/** `{"a":"…"}` around the bytes. */
const around = (...bytes: number[]) => Uint8Array.of(...text('{"a":"'), ...bytes, ...text('"}'));

test.each([
  ['0xFF', around(0xff)],
  ['an overlong slash', around(0xc0, 0xaf)],
  ['an overlong NUL', around(0xc0, 0x80)],
  ['CESU-8', around(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80)],
  ['a sequence that ends too early', around(0xe2, 0x82)],
  ['a value above U+10FFFF', around(0xf4, 0x90, 0x80, 0x80)],
  ['UTF-16', new Uint8Array(Buffer.from('{"a":"é"}', 'utf16le'))],
])('refuses bytes that are not UTF-8: %s', (_name, bytes) => {
  expect(refusalOf(bytes)[0]).toMatch(/UTF-8/);
});

test.each([
  ['a byte order mark', '\ufeff{}', /byte order mark/, ''],
  ['nothing', '', /not JSON/, ''],
  ['an unfinished object', '{"a":', /not JSON/, ''],
  ['a name with an invalid escape', '{"\\x":1}', /not JSON/, ''],
  ['two values', '{} {}', /not JSON/, ''],
  ['a member twice', '{"a":1,"b":[{"a":1,"\\u0061":2}]}', /names a member twice/, ''],
  ['nesting deeper than 64', `${'['.repeat(65)}${']'.repeat(65)}`, /deeper than 64/, ''],
  ['a lone surrogate', '{"a":["x","\\ud800"]}', /lone surrogate/, '/a/1'],
  ['a name with a lone surrogate', '{"b":{"\\udc00":1}}', /lone surrogate/, '/b'],
  ['__proto__', '{"a":{"__proto__":{"admin":true}}}', /prototype/, '/a/__proto__'],
  ['an escaped __proto__', '{"\\u005f_proto__":{}}', /prototype/, '/__proto__'],
  ['constructor.prototype', '{"constructor":{"prototype":{"x":1}}}', /prototype/, '/constructor'],
])('refuses %s', (_name, json, detail, pointer) => {
  expect(refusalOf(text(json))).toEqual([expect.stringMatching(detail), pointer]);
});

test('reads all other JSON as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6, stringUnit: 'binary' }), (json) => {
      fc.pre(!json.includes('__proto__'));
      expect(readStrictJson(text(json))).toEqual(JSON.parse(json));
      expect(readStrictJsonText(json)).toEqual(JSON.parse(json));
    }),
  );
  const deep = `${'['.repeat(64)}"\\ud83d\\ude00"${']'.repeat(64)}`;
  expect(JSON.stringify(readStrictJsonText(deep))).toContain('😀');
  expect(readStrictJsonText('{"constructor":"Ada","a":"__proto__"}')).toEqual({
    constructor: 'Ada',
    a: '__proto__',
  });
});

test('half a million opening brackets cost less than the parser would need', () => {
  const bytes = text('['.repeat(500_000) + ']'.repeat(500_000));
  expect(processorTime(() => expect(refusalOf(bytes)[0]).toMatch(/deeper than 64/))).toBeLessThan(50);
});
