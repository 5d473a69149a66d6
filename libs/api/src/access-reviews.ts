import {
  ITEM_DECISIONS,
  KEPT_REASONS,
  REVIEW_OUTCOMES,
  REVIEWED_KINDS,
  recurrenceSchema,
  TENANT_ROLES,
} from '@countersign/contract';
import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import { idText, instant, pageQuery } from './members.js';
import { practiceResult } from './practices.js';

/** The quarterly access review of a tenant. */

const itemSchema = named(
  'AccessReviewItem',
  'One thing that lets in: access, an invitation, a rule, a person, a key or a session.',
  z.object({
    item: z.string().describe('Names it in a decision.'),
    kind: z.enum(REVIEWED_KINDS),
    id: z.string().describe('Of the grant, invitation, person, key or session; of a rule, its basis.'),
    owner: z.string().nullable().describe('The person who has it; null for a rule.'),
    service: z.string().nullable(),
    roles: z.array(z.enum(TENANT_ROLES)).describe('Of a person, when the review was opened.'),
    since: instant().nullable(),
    until: instant().nullable().describe('When it ends by itself; null: never.'),
    outcome: z
      .enum(REVIEW_OUTCOMES)
      .nullable()
      .describe(
        'Null: not answered yet. `gone`: it had ended before. `lapsed`: not answered, and ended. `kept`: not answered, and not ended, for `reason`.',
      ),
    reason: z
      .enum(KEPT_REASONS)
      .nullable()
      .describe(
        'Why an unanswered item was kept. `claimed`: it is in the trust document, or a rule of a claimed tenant. `provider`: the provider gives the roles.',
      ),
    by: z.string().nullable().describe('The admin who decided, or `job`.'),
    at: instant().nullable(),
  }),
);
export type AccessReviewItem = z.infer<typeof itemSchema>;

const count = () => z.int();
const summarySchema = named(
  'AccessReviewSummary',
  'A quarterly review with its counts.',
  z.object({
    id: idText('acr', 'The review.'),
    tenant: z.string(),
    quarter: z
      .string()
      .meta({ format: 'date' })
      .describe('Its first day in the zone of the privacy controls.'),
    state: z.enum(['open', 'closed']),
    openedAt: instant(),
    dueAt: instant().describe('What is not answered by then lapses.'),
    closedAt: instant().nullable(),
    missed: z
      .array(z.string().meta({ format: 'date' }))
      .describe('Earlier quarters for which no broker has opened a review.'),
    counts: z.object({
      ...{ open: count(), confirmed: count(), pruned: count(), gone: count(), lapsed: count() },
      kept: count(),
    }),
  }),
);
export type AccessReviewSummary = z.infer<typeof summarySchema>;

const markedItemSchema = named(
  'MarkedAccessReviewItem',
  'A thing that lets in, with what an admin has decided about it.',
  itemSchema.extend({
    practice: z
      .object({ result: practiceResult, at: instant() })
      .nullable()
      .describe('How this approver’s last practice went; null: none, or no person.'),
    recurs: recurrenceSchema
      .nullable()
      .describe('The weekly times of an invitation that recurs; null otherwise.'),
  }),
);
export type MarkedAccessReviewItem = z.infer<typeof markedItemSchema>;

const reviewSchema = named(
  'AccessReview',
  'A quarterly review with everything that it lists.',
  summarySchema.extend({ items: z.array(markedItemSchema) }),
);
export type AccessReview = z.infer<typeof reviewSchema>;

const decisionBody = named(
  'AccessReviewDecision',
  'What an admin decides about one item: keep or end it.',
  z.strictObject({
    item: z.string().min(1).max(300).describe('`item` of the list.'),
    decision: z.enum(ITEM_DECISIONS),
  }),
);
export type AccessReviewDecision = z.infer<typeof decisionBody>;

const listQuery = z.strictObject(pageQuery);
export type AccessReviewListQuery = z.infer<typeof listQuery>;

export const accessReviewEndpoints = {
  list: endpoint({
    route: 'GET /api/v1/tenants/{slug}/access-reviews',
    callers: { people: 'access-review.read' },
    summary: 'List the quarterly access reviews',
    description: 'For the tenant’s own people, the newest first.',
    query: listQuery,
    answer: {
      status: 200,
      description: 'A page of reviews.',
      schema: pageOf('AccessReviewPage', summarySchema),
    },
    errors: ['not_found', 'invalid_cursor'],
  }),
  read: endpoint({
    route: 'GET /api/v1/tenants/{slug}/access-reviews/{id}',
    callers: { people: 'access-review.read' },
    summary: 'Read a review with everything that it lists',
    description: 'For the tenant’s admins and auditors.',
    answer: { status: 200, description: 'The review.', schema: reviewSchema },
    errors: ['not_found'],
  }),
  decide: endpoint({
    route: 'POST /api/v1/tenants/{slug}/access-reviews/{id}/decisions',
    callers: { people: 'access-review.decide' },
    summary: 'Confirm or prune one item',
    description:
      'For the tenant’s admins. What is pruned ends at once: a grant is revoked, an invitation withdrawn, a rule taken out of the controls, a key revoked, a session ended, and a person loses all roles. No one confirms their own roles, keys and sessions. Repeating one’s own decision changes nothing.',
    body: { schema: decisionBody },
    answer: { status: 201, description: 'The item.', schema: itemSchema },
    errors: ['not_found', 'self_review', 'already_decided', 'wrong_state', 'conflict'],
  }),
};
