import { readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import {
  approvalJsonSchema,
  invitationJsonSchema,
  liftJsonSchema,
  practiceJsonSchema,
  presenceJsonSchema,
  routeMapJsonSchema,
  signatureJsonSchema,
  stopJsonSchema,
  termsJsonSchema,
  trustJsonSchema,
  wideningJsonSchema,
} from './json-schema.js';

const published = [
  ['docs/schemas/terms-v1.json', termsJsonSchema],
  ['docs/schemas/route-map.json', routeMapJsonSchema],
  ['docs/schemas/invitation-v1.json', invitationJsonSchema],
  ['docs/schemas/approval-v1.json', approvalJsonSchema],
  ['docs/schemas/stop-v1.json', stopJsonSchema],
  ['docs/schemas/lift-v1.json', liftJsonSchema],
  ['docs/schemas/presence-v1.json', presenceJsonSchema],
  ['docs/schemas/practice-v1.json', practiceJsonSchema],
  ['docs/schemas/widening-v1.json', wideningJsonSchema],
  ['docs/schemas/trust-v1.json', trustJsonSchema],
  ['docs/schemas/signature-v1.json', signatureJsonSchema],
] as const;

describe('published JSON Schemas', () => {
  // UPDATE_SCHEMAS=1 writes the files instead of comparing them.
  test.each(published)('%s is what the code generates', (file, generate) => {
    const text = `${JSON.stringify(generate(), null, 2)}\n`;
    if (process.env['UPDATE_SCHEMAS'] === '1') writeFileSync(file, text);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test.each([
    ['docs/schemas/terms-v1.json', 'test/vectors/terms.json', 'terms', 'terms'],
    ['docs/schemas/route-map.json', 'test/vectors/route-maps.json', 'maps', 'service'],
    ['docs/schemas/invitation-v1.json', 'test/vectors/invitations.json', 'statements', 'statement'],
  ])('%s accepts every vector of %s', (schemaFile, vectorFile, list, member) => {
    const validate = new Ajv2020().compile(JSON.parse(readFileSync(schemaFile, 'utf8')));
    const vectors = JSON.parse(readFileSync(vectorFile, 'utf8'));
    for (const vector of vectors[list])
      expect([vector.title, validate(vector[member])]).toEqual([vector.title, true]);
  });

  test.each(['approval', 'stop', 'lift', 'widening', 'trust'])(
    '%s-v1.json accepts every vector of its kind',
    (kind) => {
      const validate = new Ajv2020().compile(
        JSON.parse(readFileSync(`docs/schemas/${kind}-v1.json`, 'utf8')),
      );
      const vectors: { kind: string; title: string; statement: unknown }[] = JSON.parse(
        readFileSync('test/vectors/statements.json', 'utf8'),
      ).statements;
      const own = vectors.filter((vector) => vector.kind === kind);
      expect(own.length).toBeGreaterThan(0);
      for (const { title, statement } of own) expect([title, validate(statement)]).toEqual([title, true]);
    },
  );
});
