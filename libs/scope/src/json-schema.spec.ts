import { readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { invitationJsonSchema, routeMapJsonSchema, termsJsonSchema } from './json-schema.js';

const published = [
  ['docs/schemas/terms-v1.json', termsJsonSchema],
  ['docs/schemas/route-map.json', routeMapJsonSchema],
  ['docs/schemas/invitation-v1.json', invitationJsonSchema],
] as const;

describe('published JSON Schemas', () => {
  // UPDATE_SCHEMAS=1 writes the files anew instead of comparing.
  test.each(published)('%s is what the code generates', (file, generate) => {
    const text = `${JSON.stringify(generate(), null, 2)}\n`;
    if (process.env['UPDATE_SCHEMAS'] === '1') writeFileSync(file, text);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test.each([
    ['docs/schemas/terms-v1.json', 'test/vectors/terms.json', 'terms', 'terms'],
    ['docs/schemas/route-map.json', 'test/vectors/route-maps.json', 'maps', 'service'],
    ['docs/schemas/invitation-v1.json', 'test/vectors/invitations.json', 'statements', 'statement'],
  ])('%s takes every vector of %s', (schemaFile, vectorFile, list, member) => {
    const validate = new Ajv2020().compile(JSON.parse(readFileSync(schemaFile, 'utf8')));
    const vectors = JSON.parse(readFileSync(vectorFile, 'utf8'));
    for (const vector of vectors[list])
      expect([vector.title, validate(vector[member])]).toEqual([vector.title, true]);
  });
});
