import fc from 'fast-check';
import { bodyDifference, changedRows, differenceLine } from './body-difference.js';

const lines = (before: string | null, after: string, method = 'PATCH') =>
  changedRows(bodyDifference(before, after, 'application/json').rows ?? [], method).map(differenceLine);

test('shows each value that changes, and nothing that a partial body leaves alone', () => {
  const before = '{"id":8812,"total":1200.50,"lines":[{"text":"Plan","count":1}],"note":null}';
  expect(lines(before, '{"total":1100.5,"note":"credited","lines":[{"text":"Plan","count":2}]}')).toEqual([
    '/total: 1200.50 → 1100.5',
    '/note: null → "credited"',
    '/lines/0/count: 1 → 2',
  ]);
});

test('what a whole replacement leaves out is shown first; a PATCH keeps it in the background', () => {
  expect(lines('{"a":1,"b":2}', '{"a":1}', 'PUT')).toEqual(['/b: 2 → –']);
  expect(lines('{"a":1,"b":2}', '{"a":1}', 'PATCH')).toEqual([]);
});

test('without a before, each value is new', () => {
  expect(lines(null, '{"status":"void","lines":[]}')).toEqual(['/status: – → "void"', '/lines: – → []']);
});

test('hidden characters are written out, and another spelling of the same text is no change', () => {
  expect(lines('{"n":"\\u0061"}', '{"n":"a"}')).toEqual([]);
  expect(lines('{"n":"ab"}', '{"n":"a\u202eb"}')).toEqual(['/n: "ab" → "a⟨U+202E⟩b"']);
  expect(lines('{"n":1}', '{"n":1,"n\u200b":2}')).toEqual(['/n⟨U+200B⟩: – → 2']);
});

test('a number is compared as it is written: none is rounded', () => {
  expect(lines('{"n":12345678901234567890}', '{"n":12345678901234567891}')).toEqual([
    '/n: 12345678901234567890 → 12345678901234567891',
  ]);
});

test.each([
  ['two members of one name', '{"a":1}', '{"a":1,"a":2}'],
  ['two members of one name, one escaped', '{"a":1}', '{"a":1,"\\u0061":2}'],
  ['no JSON', '{"a":1}', 'a=1'],
  ['an object where there was a list', '{"roles":["admin"]}', '{"roles":{"0":"admin"}}'],
  ['a before that is no JSON', '<html>', '{"a":1}'],
  ['a list of operations (RFC 6902) for an object', '{"a":1}', '[{"op":"remove","path":"/a"}]'],
  ['too many values', '[]', JSON.stringify(Array.from({ length: 501 }, (_, at) => at))],
])('does not compare %s value by value', (_what, before, after) => {
  expect(bodyDifference(before, after, 'application/json')).toEqual({ rows: null });
});

test.each(['application/x-www-form-urlencoded', 'text/plain', 'application/json; charset=utf-16'])(
  'a body that is sent as %s is not compared as JSON',
  (type) => {
    expect(bodyDifference('{"a":1}', '{"a":"&role=admin&b="}', type)).toEqual({ rows: null });
    expect(bodyDifference(null, '{"a":1}', undefined).rows).toHaveLength(1);
  },
);

test('every value of both bodies is in exactly one row, whatever the JSON', () => {
  const value = fc.json({ maxDepth: 4 }).map((text) => `{"root":${text}}`);
  fc.assert(
    fc.property(value, value, (before, after) => {
      const { rows } = bodyDifference(before, after, 'application/json');
      if (rows === null) return;
      // The flat form by JSON.parse, independently of the reader of tokens.
      const flat = (text: string) => {
        const found = new Map<string, string>();
        const walk = (at: string, node: unknown): void => {
          const entries = typeof node === 'object' && node !== null ? Object.entries(node) : [];
          if (entries.length === 0) found.set(at, JSON.stringify(node));
          for (const [name, member] of entries)
            walk(`${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, member);
        };
        walk('', JSON.parse(text));
        return found;
      };
      const [old, now] = [flat(before), flat(after)];
      const differ = [...now].filter(([at, text]) => old.get(at) !== text).length;
      const gone = [...old.keys()].filter((at) => !now.has(at)).length;
      const numbersApart = rows.filter(({ kind }) => kind === 'changed' || kind === 'added').length;
      expect(rows).toHaveLength(now.size + gone);
      expect(numbersApart).toBe(differ);
      expect(rows.filter(({ kind }) => kind === 'absent')).toHaveLength(gone);
    }),
    { numRuns: 100 },
  );
});

test('a hostile text never throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      bodyDifference(before, after, 'application/json');
    }),
    { numRuns: 200 },
  );
});
