import { z } from 'zod';
import { endpoint } from './endpoint.js';

/** Evidence packs for auditors: docs/contract.md, Evidence pack. */

const evidenceQuery = z.strictObject({
  period: z
    .string()
    .min(1)
    .max(80)
    .meta({ examples: ['2026-H1'] })
    .describe(
      'A half-year (`2026-H1`), a quarter (`2026-Q3`), or `FROM..TO` with days or instants in UTC. Over by now, and at most 366 days long.',
    ),
  seed: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/, 'Letters, digits and signs without spaces, at most 128')
    .meta({ examples: ['audit-2026-07'] })
    .optional()
    .describe('What chooses the sample. Absent: the root of the log.'),
});
export type EvidenceQuery = z.infer<typeof evidenceQuery>;

export const evidenceEndpoints = {
  read: endpoint({
    route: 'GET /api/v1/tenants/{slug}/evidence',
    callers: { people: 'evidence.read' },
    summary: 'Download the evidence pack of a period',
    description:
      'A ZIP archive with every request, review, grant and call of the period, the leaves of the log that prove them, a sample, the rules in force, access reviews, exceptions, and which clauses of common frameworks its files support. It can be verified without a server: `countersign evidence verify`. At most two are made at once.',
    query: evidenceQuery,
    answer: { status: 200, description: 'The archive.', type: 'application/zip' },
    errors: ['not_found', 'pruned', 'log_inconsistent'],
  }),
};
