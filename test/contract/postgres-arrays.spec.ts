/** @soak */

import fc from 'fast-check';
import pg from 'pg';
import { postgresArray } from '../../libs/persistence/src/engine/postgres/arrays.js';
import { anyText } from '../factories/any-text.js';
import { runs } from '../support/samples.js';
import type { TestDatabase } from './support/database.js';
import { postgresDatabase } from './support/postgres.js';

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await postgresDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.close();
});

/** The elements as PostgreSQL has understood them, as text; or the SQLSTATE of its error. */
async function understood(type: string, parameter: unknown): Promise<unknown> {
  try {
    const { rows } = await client.query({
      text: `SELECT v::text FROM unnest($1::${type}[]) WITH ORDINALITY AS t (v, at) ORDER BY at`,
      values: [parameter],
      rowMode: 'array',
    });
    return rows.map(([value]) => value);
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

/** A text that JSON, a database or a driver could stumble over. */
const TEXT = fc.oneof(
  anyText(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '',
    'NULL',
    'null',
    '{}',
    '{a,b}',
    '"',
    '\\',
    '\\"',
    "'",
    ',',
    ' ',
    '\n',
    '\u007f',
    '\u2028',
  ),
  // Unpaired surrogates, which have no UTF-8, and the one character that PostgreSQL does not store.
  fc.constantFrom('\ud800', 'x\udfffy', '\ud83d\ude00', '\u0000', 'a\u0000b'),
);

const ELEMENTS = {
  varchar: TEXT,
  text: TEXT,
  integer: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  bigint: fc.maxSafeInteger(),
  boolean: fc.boolean(),
} as const;

describe.each(Object.entries(ELEMENTS))('a binary array of %s, in a real PostgreSQL', (type, element) => {
  test('is what the driver’s own text format is, NULL, no elements and refusals included', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(element as fc.Arbitrary<unknown>), { maxLength: 12 }),
        async (values) => {
          const sent = postgresArray(type, values);
          expect(await understood(type, sent)).toEqual(await understood(type, values));
        },
      ),
      { numRuns: runs(150) },
    );
  });
});

describe('a binary array, in a real PostgreSQL', () => {
  test('keeps a text of a megabyte beside short ones, and ten thousand elements', async () => {
    const long = 'ü'.repeat(500_000);
    expect(await understood('text', postgresArray('text', ['a', long, null, '']))).toEqual([
      'a',
      long,
      null,
      '',
    ]);
    const many = Array.from({ length: 10_000 }, (_, index) => (index % 7 === 0 ? null : `value ${index}`));
    expect(await understood('varchar', postgresArray('varchar', many))).toEqual(many);
  });

  test.each([
    ['bigint', [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, -(2 ** 32), -(2 ** 32) - 1, -0]],
    ['integer', [2 ** 31 - 1, -(2 ** 31), -1, 0]],
    ['boolean', [true, false, null]],
    ['text', [null, null]],
  ])('keeps the ends of %s: %j', async (type, values) => {
    const sent = postgresArray(type, values);
    expect(await understood(type, sent)).toEqual(await understood(type, values));
    const texts = values.map((value) => (value === null ? null : String(value)));
    expect(await understood(type, sent)).toEqual(texts);
  });

  test('a NUL character is refused, with the whole batch', async () => {
    expect(await understood('text', postgresArray('text', ['a', 'b\u0000']))).toBe('22021');
  });
});
