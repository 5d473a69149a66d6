import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { EXAMPLE } from '../../test/example-organisation.js';
import { organisationJsonSchema } from './json-schema.js';

const PUBLISHED = join(process.cwd(), 'docs/schemas/organisation-v1.json');

describe('the published schema of the organisation file', () => {
  test('is what the code checks (UPDATE_SCHEMAS=1 writes it again)', () => {
    const text = `${JSON.stringify(organisationJsonSchema(), null, 2)}\n`;
    if (process.env['UPDATE_SCHEMAS'] === '1') writeFileSync(PUBLISHED, text);
    expect(readFileSync(PUBLISHED, 'utf8')).toBe(text);
  });

  test('accepts the example and refuses an unknown member', () => {
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(organisationJsonSchema());
    const example = parse(EXAMPLE) as Record<string, unknown>;
    expect(validate(example)).toBe(true);
    expect(validate({ ...example, extra: 1 })).toBe(false);
  });
});
