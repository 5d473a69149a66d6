import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';
import { filters } from './members.js';

/** How a leaf is written: as it is, mapped to OCSF, or as it is in the envelope of a protocol. */
export const EXPORT_FORMATS = ['jsonl', 'ocsf', 'syslog', 'hec'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const DEFAULT_EXPORT_LIMIT = 500;
const MAX_EXPORT_LIMIT = 1_000;

const { from, to } = filters;
const exportQuery = z.strictObject({
  format: z.enum(EXPORT_FORMATS).describe('docs/exports.md shows each of them.'),
  index: z
    .string()
    .regex(/^(0|[1-9][0-9]{0,14})$/, 'The index of a leaf')
    .default('0')
    .describe('Begin at this leaf: `next` of the page before.'),
  from,
  to,
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,3}$/, `A whole number from 1 to ${MAX_EXPORT_LIMIT}`)
    .refine((text) => Number(text) <= MAX_EXPORT_LIMIT, `A whole number from 1 to ${MAX_EXPORT_LIMIT}`)
    .default(String(DEFAULT_EXPORT_LIMIT))
    .describe(`How many leaves to look at, 1 to ${MAX_EXPORT_LIMIT}; ${DEFAULT_EXPORT_LIMIT} if absent.`),
});
export type ExportQuery = z.infer<typeof exportQuery>;

export const exportPageSchema = named(
  'ExportPage',
  z.object({
    log: z.string().describe('The log’s origin. After a restore it is another one.'),
    items: z
      .array(z.string())
      .describe('One line for each leaf, in the order of the log, without its newline.'),
    next: z.int().nullable().describe('The index to continue at; null at the log’s end.'),
    size: z.int().describe('How many leaves the log has now.'),
  }),
);
export type ExportPage = z.infer<typeof exportPageSchema>;

export const exportEndpoints = {
  read: endpoint({
    route: 'GET /api/v1/tenants/{slug}/log-export',
    summary: 'Export a log for a SIEM',
    description:
      'Leaves from an index on, oldest first, with the personal values that the caller may see; erased ones appear as erased. `from` and `to` narrow by time. A page looks at `limit` leaves, so with a time it may be empty although more follow: continue until `next` is null. The slug is a tenant’s, `deployment`, or `vendor`.',
    query: exportQuery,
    answer: { status: 200, description: 'A page of lines.', schema: exportPageSchema },
    errors: ['not_found'],
  }),
};
