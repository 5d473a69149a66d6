import { signatureSchema, wideningSchema as statementSchema, WIDENING_STATES } from '@countersign/contract';
import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import { idText, instant, pageQuery } from './members.js';
import { proposedControlsSchema } from './tenants.js';

const confirmationSchema = z.object({
  person: idText('usr', 'The admin.'),
  at: instant(),
  countersignature: signatureSchema
    .nullable()
    .describe('By the admin’s passkey. Null: the tenant was not claimed.'),
});

const assignmentSchema = named(
  'RoleAssignment',
  'What a person of a tenant may do there.',
  z.object({
    roles: z.array(z.string()),
    groups: z.array(z.string()).describe('The groups that the privacy controls name.'),
  }),
);

/** What widenings of both kinds have. */
const wideningMembers = {
  id: idText('wdn', 'The widening.'),
  tenant: z.string(),
  state: z
    .enum(WIDENING_STATES)
    .describe(
      '`lapsed`: no one confirmed it within 14 days after its delay, or there was a change meanwhile so that nothing of it was left.',
    ),
  by: z
    .union([idText('usr', 'Who proposed it.'), z.enum(['host', 'job'])])
    .describe(
      '`host`: proposed by the vendor’s organisation file. `job`: by the tenant’s SCIM client. A person whose own sign-in brings roles has proposed them.',
    ),
  takesEffectAt: instant().describe('Not before this instant; whole seconds.'),
  needsConfirmation: z.boolean().describe('Whether an admin still has to confirm it.'),
  mustBeSigned: z.boolean().describe('Whether a passkey confirms it: for the controls of a claimed tenant.'),
  confirmers: z
    .array(idText('usr', 'An admin.'))
    .describe(
      'Who may confirm it now. An admin who came after it was proposed may not; nor may its author, if the controls require a second admin; nor whom it is about.',
    ),
  lapsesAt: instant().nullable().describe('If no one confirms it; null if it needs no confirmation.'),
  confirmation: confirmationSchema.nullable(),
  createdAt: instant(),
  endedAt: instant().nullable(),
};

const controlsWideningSchema = named(
  'ControlsWidening',
  'A change of privacy controls that allows more, and so waits.',
  z.object({
    ...wideningMembers,
    kind: z.literal('controls'),
    before: proposedControlsSchema.describe('The controls that it was proposed on.'),
    after: proposedControlsSchema,
  }),
);
export type ControlsWidening = z.infer<typeof controlsWideningSchema>;

const personWideningSchema = named(
  'PersonWidening',
  'A change that lets a person of the tenant decide more, and so waits.',
  z.object({
    ...wideningMembers,
    kind: z.literal('person'),
    person: idText('usr', 'Whom it is about.'),
    before: assignmentSchema.describe('What the person has meanwhile.'),
    after: assignmentSchema,
  }),
);
export type PersonWidening = z.infer<typeof personWideningSchema>;

export const wideningSchema = named(
  'Widening',
  'A change that lets more in, and so waits: of privacy controls, or of who decides.',
  z.union([controlsWideningSchema, personWideningSchema]),
);
export type Widening = z.infer<typeof wideningSchema>;

const wideningPageSchema = pageOf('WideningPage', wideningSchema);
const wideningListQuery = z.strictObject({
  ...pageQuery,
  state: z.enum(WIDENING_STATES).exactOptional().describe('Only those in this state.'),
});
export type WideningListQuery = z.infer<typeof wideningListQuery>;

const wideningToSignSchema = named(
  'WideningToSign',
  'The exact statement by which an admin confirms a widening.',
  z.object({
    statement: statementSchema.describe('The SHA-256 of its canonical JSON is the challenge.'),
    controls: z
      .object({
        before: z.record(z.string(), z.unknown()),
        after: z.record(z.string(), z.unknown()),
      })
      .describe(
        'The controls behind `before` and `after`, as the log has them: durations in seconds. Hash their canonical JSON and compare it with the statement before signing.',
      ),
  }),
);
export type WideningToSign = z.infer<typeof wideningToSignSchema>;

const confirmationBodySchema = named(
  'WideningConfirmationBody',
  'An admin’s confirmation, signed where the tenant is claimed.',
  z.strictObject({
    countersignature: signatureSchema
      .exactOptional()
      .describe('The passkey’s signature over the offered statement; required once the tenant is claimed.'),
  }),
);
export type WideningConfirmationBody = z.infer<typeof confirmationBodySchema>;

export const wideningEndpoints = {
  list: endpoint({
    route: 'GET /api/v1/tenants/{slug}/widenings',
    callers: { people: 'controls.read' },
    summary: 'List a tenant’s widenings',
    description:
      'Changes of its privacy controls, and of who decides, that let more in. Newest first; those that wait, and those that are over.',
    query: wideningListQuery,
    answer: { status: 200, description: 'A page of widenings.', schema: wideningPageSchema },
    errors: ['not_found', 'invalid_cursor'],
  }),
  read: endpoint({
    route: 'GET /api/v1/tenants/{slug}/widenings/{id}',
    callers: { people: 'controls.read' },
    summary: 'Read a widening',
    description: 'With what it changes, who has confirmed it, and when it takes effect.',
    answer: { status: 200, description: 'The widening.', schema: wideningSchema },
    errors: ['not_found'],
  }),
  statement: endpoint({
    route: 'GET /api/v1/tenants/{slug}/widenings/{id}/statement',
    callers: { people: 'widening.confirm' },
    summary: 'Draft the statement by which an admin confirms a widening',
    description:
      'For a widening of the privacy controls, and another admin than the one who proposed it. The answer is signed as it is. `wrong_state` for one of who decides, which is confirmed without a signature.',
    answer: { status: 200, description: 'The statement to sign.', schema: wideningToSignSchema },
    errors: ['not_found', 'wrong_state'],
  }),
  confirm: endpoint({
    route: 'POST /api/v1/tenants/{slug}/widenings/{id}/confirmation',
    callers: { people: 'widening.confirm' },
    summary: 'Confirm a widening',
    description:
      'By an admin who was one when it was proposed. `forbidden` for its author if the controls require a second admin. It takes effect once its delay is over.',
    body: { schema: confirmationBodySchema },
    answer: { status: 201, description: 'The widening, confirmed.', schema: wideningSchema },
    errors: ['not_found', 'wrong_state', 'already_decided', 'countersignature_required', 'conflict'],
  }),
  withdraw: endpoint({
    route: 'DELETE /api/v1/tenants/{slug}/widenings/{id}',
    callers: { people: 'widening.withdraw' },
    summary: 'Withdraw a widening',
    description: 'Any admin of the tenant may.',
    answer: { status: 200, description: 'The widening, withdrawn.', schema: wideningSchema },
    errors: ['not_found', 'wrong_state', 'conflict'],
  }),
};
