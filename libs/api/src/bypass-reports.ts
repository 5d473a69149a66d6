import { BYPASS_KINDS, isId, MAX_BYPASSED_CALLS } from '@countersign/contract';
import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';
import { idText, instant, instantText } from './members.js';

/** Reports of calls that bypassed the gateway. */

/** The largest number that both databases store in this column. */
const MAX_COUNT = 2_147_483_647;

const bypassedCall = z.strictObject({
  kind: z
    .enum(BYPASS_KINDS)
    .describe(
      '`no_context`: without a signed context. `bad_context`: with one that no enrolled gateway signed for this service. `other_call`: the context is of another method, path, gateway or time. `repeated`: the context was used before.',
    ),
  at: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/, 'An instant in UTC')
    .refine((text) => !Number.isNaN(Date.parse(text)), 'An instant in UTC')
    .meta({ format: 'date-time' })
    .describe('When the service saw it.'),
  method: z.string().regex(/^[A-Za-z-]{1,40}$/, 'An HTTP method'),
  record: z
    .string()
    .refine((text) => isId('rec', text), 'A rec_ id')
    .exactOptional()
    .describe('The record that its context names. Only one that the tenant’s log has.'),
  refused: z.boolean().describe('Whether the service itself refused the call.'),
});

const content = {
  service: z.string().min(1).max(63),
  from: instantText.describe('The start of the compared span.'),
  to: instantText.describe('The end of the span: calls of this instant and later are not in it.'),
  passed: z.int().min(0).max(MAX_COUNT).describe('How many calls bypassed the gateway.'),
  refused: z
    .int()
    .min(0)
    .max(MAX_COUNT)
    .describe('How many calls tried to bypass it, and were refused by the service.'),
  calls: z
    .array(bypassedCall)
    .max(MAX_BYPASSED_CALLS)
    .describe(`The calls, without their paths; the first ${MAX_BYPASSED_CALLS}.`),
};

const newReport = named(
  'NewBypassReport',
  'Calls that a service received and that did not come through a gateway.',
  z.strictObject(content),
);
export type NewBypassReport = z.infer<typeof newReport>;

const report = named(
  'BypassReport',
  'A report of calls that bypassed the gateway. It is the statement of its reporter.',
  z.object({
    id: idText('byp', 'The report.'),
    tenant: z.string(),
    ...content,
    reportedBy: idText('usr', 'Who compared the calls with the records.'),
    reportedAt: instant(),
  }),
);
export type BypassReport = z.infer<typeof report>;

export const bypassReportEndpoints = {
  report: endpoint({
    route: 'POST /api/v1/tenants/{slug}/bypass-reports',
    callers: { people: 'bypass.report' },
    summary: 'Report calls that bypassed the gateway',
    description:
      'For the vendor’s security admins, and the tenant’s admins if the customer runs the service itself. `countersign reconcile --report` sends it. The tenant’s log has it as the leaf `gateway.bypassed`. The same report again answers the first one. At most 20 an hour.',
    body: { schema: newReport },
    answer: { status: 201, description: 'The report.', schema: report },
    errors: ['not_found', 'conflict'],
  }),
  list: endpoint({
    route: 'GET /api/v1/tenants/{slug}/bypass-reports',
    callers: { people: 'bypass.read' },
    summary: 'List reports of calls that bypassed the gateway',
    description: 'The newest 50, newest first.',
    answer: {
      status: 200,
      description: 'The reports.',
      schema: named(
        'BypassReportList',
        'Reports of calls that bypassed the gateway, newest first.',
        z.object({ items: z.array(report) }),
      ),
    },
    errors: ['not_found'],
  }),
};
