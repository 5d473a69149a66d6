import { z } from 'zod';
import { needsSchema } from './access-request.js';
import { named } from './components.js';
import { endpoint } from './endpoint.js';
import { digestText, idText, instant, scopeAnswer } from './members.js';
import { UNTIL_CLAIMED } from './organisation-members.js';
import { privacyControlsInput } from './privacy-controls.js';
import { refusalSchema } from './problem.js';

const version = digestText().describe('Identifies exactly this content.');

const controlsBodySchema = named(
  'PrivacyControlsBody',
  'A tenant’s privacy controls, whole.',
  privacyControlsInput.extend({
    version: version.describe('The version that the change was based on.'),
    maxDuration: privacyControlsInput.shape.maxDuration
      .nullable()
      .describe('ISO 8601; null or absent: the vendor’s limit applies.'),
    emergency: privacyControlsInput.shape.emergency
      .nullable()
      .describe('Null or absent: no emergency access at all.'),
    zone: privacyControlsInput.shape.zone.nullable(),
    widening: privacyControlsInput.shape.widening.nullable(),
  }),
);
export type PrivacyControlsBody = z.infer<typeof controlsBodySchema>;

/** The controls as they are, with all of their defaults. */
const controlsMembers = {
  ...privacyControlsInput.shape,
  approvals: z.int(),
  maxDuration: z.string().nullable().describe('ISO 8601; null: the vendor’s limit applies.'),
  countersign: z.array(z.string()).describe('Actions that can be approved only with a passkey.'),
  slackMayApprove: z.array(z.string()),
  forbid: z.array(z.object({ service: z.string(), resource: z.string(), actions: z.array(z.string()) })),
};

const controlsSchema = named(
  'PrivacyControls',
  'A tenant’s privacy controls, and since when they hold.',
  z
    .object({ version, ...controlsMembers })
    .describe('Rules, deputies and other members that are not set are absent, as in the organisation file.'),
);
export type PrivacyControls = z.infer<typeof controlsSchema>;

/** Controls inside a proposal of a trust document, or of a widening. */
export const proposedControlsSchema = named(
  'ProposedControls',
  'Controls that wait, because they widen what is allowed.',
  z.object(controlsMembers),
);
export type ProposedControls = z.infer<typeof proposedControlsSchema>;

const changedControlsSchema = named(
  'ChangedPrivacyControls',
  'What holds after the change, and what waits.',
  controlsSchema.extend({
    waiting: idText('wdn', 'The widening.')
      .exactOptional()
      .describe(
        'Only if a part of the change widens and waits, because the controls had `widening`: that part. The other members are the controls from now on.',
      ),
  }),
);
export type ChangedPrivacyControls = z.infer<typeof changedControlsSchema>;

const trialSchema = z.object({
  outcome: z.enum(['possible', 'refused']),
  refusals: z.array(refusalSchema),
  needs: needsSchema.nullable(),
});

const changePreviewSchema = z.object({
  members: z
    .array(
      z.object({
        member: z.string(),
        effect: z
          .enum(['narrows', 'widens', 'both', 'neither'])
          .describe(
            '`both`: it allows more in one way, and less in another. `neither`: only written otherwise.',
          ),
      }),
    )
    .describe('The members of the controls that differ from the present ones.'),
  waits: z
    .object({
      delay: z.string().nullable().describe('ISO 8601; null: no delay.'),
      secondAdmin: z.boolean(),
      signed: z.boolean().describe('Whether a passkey has to confirm it, because the tenant is claimed.'),
    })
    .nullable()
    .describe('What the part that widens would wait for. Null: all of the draft would apply at once.'),
  ends: z
    .array(
      z.object({
        grant: idText('grt', 'The live grant.'),
        requester: idText('usr', 'Whose access it is.'),
        service: z.string(),
        refusals: z.array(refusalSchema).describe('Why.'),
      }),
    )
    .describe('Access that would end at once.'),
});

const controlsTestSchema = named(
  'PrivacyControlsTest',
  'What drafted controls would have done with past requests.',
  z.object({
    change: changePreviewSchema.describe('What saving the draft would do now.'),
    tested: z.int().describe('How many past requests were tried: the newest, at most 200.'),
    newlyRefused: z.int(),
    newlyPossible: z.int(),
    items: z
      .array(
        z.object({
          request: idText('req', 'The past request.'),
          requester: idText('usr', 'Who made it.'),
          service: z.string(),
          scope: scopeAnswer(),
          createdAt: instant(),
          now: trialSchema.describe('By the present controls.'),
          draft: trialSchema,
          stricter: z.array(z.string()).describe('What the draft requires in addition, a sentence each.'),
        }),
      )
      .describe('Those that the draft would treat in another way.'),
  }),
);
export type PrivacyControlsTest = z.infer<typeof controlsTestSchema>;

const draftBodySchema = named(
  'PrivacyControlsDraft',
  'Controls to be tried out.',
  controlsBodySchema.omit({ version: true }).extend({ version: version.exactOptional() }),
);
export type PrivacyControlsDraft = z.infer<typeof draftBodySchema>;

const decisionTimesSchema = named(
  'DecisionTimes',
  'How long a customer takes at each stage.',
  z.object({
    count: z.int().describe('How many decisions were measured, at most 50.'),
    median: z.number().nullable().describe('Seconds; null if there are fewer than 5 decisions.'),
    p90: z.number().nullable(),
  }),
);
export type DecisionTimes = z.infer<typeof decisionTimesSchema>;

const organisationNamesSchema = named(
  'OrganisationNames',
  'The names of the vendor and of those customers that the caller may know.',
  z.object({
    vendor: z.object({ name: z.string() }),
    tenants: z.array(z.object({ slug: z.string(), name: z.string() })),
  }),
);
export type OrganisationNames = z.infer<typeof organisationNamesSchema>;

export const tenantEndpoints = {
  readControls: endpoint({
    route: 'GET /api/v1/tenants/{slug}/privacy-controls',
    callers: { people: 'controls.read' },
    summary: 'Read a tenant’s privacy controls',
    description: 'For both sides, so that the vendor knows what will be refused.',
    answer: { status: 200, description: 'The current controls.', schema: controlsSchema },
    errors: ['not_found'],
  }),
  writeControls: endpoint({
    route: 'PUT /api/v1/tenants/{slug}/privacy-controls',
    callers: { people: 'controls.write' },
    summary: 'Change a tenant’s privacy controls',
    description: `Replaces all of them, by the rules of the organisation file; a member that is left out gets its default. For the tenant’s admins, but not in a session that was opened with a mailed code. \`conflict\` if they changed after \`version\`, or a widening waits already. If the controls have \`widening\`, only what narrows applies now, and the rest waits: \`waiting\`. ${UNTIL_CLAIMED}`,
    body: { schema: controlsBodySchema },
    answer: { status: 200, description: 'The controls after the change.', schema: changedControlsSchema },
    errors: ['not_found', 'conflict'],
  }),
  testControls: endpoint({
    route: 'POST /api/v1/tenants/{slug}/privacy-controls/test',
    callers: { people: 'controls.read' },
    summary: 'Try a draft of the privacy controls on past requests',
    description:
      'Evaluates the tenant’s newest requests by the present controls and by the draft, each as of the moment at which it was made. Says also what saving the draft would do: what it narrows and widens, what would wait, and which access would end. Stores nothing.',
    body: { schema: draftBodySchema },
    answer: {
      status: 200,
      description: 'What would have been refused or possible, and why.',
      schema: controlsTestSchema,
    },
    errors: ['not_found'],
  }),
  decisionTimes: endpoint({
    route: 'GET /api/v1/tenants/{slug}/decision-times',
    callers: { people: 'request.read' },
    summary: 'Read how long a tenant usually takes to decide',
    description:
      'From the moment a request waits for the tenant to its first decision, over its last requests that were approved or denied.',
    answer: { status: 200, description: 'The times.', schema: decisionTimesSchema },
    errors: ['not_found'],
  }),
  names: endpoint({
    route: 'GET /api/v1/organisation',
    callers: { people: 'directory.read' },
    summary: 'Read the names of the vendor and its tenants',
    description: 'A customer’s people see the vendor and their own tenant.',
    answer: { status: 200, description: 'The names.', schema: organisationNamesSchema },
  }),
};
