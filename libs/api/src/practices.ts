import { CHANNELS, offeredPracticeSchema, PRACTICE_RESULTS, signatureSchema } from '@countersign/contract';
import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import { idText, instant, pageQuery } from './members.js';

/** Practice requests: a tenant's approvers show that they can still approve. */

const decision = z.enum(['approve', 'deny']);
const practiceAsk = named(
  'PracticeAsk',
  'What a made-up request asks for.',
  z
    .object({ action: z.string(), resource: z.string(), seconds: z.int() })
    .describe('A made-up request. No service and no data belongs to it.'),
);
export type PracticeAsk = z.infer<typeof practiceAsk>;

export const practiceResult = z
  .enum(PRACTICE_RESULTS)
  .describe(
    '`passed`: the right answer. `wrong`: the other one. `passkey-failed`: the right answer, without the passkey that the person has. `unanswered`: none in time. `left`: no approver any more.',
  );

const partSchema = named(
  'PracticePart',
  'How one approver did.',
  z.object({
    person: z.string(),
    result: practiceResult.nullable().describe('Null: not answered yet.'),
    decision: decision.nullable(),
    channel: z.enum(CHANNELS).nullable(),
    passkey: z
      .enum(['worked', 'failed', 'none'])
      .nullable()
      .describe('`failed`: the person said so. `none`: they have no valid passkey.'),
    settledAt: instant().nullable().describe('When it was answered, or its term ended.'),
    seconds: z.int().nullable().describe('From the beginning to the answer; null without one.'),
  }),
);
export type PracticePart = z.infer<typeof partSchema>;

const count = () => z.int();
const summarySchema = named(
  'PracticeSummary',
  'A practice with its counts.',
  z.object({
    id: idText('prc', 'The practice.'),
    tenant: z.string(),
    quarter: z
      .string()
      .meta({ format: 'date' })
      .nullable()
      .describe('The first day of its quarter; null: an admin began it.'),
    openedBy: z.string().describe('The admin who began it, or `job`.'),
    state: z.enum(['open', 'closed']),
    openedAt: instant(),
    dueAt: instant(),
    closedAt: instant().nullable(),
    missed: z
      .array(z.string().meta({ format: 'date' }))
      .describe('Earlier quarters in which no practice began.'),
    counts: z.object({
      ...{ open: count(), passed: count(), wrong: count(), 'passkey-failed': count() },
      ...{ unanswered: count(), left: count() },
    }),
  }),
);
export type PracticeSummary = z.infer<typeof summarySchema>;

const viewSchema = named(
  'Practice',
  'A practice, and how each approver did.',
  summarySchema.extend({ parts: z.array(partSchema) }),
);
export type Practice = z.infer<typeof viewSchema>;

const offerSchema = named(
  'PracticeOffer',
  'What the caller is asked in a practice, with the statement to sign.',
  z.object({
    id: idText('prc', 'The practice.'),
    dueAt: instant(),
    expected: practiceAsk.describe('What the caller is told to expect.'),
    asked: practiceAsk.describe('What is asked for. Approve if it is as expected, and deny otherwise.'),
    result: practiceResult.nullable().describe('Null: not answered yet.'),
    signing: z
      .object({
        statement: offeredPracticeSchema.describe('Without `decision`, which the signer adds.'),
        credentials: z.array(z.string()),
        rpId: z.string(),
        origins: z.array(z.string()),
      })
      .nullable()
      .describe('Null: the caller has no valid passkey.'),
  }),
);
export type PracticeOffer = z.infer<typeof offerSchema>;

const answerBody = named(
  'PracticeAnswer',
  'The caller’s answer, signed where they have a passkey.',
  z.strictObject({
    decision,
    countersignature: signatureSchema
      .optional()
      .describe(
        'Over the offered statement with `decision`. Required of a caller who has a valid passkey, unless `passkeyFailed` is true.',
      ),
    passkeyFailed: z
      .boolean()
      .optional()
      .describe('The caller’s passkey does not work: the answer counts as `passkey-failed`.'),
  }),
);
export type PracticeAnswer = z.infer<typeof answerBody>;

const listQuery = z.strictObject(pageQuery);
export type PracticeListQuery = z.infer<typeof listQuery>;

export const practiceEndpoints = {
  list: endpoint({
    route: 'GET /api/v1/tenants/{slug}/practices',
    callers: { people: 'practice.read' },
    summary: 'List the practice requests of the tenant’s approvers',
    description: 'For the tenant’s own people, the newest first.',
    query: listQuery,
    answer: {
      status: 200,
      description: 'A page of practices.',
      schema: pageOf('PracticePage', summarySchema),
    },
    errors: ['not_found', 'invalid_cursor'],
  }),
  open: endpoint({
    route: 'POST /api/v1/tenants/{slug}/practices',
    callers: { people: 'practice.open' },
    summary: 'Let the approvers practise now',
    description: 'For the tenant’s admins, at most once a day, and not while a practice is open.',
    answer: { status: 201, description: 'The practice.', schema: viewSchema },
    errors: ['not_found', 'conflict'],
  }),
  read: endpoint({
    route: 'GET /api/v1/tenants/{slug}/practices/{id}',
    callers: { people: 'practice.read' },
    summary: 'Read how each approver did in a practice',
    description: 'For the tenant’s admins and auditors.',
    answer: { status: 200, description: 'The practice.', schema: viewSchema },
    errors: ['not_found'],
  }),
  task: endpoint({
    route: 'GET /api/v1/tenants/{slug}/practices/{id}/task',
    callers: { people: 'practice.answer' },
    summary: 'Read what the caller is asked in a practice',
    description: 'For each approver who is asked. It opens nothing.',
    answer: { status: 200, description: 'What is asked, and what to sign.', schema: offerSchema },
    errors: ['not_found'],
  }),
  answer: endpoint({
    route: 'POST /api/v1/tenants/{slug}/practices/{id}/answer',
    callers: { people: 'practice.answer' },
    summary: 'Answer one’s own part of a practice',
    description:
      'Once. It opens nothing, and its signature is over a statement of its own type, which no gateway accepts as an approval.',
    body: { schema: answerBody },
    answer: {
      status: 201,
      description: 'How the caller did.',
      schema: named(
        'PracticeOutcome',
        'Whether the answer was right, and whether the passkey worked.',
        z.object({ result: practiceResult, right: decision.describe('The right answer.') }),
      ),
    },
    errors: ['not_found', 'already_decided', 'wrong_state', 'countersignature_required'],
  }),
};
