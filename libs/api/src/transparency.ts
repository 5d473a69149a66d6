import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';
import { instant } from './members.js';

/** Half-yearly transparency reports: docs/contract.md, Transparency report. */

const figure = z.object({
  lo: z.number().describe('At least so many.'),
  hi: z
    .number()
    .nullable()
    .describe('At most so many: the same if the figure is exact; null: without limit.'),
});

const requesterCounts = z.array(
  z.object({
    value: z
      .string()
      .nullable()
      .describe(
        'ISO 3166-1 alpha-2, an entity’s name, or a kind of employment. Null: the terms do not state it.',
      ),
    requested: z.int(),
    approved: z.int(),
    verified: z
      .int()
      .describe(
        'Of those requested: verified by the vendor’s identity provider. The others are stated by the vendor.',
      ),
  }),
);

const reportSchema = named(
  'TransparencyReport',
  'The figures of half a year, as they are signed.',
  z.object({
    type: z.literal('countersign/transparency-report/v1'),
    deployment: z.string(),
    vendor: z.string(),
    period: z.object({ name: z.string(), from: instant(), to: instant() }),
    tenant: z.string().nullable().describe('Null: about all tenants.'),
    madeAt: instant(),
    leastContributors: z.int().describe('A figure that fewer tenants contributed to is a band.'),
    countries: z.array(z.string()).describe('ISO 3166-1 alpha-2; all others share the row `other`.'),
    figures: z.record(z.string(), figure),
    medianDecision: figure.nullable().describe('Seconds from request to decision.'),
    requesters: z
      .object({ country: requesterCounts, entity: requesterCounts, employment: requesterCounts })
      .exactOptional()
      .describe('Requests by place and employer of the requester. Only in a tenant’s own report.'),
  }),
);
export type TransparencyReportAnswer = z.infer<typeof reportSchema>;

const publishedReportSchema = named(
  'PublishedReport',
  'A report with its signature and its place in the log.',
  z.object({
    report: reportSchema,
    note: z
      .string()
      .nullable()
      .describe(
        'A signed note by the deployment’s log key over the SHA-256 of the JSON and of the CSV. Null for a report of one tenant that is read by another side.',
      ),
  }),
);
export type PublishedReportAnswer = z.infer<typeof publishedReportSchema>;

const reportListSchema = named(
  'TransparencyReportList',
  'The reports that were published.',
  z.object({
    items: z.array(z.object({ period: z.string(), publishedAt: instant() })),
    next: z.null(),
  }),
);

const figureTraceSchema = named(
  'FigureTrace',
  'Where one figure of a report comes from.',
  z.object({
    value: z.int(),
    members: z.array(z.string()).describe('Ids of demands, requests, or grants of emergencies.'),
    more: z.int().describe('How many more there are.'),
  }),
);

export const transparencyEndpoints = {
  list: endpoint({
    route: 'GET /api/v1/transparency-reports',
    callers: { people: 'report.read' },
    summary: 'List the published transparency reports',
    description: 'Newest first, for everyone who is signed in.',
    answer: { status: 200, description: 'The periods.', schema: reportListSchema },
  }),
  read: endpoint({
    route: 'GET /api/v1/transparency-reports/{period}',
    callers: { people: 'report.read' },
    summary: 'Read a published transparency report',
    description:
      'Figures that few tenants contributed to are bands, so that no figure of one tenant can be derived, also not by subtraction. A report never changes once it is published.',
    answer: { status: 200, description: 'The report.', schema: publishedReportSchema },
    errors: ['not_found'],
  }),
  json: endpoint({
    route: 'GET /api/v1/transparency-reports/{period}/report.json',
    callers: { people: 'report.read' },
    summary: 'Read the bytes that are signed, as JSON',
    description: 'Exactly these bytes are signed. Public once published.',
    answer: { status: 200, description: 'Canonical JSON.', type: 'application/json' },
    errors: ['not_found'],
  }),
  csv: endpoint({
    route: 'GET /api/v1/transparency-reports/{period}/report.csv',
    callers: { people: 'report.read' },
    summary: 'Read a report’s figures as CSV',
    description: 'One line for each figure. Public once published.',
    answer: { status: 200, description: 'A line for each figure.', type: 'text/csv' },
    errors: ['not_found'],
  }),
  trace: endpoint({
    route: 'GET /api/v1/transparency-reports/{period}/figures/{figure}',
    callers: { people: 'report.trace' },
    summary: 'Read what a figure counts',
    description:
      'For the vendor’s auditors and security admins. It counts the store as it is now; demands that were entered later are in it.',
    answer: { status: 200, description: 'The exact count, and ids.', schema: figureTraceSchema },
    errors: ['not_found'],
  }),
  own: endpoint({
    route: 'GET /api/v1/tenants/{slug}/transparency-reports/{period}',
    callers: { people: 'own-report.read' },
    summary: 'Read a tenant’s own report about a half-year',
    description: 'With exact figures. Demands under a duty of silence are not in it until they open.',
    answer: { status: 200, description: 'The report.', schema: publishedReportSchema },
    errors: ['not_found'],
  }),
  ownCsv: endpoint({
    route: 'GET /api/v1/tenants/{slug}/transparency-reports/{period}/report.csv',
    callers: { people: 'own-report.read' },
    summary: 'Read the figures of a tenant’s own report as CSV',
    description: 'The file whose hash is in the note of the report.',
    answer: { status: 200, description: 'A line for each figure.', type: 'text/csv' },
    errors: ['not_found'],
  }),
};
