import { z } from 'zod';
import { organisationFile } from './schema.js';

/**
 * The shape of the organisation file as JSON Schema 2020-12, for editors and other programs. It covers single members;
 * `countersign apply --dry-run` checks the rules between members too.
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
