/** @soak */

import fc from 'fast-check';
import { runs } from '../../../../../test/support/samples.js';
import { fieldTree } from './field-tree.js';
import { JsonFault, JsonRewriter, MAX_DEPTH } from './json-rewriter.js';

const MASK = Buffer.from('"***"');

/** What passes if the bytes arrive in pieces that end at these places. Throws JsonFault. */
function rewrite(bytes: Buffer, pointers: string[], ends: readonly number[] = []): string {
  const rewriter = new JsonRewriter(fieldTree(pointers), MASK);
  const passed: Buffer[] = [];
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    passed.push(...rewriter.push(bytes.subarray(from, end)));
    from = end;
  }
  rewriter.end();
  return Buffer.concat(passed).toString('latin1');
}

const text = (json: string, pointers: string[]) =>
  Buffer.from(rewrite(Buffer.from(json), pointers), 'latin1').toString();

test.each<[what: string, json: string, pointers: string[], expected: string]>([
  [
    'a field, and every other byte stays',
    ' {\t"a" : 1.50e+3 ,\r\n"iban":"DE1"\n, "b":[ ] } \n',
    ['/iban'],
    ' {\t"a" : 1.50e+3 ,\r\n"iban":"***"\n, "b":[ ] } \n',
  ],
  [
    'items of an array',
    '{"lines":[{"card":"4","n":1},{"n":2},{"card":5}]}',
    ['/lines/*/card'],
    '{"lines":[{"card":"***","n":1},{"n":2},{"card":"***"}]}',
  ],
  [
    'members of an object',
    '{"lines":{"x":{"card":1},"y":2}}',
    ['/lines/*/card'],
    '{"lines":{"x":{"card":"***"},"y":2}}',
  ],
  ['a root that is an array', '[{"iban":1},{"iban":2}]', ['/*/iban'], '[{"iban":"***"},{"iban":"***"}]'],
  ['an item by its number', '[[0,1,2],[3,4]]', ['/*/1'], '[[0,"***",2],[3,"***"]]'],
  [
    'values of every type',
    '[1,-0.5,"x",true,false,null,{"a":{}},[[]]]',
    ['/*'],
    `[${Array(8).fill('"***"').join()}]`,
  ],
  [
    'both values of a name that is given twice',
    '{"iban":"x","iban":"y"}',
    ['/iban'],
    '{"iban":"***","iban":"***"}',
  ],
  [
    'a name that is written with escapes',
    '{"ib\\u0061n":1,"\\u0069\\u0062\\u0061\\u006E":2}',
    ['/iban'],
    '{"ib\\u0061n":"***","\\u0069\\u0062\\u0061\\u006E":"***"}',
  ],
  [
    'names with ~ and /',
    '{"a/b":1,"c~d":2,"~1":3}',
    ['/a~1b', '/c~0d', '/~01'],
    '{"a/b":"***","c~d":"***","~1":"***"}',
  ],
  ['an empty name', '{"":1,"a":{"":2}}', ['/', '/a/'], '{"":"***","a":{"":"***"}}'],
  [
    'a name beyond ASCII',
    '{"schlüssel":1,"\\ud83d\\ude00":2,"😀":3}',
    ['/schlüssel', '/😀'],
    '{"schlüssel":"***","\\ud83d\\ude00":"***","😀":"***"}',
  ],
  ['the outer of two fields within each other', '{"a":{"b":1}}', ['/a', '/a/b'], '{"a":"***"}'],
  [
    'nothing in a value that only looks like it',
    '{"x":"\\"iban\\":\\"DE\\"","y":["iban"],"z":{"iban":1}}',
    ['/iban'],
    '{"x":"\\"iban\\":\\"DE\\"","y":["iban"],"z":{"iban":1}}',
  ],
  ['nothing under a name in other letters', '{"IBAN":1,"iban ":2}', ['/iban'], '{"IBAN":1,"iban ":2}'],
  [
    'nothing that objects inherit',
    '{"__proto__":1,"constructor":2}',
    ['/iban'],
    '{"__proto__":1,"constructor":2}',
  ],
  ['nothing in a text that is one value', '"iban"', ['/iban'], '"iban"'],
])('masks %s', (_what, json, pointers, expected) => {
  expect(text(json, pointers)).toBe(expected);
});

test('a name that is longer than any name of a pointer matches only *', () => {
  const long = 'n'.repeat(100_000);
  expect(text(`{"${long}":{"x":1}}`, ['/*/x'])).toBe(`{"${long}":{"x":"***"}}`);
  expect(text(`{"${long}":1}`, ['/iban'])).toBe(`{"${long}":1}`);
});

test.each<[what: string, bytes: string]>([
  ['a byte order mark', '\xef\xbb\xbf{"a":1}'],
  ['a second text (NDJSON)', '{"a":1}\n{"a":2}'],
  ['bytes after the text', '{"a":1}x'],
  ['a NUL after the text', '{"a":1}\0'],
  ['a text that is cut off', '{"a":'],
  ['a string that is cut off', '"abc'],
  ['a number that is cut off', '-'],
  ['an exponent that is cut off', '1e+'],
  ['a number with a leading zero', '01'],
  ['a number with a leading plus', '+1'],
  ['a number without digits before the point', '.5'],
  ['a number without digits after the point', '[1.]'],
  ['a number in hex', '0x10'],
  ['NaN', 'NaN'],
  ['a literal in capitals', 'True'],
  ['a literal that goes on', 'nullx'],
  ['a comma at the end of an object', '{"a":1,}'],
  ['a comma at the end of an array', '[1,]'],
  ['a bracket of the other kind', '[1}'],
  ['a comment', '{/**/"a":1}'],
  ['a name without quotes', '{a:1}'],
  ['single quotes', "{'a':1}"],
  ['a raw line break in a string', '"a\nb"'],
  ['an unknown escape', '"\\x41"'],
  ['an escape of three digits', '"\\u12g4"'],
  ['an overlong quotation mark', '"a\xc0\xa2,"'],
  ['a surrogate in UTF-8', '"\xed\xa0\x80"'],
  ['a character above U+10FFFF', '"\xf4\x90\x80\x80"'],
  ['a character that is cut off', '"\xc3"'],
  ['UTF-16', '{\0"\0a\0"\0:\x001\0}\0'],
  ['a space beyond ASCII', '\xc2\xa0{}'],
])('a fault: %s', (_what, bytes) => {
  const raw = Buffer.from(bytes, 'latin1');
  expect(() => rewrite(raw, ['/a'])).toThrow(JsonFault);
  // As items of a masked value too, whose bytes no client sees.
  expect(() => rewrite(Buffer.concat([Buffer.from('{"a":'), raw, Buffer.from('}')]), ['/a'])).toThrow(
    JsonFault,
  );
});

test(`more than ${MAX_DEPTH} levels are a fault, masked or not`, () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  expect(text(nested(MAX_DEPTH), ['/a'])).toBe(nested(MAX_DEPTH));
  expect(() => text(nested(MAX_DEPTH + 1), ['/a'])).toThrow(JsonFault);
  expect(() => text(`[${nested(MAX_DEPTH)}]`, ['/0'])).toThrow(JsonFault);
});

const NAMES = ['a', 'b', 'iban', '', '~', '/', 'ü', '*', '0'];
const POINTERS = ['/iban', '/*/iban', '/a/b', '/a/*', '/*/*/a', '/b/0', '/~0', '/~1/ü', '/0'];
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('json'), { maxKeys: 4 }),
  ),
}));
const pointers = fc.subarray(POINTERS, { minLength: 1 });

/** The same by another way: the parsed value, with each field replaced. */
function masked(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (paths.some((path) => path.length === 0)) return '***';
  if (typeof value !== 'object' || value === null) return value;
  const below = (name: string) =>
    paths.filter(([first]) => first === '*' || first === name).map((path) => path.slice(1));
  if (Array.isArray(value)) return value.map((item, index) => masked(item, below(String(index))));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, masked(item, below(name))]));
}
const pathOf = (pointer: string) =>
  pointer
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));

test('for any value and any pointers, the client parses what masking the parsed value would give', () => {
  fc.assert(
    fc.property(json, pointers, fc.constantFrom(undefined, 2, '\t'), (value, hidden, space) => {
      const sent = JSON.stringify(value, null, space);
      const expected = masked(JSON.parse(sent), hidden.map(pathOf));
      expect(JSON.parse(text(sent, hidden))).toEqual(expected);
    }),
    { numRuns: runs(300) },
  );
});

test('every division of a text into two pieces, and into single bytes, gives the same bytes', () => {
  fc.assert(
    fc.property(json, pointers, (value, hidden) => {
      const bytes = Buffer.from(JSON.stringify({ iban: value, a: { b: value } }));
      const whole = rewrite(bytes, hidden);
      for (let at = 0; at <= bytes.length; at += 1) expect(rewrite(bytes, hidden, [at])).toBe(whole);
      expect(rewrite(bytes, hidden, [...bytes.keys()])).toBe(whole);
    }),
    { numRuns: runs(40) },
  );
});

test('any bytes: a fault exactly if they are not UTF-8 that JSON.parse accepts, and nothing else is ever changed', () => {
  const alphabet = [...'{}[]",:\\u0129aeflnrst.-+E \n\0\xc3\xbc\xef\xed\xa0/'];
  const bytes = fc.array(fc.constantFrom(...alphabet), { minLength: 1, maxLength: 12 });
  const near = fc.tuple(json, fc.nat(), fc.constantFrom(...alphabet)).map(([value, at, byte]) => {
    const valid = Buffer.from(JSON.stringify(value)).toString('latin1');
    const index = at % (valid.length + 1);
    return [...valid.slice(0, index), byte, ...valid.slice(index + 1)];
  });
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  fc.assert(
    fc.property(fc.oneof(bytes, near), (source) => {
      const raw = Buffer.from(source.join(''), 'latin1');
      let isJson = true;
      try {
        JSON.parse(decoder.decode(raw));
      } catch {
        isJson = false;
      }
      if (isJson) expect(rewrite(raw, ['/no such field'])).toBe(raw.toString('latin1'));
      else expect(() => rewrite(raw, ['/no such field'])).toThrow(JsonFault);
    }),
    { numRuns: runs(1_500) },
  );
});
