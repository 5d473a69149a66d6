import { EXPORT_CONTENTS, EXPORT_FORMATS, EXPORT_KINDS, hasHiddenCharacters } from '@countersign/contract';
import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';
import { filters, idText, instant } from './members.js';

const DEFAULT_EXPORT_LIMIT = 500;
const MAX_EXPORT_LIMIT = 1_000;

const { from, to } = filters;
const exportQuery = z.strictObject({
  format: z.enum(EXPORT_FORMATS).describe('docs/exports.md shows each of them.'),
  index: z
    .string()
    .regex(/^(0|[1-9][0-9]{0,14})$/, 'The index of a leaf')
    .meta({ type: 'integer', minimum: 0 })
    .default('0')
    .describe('Begin at this leaf: `next` of the page before.'),
  from,
  to,
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,3}$/, `A whole number from 1 to ${MAX_EXPORT_LIMIT}`)
    .refine((text) => Number(text) <= MAX_EXPORT_LIMIT, `A whole number from 1 to ${MAX_EXPORT_LIMIT}`)
    .meta({ type: 'integer', minimum: 1, maximum: MAX_EXPORT_LIMIT })
    .default(String(DEFAULT_EXPORT_LIMIT))
    .describe(`How many leaves to look at, 1 to ${MAX_EXPORT_LIMIT}; ${DEFAULT_EXPORT_LIMIT} if absent.`),
});
export type ExportQuery = z.infer<typeof exportQuery>;

export const exportPageSchema = named(
  'ExportPage',
  'Events of a log in the chosen format.',
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

const MAX_CA = 32_768;

const newTargetSchema = named(
  'NewExportTarget',
  'A receiver to which a log is to be streamed.',
  z.strictObject({
    kind: z.enum(EXPORT_KINDS),
    name: z
      .string()
      .trim()
      .min(1)
      .max(64)
      .refine(isPlainText, 'No control characters')
      .describe('For people.'),
    address: z
      .string()
      .max(500)
      .describe('`https://…`; for syslog `tls://HOST:PORT`. No secret may stand in it.'),
    secret: z
      .string()
      .max(512)
      .exactOptional()
      .describe(
        'hec: the collector’s token. jsonl: a secret of Standard Webhooks (`whsec_…`); if absent one is made and returned once.',
      ),
    content: z.enum(EXPORT_CONTENTS).default('leaf'),
    splunkIndex: z
      .string()
      .regex(/^[a-z0-9_][a-z0-9_-]{0,79}$/, 'A name of an index in Splunk')
      .exactOptional()
      .describe('hec: absent for the token’s own index.'),
    ca: z
      .string()
      .max(MAX_CA)
      .exactOptional()
      .describe(
        'PEM certificates that the receiver’s certificate is verified with. Absent: the public ones.',
      ),
    from: z.int().min(0).default(0).describe('The first leaf to send.'),
  }),
);
export type NewExportTarget = z.infer<typeof newTargetSchema>;

export const exportTargetSchema = named(
  'ExportTarget',
  'A receiver of a log, and how far it has got.',
  z.object({
    id: idText('xpt', 'The target.'),
    log: z.string().describe('A tenant’s slug, `deployment` or `vendor`.'),
    kind: z.enum(EXPORT_KINDS),
    name: z.string(),
    address: z.string(),
    content: z.enum(EXPORT_CONTENTS),
    splunkIndex: z.string().nullable(),
    ownCa: z.boolean().describe('Whether the receiver is verified with certificates of its own.'),
    lastSent: z.int().nullable().describe('The last leaf that was acknowledged; null if there is none.'),
    next: z.int().describe('The first leaf that was not acknowledged.'),
    size: z.int().describe('How many leaves the log has.'),
    sentAt: instant().nullable(),
    lastError: z.string().nullable().describe('A code; null if the last attempt succeeded.'),
    failedAt: instant().nullable(),
    failures: z.int().describe('Attempts that failed since the last one that succeeded.'),
    createdAt: instant(),
    createdBy: idText('usr', 'Who set it up.'),
  }),
);
export type ExportTarget = z.infer<typeof exportTargetSchema>;

const madeTargetSchema = named(
  'AddedExportTarget',
  'The receiver with its secret, which is shown once.',
  exportTargetSchema.extend({
    secret: z.string().nullable().describe('The secret that was made, shown this once; null if none was.'),
  }),
);
export type AddedExportTarget = z.infer<typeof madeTargetSchema>;

const targetListSchema = named(
  'ExportTargetList',
  'The receivers of one log.',
  z.object({ items: z.array(exportTargetSchema) }),
);

function isPlainText(text: string): boolean {
  return !hasHiddenCharacters(text) && !/\p{Cc}/u.test(text);
}

export const exportEndpoints = {
  read: endpoint({
    route: 'GET /api/v1/tenants/{slug}/log-export',
    callers: { people: 'log.follow' },
    summary: 'Export a log for a SIEM',
    description:
      'Leaves from an index on, oldest first, with the personal values that the caller may see; erased ones appear as erased. `from` and `to` narrow by time. A page looks at `limit` leaves, so with a time it may be empty although more follow: continue until `next` is null. The slug is a tenant’s, `deployment`, or `vendor`.',
    query: exportQuery,
    answer: { status: 200, description: 'A page of lines.', schema: exportPageSchema },
    errors: ['not_found'],
  }),
  targets: endpoint({
    route: 'GET /api/v1/tenants/{slug}/export-targets',
    callers: { people: 'export.read' },
    summary: 'List where a log is streamed to',
    description:
      'Those that the caller’s side has set up, with how far each has come and why its last attempt failed.',
    answer: { status: 200, description: 'Every target, the oldest first.', schema: targetListSchema },
    errors: ['not_found'],
  }),
  addTarget: endpoint({
    route: 'POST /api/v1/tenants/{slug}/export-targets',
    callers: { people: 'export.add' },
    summary: 'Stream a log to a receiver',
    description:
      'Each leaf is sent at least once, in the order of the log. Addresses follow the rules of webhooks. For a tenant’s admins; for the vendor’s security admins the logs `deployment` and `vendor`.',
    body: { schema: newTargetSchema },
    answer: { status: 201, description: 'The target.', schema: madeTargetSchema },
    errors: ['not_found', 'conflict'],
  }),
  removeTarget: endpoint({
    route: 'DELETE /api/v1/tenants/{slug}/export-targets/{id}',
    callers: { people: 'export.remove' },
    summary: 'Stop streaming a log to a receiver',
    description: 'Nothing more is sent to it. What was sent stays there.',
    answer: { status: 204, description: 'It ends. Its secret is deleted.' },
    errors: ['not_found'],
  }),
};
