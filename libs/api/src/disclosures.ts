import { DISCLOSURE_ANSWERS, DISCLOSURE_STATES } from '@countersign/contract';
import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import { freeText, idText, instant, pageQuery } from './members.js';

export const disclosureSchema = named(
  'Disclosure',
  'The vendor’s explanation of one emergency, and what the customer has said to it.',
  z.object({
    grant: idText('grt', 'The access of the emergency.'),
    request: idText('req', 'Its request.'),
    tenant: z.string(),
    service: z.string(),
    requester: idText('usr', 'Who had the access.'),
    reviewers: z.array(idText('usr', 'A reviewer of the vendor who opened it.')),
    state: z
      .enum(DISCLOSURE_STATES)
      .describe(
        '`due`: not explained yet. `late`: not explained in the tenant’s term. `given`: the customer has to answer. `disputed`: the vendor may explain again.',
      ),
    startedAt: instant(),
    dueAt: instant(),
    lateAt: instant().nullable().describe('When it became late; it stays after the vendor has explained.'),
    disclosure: z
      .object({
        by: idText('usr', 'Who explained.'),
        at: instant(),
        needed: z.boolean().describe('False: looking back, the customer could have been asked.'),
        reason: z.string().nullable().describe('Null once it has been erased; likewise `prevention`.'),
        prevention: z.string().nullable(),
        calls: z
          .int()
          .describe(
            'Allowed calls, counted from the gateways’ records: also from those that arrived after the explanation.',
          ),
        bytes: z.int(),
        refused: z.int(),
      })
      .nullable(),
    answer: z
      .object({ by: idText('usr', 'Who answered.'), at: instant(), reason: z.string().nullable() })
      .nullable()
      .describe('What the customer answered: acknowledged or disputed, as `state` says.'),
  }),
);
export type Disclosure = z.infer<typeof disclosureSchema>;

const disclosureListQuery = z.strictObject({
  ...pageQuery,
  tenant: z.string().exactOptional().describe('Of this tenant, by its slug.'),
  state: z.enum(DISCLOSURE_STATES).exactOptional().describe('Only those in this state.'),
});
export type DisclosureListQuery = z.infer<typeof disclosureListQuery>;

const disclosureBodySchema = named(
  'DisclosureBody',
  'The vendor’s explanation of an emergency.',
  z.strictObject({
    reason: freeText.describe('What happened, and what the access was used for.'),
    needed: z.boolean().describe('Whether, looking back, the emergency was needed.'),
    prevention: freeText.describe('What prevents the next one.'),
  }),
);
export type DisclosureBody = z.infer<typeof disclosureBodySchema>;

const disclosureAnswerSchema = named(
  'DisclosureAnswerBody',
  'What a customer answers to an explanation.',
  z.strictObject({
    answer: z.enum(DISCLOSURE_ANSWERS),
    reason: freeText.exactOptional().describe('Required to dispute.'),
  }),
);
export type DisclosureAnswerBody = z.infer<typeof disclosureAnswerSchema>;

export const disclosureEndpoints = {
  list: endpoint({
    route: 'GET /api/v1/disclosures',
    callers: { people: 'disclosure.read' },
    summary: 'List the explanations of emergencies',
    description: 'The newest emergency first. A tenant’s people see their own.',
    query: disclosureListQuery,
    answer: {
      status: 200,
      description: 'A page of disclosures.',
      schema: pageOf('DisclosurePage', disclosureSchema),
    },
    errors: ['invalid_cursor'],
  }),
  read: endpoint({
    route: 'GET /api/v1/grants/{id}/disclosure',
    callers: { people: 'disclosure.read' },
    summary: 'Read the explanation of one emergency',
    description:
      'What the vendor has explained, and what the tenant has said to it. Null members: it is still due.',
    answer: { status: 200, description: 'The disclosure.', schema: disclosureSchema },
    errors: ['not_found'],
  }),
  give: endpoint({
    route: 'POST /api/v1/grants/{id}/disclosure',
    callers: { people: 'disclosure.give' },
    summary: 'Explain an emergency',
    description:
      'For the engineer who had the access, or a security admin in their place. The access must have ended, so that the explanation covers all of its calls. Again after a dispute.',
    body: { schema: disclosureBodySchema },
    idempotent: true,
    answer: { status: 201, description: 'The disclosure.', schema: disclosureSchema },
    errors: ['not_found', 'reason_required', 'wrong_state', 'already_decided', 'conflict'],
  }),
  answer: endpoint({
    route: 'POST /api/v1/grants/{id}/disclosure/answer',
    callers: { people: 'disclosure.answer' },
    summary: 'Acknowledge or dispute an explanation',
    description: 'For the tenant’s approvers and admins. After a dispute the vendor may explain again.',
    body: { schema: disclosureAnswerSchema },
    idempotent: true,
    answer: { status: 201, description: 'The disclosure.', schema: disclosureSchema },
    errors: ['not_found', 'reason_required', 'wrong_state', 'conflict'],
  }),
};
