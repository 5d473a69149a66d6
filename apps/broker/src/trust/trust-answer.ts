import type { PrivacyControls, ProposalView, TrustView } from '@countersign/access';
import { logOrigin, verifierKey } from '@countersign/audit-log';
import type { Hashing } from '@countersign/contract';
import { formatDuration, signatureSchema, trustDocumentSchema } from '@countersign/contract';
import { z } from 'zod';
import { component, digestText, idText, instant } from '../openapi/components.js';

const proposedControls = component(
  'ProposedControls',
  z.object({
    approvals: z.int(),
    maxDuration: z.string().nullable().describe('ISO 8601.'),
    countersign: z.array(z.string()),
    slackMayApprove: z.array(z.string()),
    forbid: z.array(z.object({ service: z.string(), resource: z.string(), actions: z.array(z.string()) })),
  }),
);

export const resetShape = component(
  'TrustReset',
  z.object({
    id: idText('rst', 'The reset.'),
    reason: z.string().describe('As the vendor’s host gave it.'),
    createdAt: instant(),
  }),
);

export const proposalShape = component(
  'TrustProposal',
  z.object({
    id: idText('prp', 'The proposal.'),
    state: z.enum(['open', 'adopted', 'withdrawn']),
    document: trustDocumentSchema,
    hash: digestText().describe('The fingerprint that it would have.'),
    signatures: z.array(
      z.object({ person: idText('usr', 'Who signed.'), credential: z.string(), at: instant() }),
    ),
    needs: z
      .object({
        persons: z.int().describe('So many more persons of the version in force have to sign.'),
        keys: z.array(z.string()).describe('Credentials that it adds and that have not signed.'),
        recovery: z
          .array(idText('usr', 'Whose recovery key it adds.'))
          .describe('These have to sign with a passkey, since it adds their recovery key.'),
      })
      .describe('Who has to sign yet; all done once it is adopted.'),
    by: z
      .union([idText('usr', 'Who proposed it.'), z.literal('host')])
      .describe(
        '`host`: asked for by the vendor’s organisation file; it counts for nothing until it is signed.',
      ),
    controls: z
      .object({ before: proposedControls, after: proposedControls })
      .nullable()
      .describe('Privacy controls that come into force with it; null: they stay as they are.'),
    createdAt: instant(),
    endedAt: instant().nullable(),
  }),
);

const logPoint = z.object({ epoch: z.int(), size: z.int(), root: z.string() });

export const trustShape = component(
  'Trust',
  z.object({
    claimed: z.boolean().describe('False: the tenant is on the vendor’s word.'),
    trust: digestText().nullable().describe('Hash of the document in force.'),
    document: trustDocumentSchema.nullable(),
    signatures: z.array(signatureSchema),
    seq: z.int().nullable(),
    validUntil: instant().nullable(),
    vkey: z.string().nullable().describe('Verifier key of the tenant’s log (C2SP signed note).'),
    log: logPoint.describe('Where the tenant’s log stands.'),
    anchor: z
      .object({ deployment: z.string(), tenant: z.string(), trust: digestText(), vkey: z.string() })
      .nullable()
      .describe(
        'To be kept by the customer; `trust` is the fingerprint of the first version, which gateways pin.',
      ),
    chain: z.array(z.object({ seq: z.int(), hash: digestText(), at: instant() })),
    proposal: proposalShape.nullable(),
    reset: resetShape
      .nullable()
      .describe(
        'The vendor’s host says that all keys are lost: the draft is a first version anew, of keys enrolled since.',
      ),
    gateways: z.array(
      z.object({
        id: idText('gtw', 'The gateway.'),
        name: z.string(),
        pinned: digestText().nullable().describe('The fingerprint that it has pinned of this tenant.'),
        atLeast: z.array(digestText()).describe('Versions that it demands besides, or it opens nothing.'),
        current: digestText().nullable().describe('The version that it goes by.'),
        behind: digestText()
          .nullable()
          .describe('The last version that it holds, while that does not reach what it demands.'),
      }),
    ),
  }),
);

export const proposalAnswer = ({
  proposal,
  signatures,
  needs,
}: ProposalView): z.infer<typeof proposalShape> => {
  const { id, state, document, hash, by, controls, createdAt, endedAt } = proposal;
  const signed = signatures.map(({ person, signature, at }) => ({
    person,
    credential: signature.credential,
    at,
  }));
  return {
    ...{ id, state, document, hash, signatures: signed, needs, by, createdAt, endedAt },
    controls: controls === null ? null : { before: shown(controls.before), after: shown(controls.after) },
  };
};

const shown = ({ maxDuration, ...controls }: PrivacyControls): z.infer<typeof proposedControls> => ({
  ...controls,
  maxDuration: maxDuration === null ? null : formatDuration(maxDuration),
});

export function trustAnswer(
  { chain, proposal, reset, logKey, log, gateways }: TrustView,
  { deployment, tenant, hashing }: { deployment: string; tenant: string; hashing: Hashing },
): z.infer<typeof trustShape> {
  const [genesis] = chain;
  const current = chain.at(-1);
  const publicKey = logKey === null ? null : Buffer.from(String(logKey['x']), 'base64url');
  const origin = logOrigin(deployment, tenant, log.epoch);
  const vkey = publicKey === null ? null : verifierKey(hashing, origin, publicKey);
  return {
    claimed: current !== undefined,
    trust: current?.hash ?? null,
    document: current?.document ?? null,
    signatures: current?.signatures ?? [],
    seq: current?.document.seq ?? null,
    validUntil: current?.document.validUntil ?? null,
    vkey,
    log,
    anchor: genesis === undefined || vkey === null ? null : { deployment, tenant, trust: genesis.hash, vkey },
    chain: chain.map(({ document, hash, adoptedAt }) => ({ seq: document.seq, hash, at: adoptedAt })),
    proposal: proposal === null ? null : proposalAnswer(proposal),
    reset: reset === null ? null : { id: reset.id, reason: reset.reason, createdAt: reset.createdAt },
    gateways: gateways.map(({ id, name, pin }) => ({
      id,
      name,
      pinned: pin?.pinned ?? null,
      atLeast: pin?.atLeast ?? [],
      current: pin?.current ?? null,
      behind: pin?.behind ?? null,
    })),
  };
}
