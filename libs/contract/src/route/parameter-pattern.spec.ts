import fc from 'fast-check';
import { type ParameterPattern, readParameterPattern } from './parameter-pattern.js';

function patternOf(text: string): ParameterPattern {
  const pattern = readParameterPattern(text);
  if ('problem' in pattern) throw new Error(pattern.problem);
  return pattern;
}
const problemOf = (text: string): string | undefined => {
  const pattern = readParameterPattern(text);
  return 'problem' in pattern ? pattern.problem : undefined;
};

test.each([
  ['uuid', ['0199f0a0-7b2c-7001-8000-00000000000a', '0199F0A0-7B2C-7001-8000-00000000000A']],
  ['int', ['0', '7', '4711', '9223372036854775807']],
  ['[A-Z]{2}-[0-9]+', ['AB-7', 'AB-0012']],
  ['inv-[0-9]{1,6}', ['inv-1', 'inv-000001']],
  ['[a-z][a-z0-9]*', ['a', 'a0b1']],
  ['[a-z]+@[a-z.]+', ['ann%40x.example']],
  ['v?[0-9]+', ['1', 'v12']],
  ['[.-]{3}[~]', ['.-.~']],
])('%s matches whole values', (text, values) => {
  const { matches } = patternOf(text);
  for (const value of values) {
    expect([value, matches(value)]).toEqual([value, true]);
    for (const other of [`${value}!`, `!${value}`, `${value}%0A`, `${value} `])
      expect(matches(other)).toBe(false);
  }
});

test('int has one spelling for each number, so that a rule about 7 is about every 7', () => {
  const { matches } = patternOf('int');
  for (const value of ['007', '+7', '-7', '7.0', '7e0', '0x7', '٧', '７', '7'.repeat(20), ''])
    expect([value, matches(value)]).toEqual([value, false]);
});

test('no value is longer than 128 characters', () => {
  const { matches } = patternOf('[a-z]+');
  expect([matches('a'.repeat(128)), matches('a'.repeat(129))]).toEqual([true, false]);
});

test.each([
  ['an unknown name', 'number', /no pattern.*uuid, int/],
  ['one value', 'abc-1', /one value/],
  ['an alternative', '[0-9]|x', /no part/],
  ['a group', '([a-z]+)+', /no part/],
  ['a dot', '.+', /no part/],
  ['an escape', '\\d+', /no part/],
  ['an anchor', '^[0-9]+$', /no part/],
  ['a count without a part', '+', /no part/],
  ['two counts', '[0-9]+?', /no part/],
  ['a negation', '[^a]', /no class/],
  ['a range across alphabets', '[A-z]', /no class/],
  ['a range the wrong way round', '[9-0]', /no class/],
  ['a slash in a class', '[/]', /no class/],
  ['an empty class', '[]', /no class/],
  ['a class that does not end', '[0-9', /no part/],
  ['a count of none', '[0-9]{0}', /count/],
  ['a count that is too large', '[0-9]{129}', /count/],
  ['counts the wrong way round', '[0-9]{3,2}', /count/],
  ['an open count', '[0-9]{3,}', /no part/],
  ['an end that no one could tell', '[0-9]+[0-9]', /where it ends/],
  ['the same through an optional part', '[0-9]+-?[0-9]', /where it ends/],
  ['an optional part that may be the next one', '[ab]?a', /where it ends/],
  ['too many characters', `[0-9]${'a'.repeat(124)}`, /at most/],
])('%s is no pattern', (_case, text, why) => {
  expect(problemOf(text)).toMatch(why);
});

const classes = ['[0-9]', '[a-z]', '[A-Z]', '[a-f0-9]', '[._-]', 'x', '-', '@'];
const counts = ['', '', '+', '*', '?', '{2}', '{1,3}', '{0,2}'];
const parts = fc.array(fc.tuple(fc.constantFrom(...classes), fc.constantFrom(...counts)), {
  minLength: 1,
  maxLength: 6,
});
const values = fc.string({ unit: fc.constantFrom(...'07afxz-._@AZ'), minLength: 1, maxLength: 12 });

test('an accepted pattern matches what the same regular expression matches', () => {
  fc.assert(
    fc.property(parts, fc.array(values, { minLength: 1, maxLength: 20 }), (segments, texts) => {
      const text = segments.flat().join('');
      fc.pre(problemOf(text) === undefined);
      const expression = new RegExp(`^(?:${text})$`);
      const { matches } = patternOf(text);
      for (const value of texts)
        expect([text, value, matches(value)]).toEqual([text, value, expression.test(value)]);
    }),
  );
});

test('the longest value that almost matches takes no longer than a value of its length', () => {
  const long = ['[a-z]*', '-?', '[0-9]*', '_?', '[A-Z]*', '~?', '[a-z]*'].join('');
  // What follows each part begins with another character, so it is accepted; the last one may be skipped to by all before it.
  expect(problemOf(long)).toMatch(/where it ends/);
  const accepted = '[a-z]*-?[0-9]*_?[A-Z]*~?@';
  const { matches } = patternOf(accepted);
  const value = `${'a'.repeat(60)}-${'7'.repeat(60)}!`;
  const started = performance.now();
  for (let times = 0; times < 10_000; times += 1) matches(value);
  expect(performance.now() - started).toBeLessThan(2_000);
});
