import {
  liftSchema,
  PROPOSAL_STATES,
  signatureSchema,
  stopSchema as stopStatementSchema,
  trustDocumentSchema,
} from '@countersign/contract';
import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import { digestInput, digestText, idText, instant, logPoint } from './members.js';
import { proposedControlsSchema } from './tenants.js';

/** The origin of a customer's own signing page. The use case validates it; here only its length is limited. */
export const signingOrigin = z
  .string()
  .max(300)
  .describe(
    'The origin of the customer’s own signing page, such as https://sign.acme.example, if no trust document names it yet.',
  );

const resetSchema = named(
  'TrustReset',
  'A claim that the vendor has ended, announced before it takes effect.',
  z.object({
    id: idText('rst', 'The reset.'),
    reason: z.string().describe('The reason that the vendor’s host gave.'),
    createdAt: instant(),
  }),
);

const proposalSchema = named(
  'TrustProposal',
  'The next version of a trust document, and who has signed it.',
  z.object({
    id: idText('prp', 'The proposal.'),
    state: z.enum(PROPOSAL_STATES),
    document: trustDocumentSchema,
    hash: digestText().describe('The fingerprint that it would have.'),
    signatures: z.array(
      z.object({ person: idText('usr', 'Who signed.'), credential: z.string(), at: instant() }),
    ),
    needs: z
      .object({
        persons: z.int().describe('How many more persons of the current version must sign.'),
        keys: z.array(z.string()).describe('Credentials that it adds and that have not signed yet.'),
        recovery: z
          .array(idText('usr', 'Whose recovery key it adds.'))
          .describe('Who must still sign with a passkey, because it adds their recovery key.'),
      })
      .describe('Who must still sign; nothing once it is adopted.'),
    by: z
      .union([idText('usr', 'Who proposed it.'), z.literal('host')])
      .describe('`host`: proposed by the vendor’s organisation file. It has no effect until it is signed.'),
    controls: z
      .object({ before: proposedControlsSchema, after: proposedControlsSchema })
      .nullable()
      .describe('Privacy controls that take effect with it; null: they do not change.'),
    createdAt: instant(),
    endedAt: instant().nullable(),
  }),
);
export type TrustProposal = z.infer<typeof proposalSchema>;

const trustSchema = named(
  'Trust',
  'The trust document in force, and what is proposed.',
  z.object({
    claimed: z.boolean().describe('False: the tenant is on the vendor’s word.'),
    trust: digestText().nullable().describe('Hash of the current document.'),
    document: trustDocumentSchema.nullable(),
    signatures: z.array(signatureSchema),
    seq: z.int().nullable(),
    validUntil: instant().nullable(),
    vkey: z.string().nullable().describe('Verifier key of the tenant’s log (C2SP signed note).'),
    log: logPoint().describe('The current size and root of the tenant’s log.'),
    anchor: z
      .object({
        ...{ deployment: z.string(), tenant: z.string(), trust: digestText(), vkey: z.string() },
        deploymentVkey: z.string().describe('Verifier key of the deployment’s log.'),
      })
      .nullable()
      .describe(
        'For the customer to keep. `trust` is the fingerprint of the first version, which gateways pin.',
      ),
    chain: z.array(z.object({ seq: z.int(), hash: digestText(), at: instant() })),
    proposal: proposalSchema.nullable(),
    reset: resetSchema
      .nullable()
      .describe(
        'The vendor’s host reports that all keys are lost. The draft is then a new first version, with the keys that were enrolled since.',
      ),
    gatewayUrl: z
      .string()
      .describe('Where a gateway answers, to be asked directly: GET {gatewayUrl}/countersign/pins/{tenant}.'),
    gateways: z.array(
      z.object({
        id: idText('gtw', 'The gateway.'),
        name: z.string(),
        publicKey: z
          .string()
          .nullable()
          .describe('Its own Ed25519 key, raw, base64url; null until it has registered one.'),
        services: z
          .array(z.string())
          .nullable()
          .describe('The services that it may serve; null: every service.'),
        pinned: digestText().nullable().describe('The fingerprint that it has pinned for this tenant.'),
        atLeast: z
          .array(digestText())
          .describe('Versions that it also requires; without them it refuses every call.'),
        current: digestText().nullable().describe('The version that it uses.'),
        behind: digestText()
          .nullable()
          .describe('The last version that it has, while that is older than what it requires.'),
        alarm: z
          .enum(['missing', 'replaced'])
          .nullable()
          .describe(
            'Someone removed this pin from the file on the gateway’s host, or replaced it there. It stays in force.',
          ),
      }),
    ),
  }),
);
export type Trust = z.infer<typeof trustSchema>;

const draftQuery = z.strictObject({ origin: signingOrigin.exactOptional() });
export type TrustDraftQuery = z.infer<typeof draftQuery>;
const proposalBodySchema = named(
  'TrustProposalBody',
  'The next version of a trust document, signed by its author.',
  z.strictObject({ document: trustDocumentSchema }),
);
export type TrustProposalBody = z.infer<typeof proposalBodySchema>;
const trustSignatureSchema = named(
  'TrustSignatureBody',
  'A further signature of a proposed version.',
  z.strictObject({ signature: signatureSchema.describe('Its statement is the proposed document.') }),
);
export type TrustSignatureBody = z.infer<typeof trustSignatureSchema>;

const OWN_BROWSER = 'Only in the person’s own browser session.';

/** The trust document of a tenant, which its people sign and gateways pin. */
export const trustEndpoints = {
  read: endpoint({
    route: 'GET /api/v1/tenants/{slug}/trust',
    callers: { people: 'trust.read' },
    summary: 'Read a tenant’s trust',
    description:
      'The current document, what anchors it outside this broker, and which gateways have pinned it.',
    answer: { status: 200, description: 'The current trust.', schema: trustSchema },
    errors: ['not_found'],
  }),
  draft: endpoint({
    route: 'GET /api/v1/tenants/{slug}/trust/draft',
    callers: { people: 'trust.read' },
    summary: 'Read a draft of the next trust document',
    description: 'Built from the tenant’s current people, passkeys and controls. Nobody has proposed it.',
    query: draftQuery,
    answer: { status: 200, description: 'A trust document without signatures.', schema: trustDocumentSchema },
    errors: ['not_found', 'conflict'],
  }),
  propose: endpoint({
    route: 'POST /api/v1/tenants/{slug}/trust/proposals',
    callers: { people: 'trust.propose' },
    summary: 'Propose the next trust document',
    description: `One at a time. It takes effect once enough of its people have signed. ${OWN_BROWSER}`,
    body: { schema: proposalBodySchema },
    idempotent: true,
    answer: { status: 201, description: 'The proposal.', schema: proposalSchema },
    errors: ['not_found', 'conflict'],
  }),
  sign: endpoint({
    route: 'POST /api/v1/tenants/{slug}/trust/proposals/{id}/signatures',
    callers: { people: 'trust.sign' },
    summary: 'Sign a proposal',
    description: `With one’s own passkey that either version names, or with one’s recovery key. The last required signature adopts the proposal. ${OWN_BROWSER}`,
    body: { schema: trustSignatureSchema },
    idempotent: true,
    answer: { status: 201, description: 'The proposal with the signature.', schema: proposalSchema },
    errors: ['not_found', 'wrong_state', 'conflict'],
  }),
  withdraw: endpoint({
    route: 'DELETE /api/v1/tenants/{slug}/trust/proposals/{id}',
    callers: { people: 'trust.propose' },
    summary: 'Withdraw a proposal',
    description: `Any admin of the tenant may do it. ${OWN_BROWSER}`,
    answer: { status: 204, description: 'It is withdrawn.' },
    errors: ['not_found', 'wrong_state', 'conflict'],
  }),
  cancelReset: endpoint({
    route: 'DELETE /api/v1/tenants/{slug}/trust/reset',
    callers: { people: 'trust.propose' },
    summary: 'Object to a reset',
    description: `For when the keys are not lost: the tenant stays claimed, and a new claim that was begun is withdrawn. Any admin of the tenant may do it. ${OWN_BROWSER}`,
    answer: { status: 204, description: 'The reset is cancelled.' },
    errors: ['not_found', 'wrong_state', 'conflict'],
  }),
};

const stopQuery = z.strictObject({
  digest: digestInput.exactOptional().describe('Of the one grant to stop; absent: the whole tenant.'),
});
export type StopQuery = z.infer<typeof stopQuery>;
const liftQuery = z.strictObject({ stop: digestInput.describe('The stop’s hash.') });
export type LiftQuery = z.infer<typeof liftQuery>;
const signedStopSchema = named(
  'SignedStop',
  'A stop with its signature.',
  z.strictObject({ countersignature: signatureSchema }),
);
export type SignedStop = z.infer<typeof signedStopSchema>;

const stopToSignSchema = named(
  'StopToSign',
  'The exact stop to sign, and which passkeys may.',
  z.object({ statement: stopStatementSchema }),
);
const liftToSignSchema = named(
  'LiftToSign',
  'The exact lift to sign, and which passkeys may.',
  z.object({ statement: liftSchema }),
);

const stopSchema = named(
  'Stop',
  'A signed stop in force.',
  z.object({
    hash: digestText().describe('Of the signed statement; a lift names it.'),
    digest: digestText().nullable().describe('Of the grant that it stops; null: the whole tenant.'),
    person: idText('usr', 'Who stopped.'),
    at: instant(),
    countersignature: signatureSchema,
    liftedBy: idText('usr', 'Who lifted it.').nullable(),
    liftedAt: instant().nullable(),
  }),
);
export type Stop = z.infer<typeof stopSchema>;

const stopPageSchema = pageOf('StopPage', stopSchema);
const SIGNED = 'Signed with a passkey, only in the person’s own browser session.';

/** A customer's own signed stops, which gateways obey even if the broker objects. */
export const stopEndpoints = {
  stopStatement: endpoint({
    route: 'GET /api/v1/tenants/{slug}/stops/statement',
    callers: { people: 'stop.draft' },
    summary: 'Read the stop to sign',
    description: 'For a person with a passkey. The answer is signed as it is.',
    query: stopQuery,
    answer: { status: 200, description: 'Valid for five minutes.', schema: stopToSignSchema },
    errors: ['not_found', 'wrong_state'],
  }),
  list: endpoint({
    route: 'GET /api/v1/tenants/{slug}/stops',
    callers: { people: 'trust.read' },
    summary: 'List the stops in force',
    description: 'Those that are signed by the tenant’s people and not lifted.',
    answer: { status: 200, description: 'Oldest first; `next` is null.', schema: stopPageSchema },
    errors: ['not_found'],
  }),
  set: endpoint({
    route: 'POST /api/v1/tenants/{slug}/stops',
    callers: { people: 'stop.write' },
    summary: 'Stop one grant, or everything',
    description: `It lasts until a signed lift. ${SIGNED}`,
    body: { schema: signedStopSchema },
    answer: { status: 201, description: 'The stop.', schema: stopSchema },
    errors: ['not_found', 'conflict'],
  }),
  liftStatement: endpoint({
    route: 'GET /api/v1/tenants/{slug}/lifts/statement',
    callers: { people: 'stop.draft' },
    summary: 'Read the lift to sign',
    description: 'For a person whose passkey may lift the stop. The answer is signed as it is.',
    query: liftQuery,
    answer: { status: 200, description: 'Valid for five minutes.', schema: liftToSignSchema },
    errors: ['not_found', 'wrong_state'],
  }),
  lift: endpoint({
    route: 'POST /api/v1/tenants/{slug}/lifts',
    callers: { people: 'stop.write' },
    summary: 'Lift a stop',
    description: SIGNED,
    body: { schema: signedStopSchema },
    answer: { status: 201, description: 'The stop, lifted.', schema: stopSchema },
    errors: ['not_found', 'wrong_state'],
  }),
};
