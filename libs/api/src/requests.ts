import {
  approvalSchema,
  REQUEST_STATES,
  REVIEW_DECISIONS,
  signatureSchema,
  termsSchema,
} from '@countersign/contract';
import { z } from 'zod';
import {
  accessRequestDetailSchema,
  accessRequestSchema,
  askSchema,
  needsSchema,
  requestNoteSchema,
  reviewSchema,
} from './access-request.js';
import { named, pageOf } from './components.js';
import { endpoint, noBodySchema } from './endpoint.js';
import { filters, freeText, idText, openingAnswer, pageQuery, ticketText } from './members.js';
import { refusalSchema } from './problem.js';

const requestListQuery = z.strictObject({
  ...pageQuery,
  ...filters,
  state: z.enum(REQUEST_STATES).exactOptional().describe('Only those in this state.'),
  ticket: ticketText
    .refine((text) => text.trim() !== '', 'A ticket')
    .exactOptional()
    .describe('Only those with this whole ticket, in any case.'),
  text: z
    .string()
    .max(256)
    .refine((text) => /[\p{L}\p{N}]/u.test(text), 'At least one word of letters or digits')
    .meta({ examples: ['invoice 8812'] })
    .exactOptional()
    .describe(
      'Only those whose reason or ticket has each of these words. A page can then hold fewer than `limit`, also none, and have a `next`.',
    ),
});
export type RequestListQuery = z.infer<typeof requestListQuery>;

const requestPageSchema = pageOf('AccessRequestPage', accessRequestSchema);

const previewSchema = named(
  'Preview',
  'What would happen to a request, before it is made.',
  z.object({
    outcome: z.enum(['possible', 'refused']),
    refusals: z.array(refusalSchema),
    needs: needsSchema.nullable().describe('Null if tenant or service is unknown.'),
    invitation: idText('inv', 'The invitation that it would use.').nullable(),
  }),
);
export type Preview = z.infer<typeof previewSchema>;

const noteBodySchema = named(
  'RequestNoteBody',
  'The text of a question or an answer.',
  z.strictObject({ text: freeText }),
);
export type RequestNoteBody = z.infer<typeof noteBodySchema>;

const forwardBodySchema = named(
  'ForwardBody',
  'The colleague who is to decide.',
  z.strictObject({
    to: z.string().min(1).max(128).describe('`usr_…`: someone of the same side who may decide it.'),
    text: freeText.exactOptional().describe('The colleague reads it.'),
  }),
);
export type ForwardBody = z.infer<typeof forwardBodySchema>;

/** One decision on the digest that its author was shown. */
const decisionSchema = named(
  'Decision',
  'An approver’s decision, with the signature where the tenant is claimed.',
  z
    .strictObject({
      decision: z
        .enum(REVIEW_DECISIONS)
        .describe(
          '`counter`: the customer would allow the narrower `terms`. The requester accepts them or cancels.',
        ),
      digest: z
        .string()
        .min(1)
        .max(128)
        .describe('The digest that was shown; another is refused as `digest_mismatch`.'),
      reason: freeText.exactOptional().describe('Required to deny. The requester reads it.'),
      terms: termsSchema
        .exactOptional()
        .describe('With `counter`: the complete new terms, whose `parent` is `digest`.'),
      countersignature: signatureSchema
        .exactOptional()
        .describe(
          'The passkey’s signature over the statement of this decision; required if `needs` says so.',
        ),
    })
    .refine(({ decision, terms }) => (decision === 'counter') === (terms !== undefined), {
      path: ['terms'],
      message: 'Terms go with a counter-offer, and only with one',
    }),
);
export type Decision = z.infer<typeof decisionSchema>;

const acceptanceSchema = named(
  'Acceptance',
  'The engineer’s acceptance of exactly the terms that were offered.',
  z.strictObject({
    digest: z
      .string()
      .min(1)
      .max(128)
      .describe('The digest of the offered terms; another is refused as `digest_mismatch`.'),
  }),
);
export type Acceptance = z.infer<typeof acceptanceSchema>;

const statementQuery = z.strictObject({
  decision: z.enum(['approve', 'deny']).exactOptional().describe('`approve` if absent.'),
});
export type StatementQuery = z.infer<typeof statementQuery>;

const counterStatementSchema = named(
  'CounterStatementBody',
  'The smaller terms to offer.',
  z.strictObject({ terms: termsSchema.describe('The complete new terms of the counter-offer.') }),
);
export type CounterStatementBody = z.infer<typeof counterStatementSchema>;

const statementToSignSchema = named(
  'StatementToSign',
  'The exact statement to sign, and which passkeys may.',
  z.object({
    statement: approvalSchema.describe('The SHA-256 of its canonical JSON is the challenge.'),
    terms: termsSchema,
    openings: z.record(z.string(), openingAnswer()),
  }),
);

export const requestEndpoints = {
  create: endpoint({
    route: 'POST /api/v1/requests',
    callers: { people: 'request.create' },
    summary: 'Request access',
    description:
      'Refused as `request_refused` with every reason, or stored for review. If no review is required, it is approved at once, with its grant.',
    body: { schema: askSchema },
    idempotent: true,
    answer: {
      status: 201,
      description: 'The request, waiting for review or already approved.',
      schema: accessRequestSchema,
    },
    errors: ['request_refused', 'conflict'],
  }),
  preview: endpoint({
    route: 'POST /api/v1/requests/preview',
    callers: { people: 'request.create' },
    summary: 'Preview a request without making it',
    description: 'The evaluator of real requests reports every refusal, or which reviews are required.',
    body: { schema: askSchema },
    answer: { status: 200, description: 'What the request would lead to.', schema: previewSchema },
  }),
  list: endpoint({
    route: 'GET /api/v1/requests',
    callers: { people: 'request.read' },
    summary: 'List requests',
    description:
      'Newest first. Engineers see their own, a customer’s people those of their tenant, reviewers all.',
    query: requestListQuery,
    answer: { status: 200, description: 'A page of requests.', schema: requestPageSchema },
    errors: ['invalid_cursor'],
  }),
  read: endpoint({
    route: 'GET /api/v1/requests/{id}',
    callers: { people: 'request.read' },
    summary: 'Read a request',
    description: 'With its terms, its reviews, its thread, and which approvals it still needs.',
    answer: { status: 200, description: 'The request.', schema: accessRequestDetailSchema },
    errors: ['not_found'],
  }),
  statement: endpoint({
    route: 'GET /api/v1/requests/{id}/statement',
    callers: { people: 'request.review' },
    summary: 'Read the statement to sign for a decision',
    description: 'The statement of the calling approver’s decision, with the terms that it is about.',
    query: statementQuery,
    answer: { status: 200, description: 'To be signed with a passkey.', schema: statementToSignSchema },
    errors: ['not_found', 'already_decided'],
  }),
  counterStatement: endpoint({
    route: 'POST /api/v1/requests/{id}/statement',
    callers: { people: 'request.review' },
    summary: 'Read the statement to sign for a counter-offer',
    description:
      'For an approver of a claimed tenant: the terms that are offered, as the passkey signs them.',
    body: { schema: counterStatementSchema },
    answer: { status: 200, description: 'To be signed with a passkey.', schema: statementToSignSchema },
    errors: ['not_found', 'already_decided'],
  }),
  review: endpoint({
    route: 'POST /api/v1/requests/{id}/reviews',
    callers: { people: 'review.submit' },
    summary: 'Decide on a request',
    description:
      'One person’s decision on exactly one digest. The last required approval creates the grant; a counter-offer waits for the requester.',
    body: { schema: decisionSchema },
    idempotent: true,
    answer: { status: 201, description: 'The review.', schema: reviewSchema },
    errors: [
      'not_found',
      'self_review',
      'already_decided',
      'digest_mismatch',
      'wrong_state',
      'reason_required',
      'channel_not_allowed',
      'countersignature_required',
      'controls_changed',
      'conflict',
    ],
  }),
  accept: endpoint({
    route: 'POST /api/v1/requests/{id}/acceptance',
    callers: { people: 'request.accept' },
    summary: 'Accept a counter-offer',
    description:
      'The offered terms replace the request’s own. The vendor’s reviews cover them, the offer counts as its author’s approval, other customer reviews lapse. To refuse the offer, cancel the request.',
    body: { schema: acceptanceSchema },
    idempotent: true,
    answer: {
      status: 200,
      description: 'The request, with the narrower terms.',
      schema: accessRequestSchema,
    },
    errors: [
      'not_found',
      'already_decided',
      'wrong_state',
      'digest_mismatch',
      'controls_changed',
      'conflict',
    ],
  }),
  ask: endpoint({
    route: 'POST /api/v1/requests/{id}/questions',
    callers: { people: 'request.ask' },
    summary: 'Ask the requester a question',
    description:
      'For someone who may decide the request now. The first question stops the request’s clock until the answer: at most 4 hours, and at most half of the requested time. No later one does.',
    body: { schema: noteBodySchema },
    idempotent: true,
    answer: { status: 201, description: 'The question.', schema: requestNoteSchema },
    errors: ['not_found', 'self_review', 'already_decided', 'wrong_state', 'reason_required', 'conflict'],
  }),
  answer: endpoint({
    route: 'POST /api/v1/requests/{id}/answers',
    callers: { people: 'request.answer' },
    summary: 'Answer a question about one’s own request',
    description: 'For the requester. The request’s clock goes on after the answer.',
    body: { schema: noteBodySchema },
    idempotent: true,
    answer: { status: 201, description: 'The answer.', schema: requestNoteSchema },
    errors: ['not_found', 'already_decided', 'wrong_state', 'reason_required', 'conflict'],
  }),
  forward: endpoint({
    route: 'POST /api/v1/requests/{id}/forwards',
    callers: { people: 'request.forward' },
    summary: 'Forward a request to a colleague',
    description:
      'For someone who may decide the request now, to someone of the same side who may too. It changes no one’s right to decide.',
    body: { schema: forwardBodySchema },
    idempotent: true,
    answer: { status: 201, description: 'The forward.', schema: requestNoteSchema },
    errors: ['not_found', 'self_review', 'already_decided', 'wrong_state', 'conflict'],
  }),
  cancel: endpoint({
    route: 'POST /api/v1/requests/{id}/cancel',
    callers: { people: 'request.cancel' },
    summary: 'Cancel a request',
    description: 'For the requester, while no one has decided.',
    body: { schema: noBodySchema, optional: true },
    idempotent: true,
    answer: { status: 200, description: 'The request, cancelled.', schema: accessRequestSchema },
    errors: ['not_found', 'already_decided', 'conflict'],
  }),
};
