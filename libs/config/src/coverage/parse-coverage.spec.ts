import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { coverageJsonSchema, parseCoverage } from './parse-coverage.js';

const PUBLISHED = join(process.cwd(), 'docs/schemas/coverage-v1.json');

const VALID = `
checkedOn: 2026-11-20
ways:
  - { way: Support engineers through the gateways, state: controlled-here }
  - { way: Administrators of the database, state: controlled-elsewhere, by: two persons and a recorded session, services: [billing] }
  - { way: Backups in the object store, state: open }
`;
const problemsOf = (text: string) =>
  parseCoverage(text).problems?.map(({ pointer, detail, line }) => `${line} ${pointer} ${detail}`);

describe('the coverage file', () => {
  test('names every way to customers’ data and what controls it', () => {
    expect(parseCoverage(VALID).coverage).toEqual({
      checkedOn: '2026-11-20',
      ways: [
        { way: 'Support engineers through the gateways', state: 'controlled-here' },
        {
          way: 'Administrators of the database',
          state: 'controlled-elsewhere',
          by: 'two persons and a recorded session',
          services: ['billing'],
        },
        { way: 'Backups in the object store', state: 'open' },
      ],
    });
  });

  test('refuses what it does not know, and names place and line', () => {
    expect(problemsOf(VALID.replace('state: open', 'state: closed'))).toEqual([
      '6 /ways/2/state must be one of controlled-here, controlled-elsewhere, open',
    ]);
    expect(problemsOf(VALID.replace('state: open', 'state: open, note: soon'))).toEqual([
      '6 /ways/2/note is not a member that is known here',
    ]);
    expect(problemsOf(VALID.replace('2026-11-20', '2026-02-30'))).toEqual([
      '2 /checkedOn must be a day such as 2026-11-24',
    ]);
    expect(problemsOf(`${VALID}extra: 1\n`)).toEqual(['7 /extra is not a member that is known here']);
  });

  test('“controlled elsewhere” says by what, and no other state does', () => {
    const detail = 'is required for controlled-elsewhere, and only there';
    expect(problemsOf(VALID.replace(', by: two persons and a recorded session', ''))).toEqual([
      `5 /ways/1/by ${detail}`,
    ]);
    expect(problemsOf(VALID.replace('state: open', 'state: open, by: hope'))).toEqual([
      `6 /ways/2/by ${detail}`,
    ]);
  });

  test('the published schema is what the code checks (UPDATE_SCHEMAS=1 writes it again)', () => {
    const text = `${JSON.stringify(coverageJsonSchema(), null, 2)}\n`;
    if (process.env['UPDATE_SCHEMAS'] === '1') writeFileSync(PUBLISHED, text);
    expect(readFileSync(PUBLISHED, 'utf8')).toBe(text);
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(coverageJsonSchema());
    expect(validate(parseCoverage(VALID).coverage)).toBe(true);
    expect(validate({ ...parseCoverage(VALID).coverage, extra: 1 })).toBe(false);
  });
});
