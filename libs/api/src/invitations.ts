import {
  INVITATION_STATES,
  MAX_REQUESTERS,
  recurrenceSchema,
  signatureSchema,
  invitationSchema as statementSchema,
  WEEKDAYS,
} from '@countersign/contract';
import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import {
  budgetAnswer,
  budgetInput,
  digestText,
  durationText,
  filters,
  freeText,
  idText,
  instant,
  instantText,
  openingAnswer,
  pageQuery,
  scopeAnswer,
  scopeInput,
  ticketText,
} from './members.js';

export const invitationSchema = named(
  'Invitation',
  'Access that a customer invites to in advance.',
  z.object({
    id: idText('inv', 'The invitation.'),
    tenant: z.string(),
    service: z.string(),
    scope: scopeAnswer(),
    notBefore: instant(),
    until: instant().describe('Every grant ends before it.'),
    ticket: z.string().nullable().describe('Null if it names none, or if the text was erased.'),
    maxDuration: z.string().describe('The longest that one grant may last, ISO 8601.'),
    budget: budgetAnswer().describe('The most that each grant may use.'),
    uses: z.int().nullable().describe('How many grants it may open; null: any number.'),
    recurs: z
      .object({
        zone: z.string().describe('A name of the IANA time zone database.'),
        days: z.array(z.enum(WEEKDAYS)).describe('The days on which a time begins.'),
        from: z.string(),
        to: z.string().describe('If it is before `from`, on the next day.'),
        next: z
          .object({ from: instant(), until: instant() })
          .nullable()
          .describe(
            'The time that is open now, else the next one. Null: there is none before `until`, or the invitation is not open.',
          ),
      })
      .nullable()
      .describe('The weekly times in which access is possible; null: any time until `until`.'),
    requesters: z
      .array(idText('usr', 'An engineer.'))
      .nullable()
      .describe('The engineers that it is for; null: all of them.'),
    unmasked: z
      .boolean()
      .describe(
        'Whether its requests may ask that fields that routes mask are shown in full (`unmasked`). Otherwise they stay masked.',
      ),
    used: z.int().describe('How many it has opened; a use is never given back.'),
    state: z.enum(INVITATION_STATES),
    person: idText('usr', 'The approver who made it.'),
    createdAt: instant(),
    endedAt: instant().nullable(),
    hash: digestText().describe(
      'SHA-256 of the canonical statement: `invitation` in the terms of requests that use it.',
    ),
    statement: statementSchema,
    countersignature: signatureSchema
      .nullable()
      .describe('Signed by its author’s passkey. Null: it is on the vendor’s word.'),
    openings: z.record(z.string(), openingAnswer()).describe('What opens the commitments in the statement.'),
  }),
);
export type Invitation = z.infer<typeof invitationSchema>;

const invitationPageSchema = pageOf('InvitationPage', invitationSchema);
const invitationListQuery = z.strictObject({
  ...pageQuery,
  service: filters.service,
  state: z.enum(INVITATION_STATES).exactOptional().describe('Only those in this state.'),
});
export type InvitationListQuery = z.infer<typeof invitationListQuery>;

/** What the customer invites to. Only the shape is checked here; the evaluator checks whether it can be granted at all. */
const invitationDraftSchema = named(
  'InvitationDraftBody',
  'An invitation to be signed, before its signature.',
  z.strictObject({
    service: z.string().min(1).max(256),
    scope: scopeInput,
    until: instantText.describe('Every grant ends before it. At most 90 days ahead.'),
    ticket: ticketText.exactOptional().describe('Only requests that name it fit.'),
    maxDuration: durationText
      .exactOptional()
      .describe('The longest that one grant may last; if absent, the longest that the policies allow.'),
    budget: budgetInput.exactOptional().describe('The most that each grant may use.'),
    uses: z
      .int()
      .min(1)
      .max(1_000_000)
      .exactOptional()
      .describe('How many grants it may open; any number if absent.'),
    notBefore: instantText.exactOptional().describe('From now on if absent.'),
    recurs: recurrenceSchema
      .exactOptional()
      .describe(
        'Weekly times in one time zone. Each access lies wholly inside one of them. `to` before `from` is on the next day; days are those on which a time begins.',
      ),
    requesters: z
      .array(z.string().min(1).max(320))
      .min(1)
      .max(MAX_REQUESTERS)
      .exactOptional()
      .describe('Only these engineers, each by e-mail or `usr_…`; all of them if absent.'),
    unmasked: z
      .literal(true)
      .exactOptional()
      .describe(
        'Its requests may ask that fields that routes mask are shown in full (`unmasked`). If absent, they stay masked.',
      ),
  }),
);
export type InvitationDraftBody = z.infer<typeof invitationDraftSchema>;

const invitationBodySchema = named(
  'InvitationBody',
  'An invitation, signed where the tenant is claimed.',
  invitationDraftSchema.extend({
    countersignature: signatureSchema
      .exactOptional()
      .describe('The passkey’s signature over the statement that the broker made for this body.'),
    openings: z
      .strictObject({
        ticket: z.strictObject({ value: z.string(), salt: z.string() }).exactOptional(),
      })
      .exactOptional()
      .describe('With `countersignature`: as the broker returned them with the statement.'),
  }),
);
export type InvitationBody = z.infer<typeof invitationBodySchema>;

const invitationToSignSchema = named(
  'InvitationToSign',
  'The exact statement to sign for an invitation.',
  z.object({
    statement: statementSchema.describe('The SHA-256 of its canonical JSON is the challenge.'),
    openings: z
      .object({ ticket: openingAnswer().exactOptional() })
      .describe('To be sent along with the signed invitation.'),
    maxDuration: z
      .string()
      .describe(
        'ISO 8601: the statement’s `maxSeconds`. Show it before signing and compare it with what was chosen.',
      ),
    longest: z
      .string()
      .describe('ISO 8601: the longest `maxDuration` that the policies allow; used if none was chosen.'),
  }),
);

const withdrawalSchema = named(
  'Withdrawal',
  'An invitation that was withdrawn, and the grants that ended with it.',
  z.strictObject({
    reason: freeText.exactOptional().describe('The log and the grants that end by it show it.'),
  }),
);
export type Withdrawal = z.infer<typeof withdrawalSchema>;

export const invitationEndpoints = {
  create: endpoint({
    route: 'POST /api/v1/tenants/{slug}/invitations',
    callers: { people: 'invitation.create' },
    summary: 'Invite the vendor',
    description:
      'A request that fits needs no further approval by this approver. If the tenant requires more than one approval, the others must still approve. What could never be granted is refused as `request_refused`.',
    body: { schema: invitationBodySchema },
    idempotent: true,
    answer: { status: 201, description: 'The invitation, open.', schema: invitationSchema },
    errors: ['not_found', 'request_refused', 'countersignature_required', 'conflict'],
  }),
  statement: endpoint({
    route: 'POST /api/v1/tenants/{slug}/invitations/statement',
    callers: { people: 'invitation.create' },
    summary: 'Read the invitation to sign',
    description: 'Send it within the hour, signed, with the same body and its openings.',
    body: { schema: invitationDraftSchema },
    answer: { status: 200, description: 'To be signed with a passkey.', schema: invitationToSignSchema },
    errors: ['not_found', 'request_refused'],
  }),
  list: endpoint({
    route: 'GET /api/v1/tenants/{slug}/invitations',
    callers: { people: 'invitation.read' },
    summary: 'List a tenant’s invitations',
    description: 'Newest first; for the tenant’s people and the vendor’s staff.',
    query: invitationListQuery,
    answer: { status: 200, description: 'A page of invitations.', schema: invitationPageSchema },
    errors: ['not_found', 'invalid_cursor'],
  }),
  withdraw: endpoint({
    route: 'DELETE /api/v1/tenants/{slug}/invitations/{id}',
    callers: { people: 'invitation.withdraw' },
    summary: 'Withdraw an invitation',
    description:
      'One transaction revokes every grant that it opened and denies every open request that uses it. Any approver of the tenant may do it.',
    body: { schema: withdrawalSchema, optional: true },
    answer: { status: 200, description: 'The invitation, withdrawn.', schema: invitationSchema },
    errors: ['not_found', 'wrong_state', 'conflict'],
  }),
};
