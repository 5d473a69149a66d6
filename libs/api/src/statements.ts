import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import { instant, pageQuery } from './members.js';

/** Signed statements of every access in a span (docs/contract.md, Statement of accesses). */

const instantInput = z
  .string()
  .refine(
    (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(text) && !Number.isNaN(Date.parse(text)),
    'An RFC 3339 instant in UTC, like 2026-11-24T00:00:00Z',
  )
  .meta({ format: 'date-time' });

const statementQuery = z.strictObject({
  from: instantInput.meta({ examples: ['2026-11-01T00:00:00Z'] }).describe('From this instant on.'),
  to: instantInput
    .meta({ examples: ['2026-12-01T00:00:00Z'] })
    .describe('Before this instant, which must have passed.'),
});
export type StatementSpan = z.infer<typeof statementQuery>;

const dailyStatementSchema = named(
  'DailyStatement',
  'The signed statement of every access of one UTC day.',
  z.object({
    day: z.string().meta({ format: 'date' }).describe('A UTC day.'),
    isComplete: z.boolean().describe('Whether every gateway has signed a head past the day’s end.'),
    accesses: z.int().describe('How many calls were allowed.'),
    size: z.int().describe('Leaves of the log when it was made.'),
    root: z.string().describe('Padded base64.'),
    madeAt: instant(),
  }),
);
export type DailyStatement = z.infer<typeof dailyStatementSchema>;

const dailyStatementPageSchema = pageOf('DailyStatementPage', dailyStatementSchema);

const statementListQuery = z.strictObject({ ...pageQuery });
export type StatementListQuery = z.infer<typeof statementListQuery>;

export const statementEndpoints = {
  make: endpoint({
    route: 'GET /api/v1/tenants/{slug}/statement',
    callers: { people: 'log.follow' },
    summary: 'Read a signed statement of every access in a span',
    description:
      'A C2SP signed note by the log’s key. It lists every allowed call in the span, or says that the enrolled gateways recorded none. Complete if every gateway has signed a head past the end; the gateways are asked to, so that the statement of a minute later may be.',
    query: statementQuery,
    answer: { status: 200, description: 'A signed note.', type: 'text/plain' },
    errors: ['not_found', 'pruned', 'log_inconsistent'],
  }),
  list: endpoint({
    route: 'GET /api/v1/tenants/{slug}/statements',
    callers: { people: 'log.follow' },
    summary: 'List the daily statements',
    description: 'Newest first. They are made while `dailyStatement` of the log’s settings is on.',
    query: statementListQuery,
    answer: { status: 200, description: 'A page of statements.', schema: dailyStatementPageSchema },
    errors: ['not_found', 'invalid_cursor'],
  }),
  read: endpoint({
    route: 'GET /api/v1/tenants/{slug}/statements/{day}',
    callers: { people: 'log.follow' },
    summary: 'Read the statement of one UTC day',
    description: 'Signed by the broker, with every access that began, went on or ended on that day.',
    answer: { status: 200, description: 'A signed note.', type: 'text/plain' },
    errors: ['not_found'],
  }),
};
