import { z } from 'zod';
import { organisationFile } from './schema.js';

/**
 * The organisation file's shape as JSON Schema 2020-12, for editors and other programs. It says what one
 * member may hold; what spans members (`countersign apply --dry-run` checks it) no JSON Schema can say.
 */
export function organisationJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(organisationFile, { io: 'input', reused: 'inline' });
  return {
    $schema,
    $id: 'https://countersign.example/schemas/organisation-v1.json',
    title: 'Countersign organisation file, version 1',
    ...schema,
  };
}
