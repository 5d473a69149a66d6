import type { ProposalView, TrustView } from '@countersign/access';
import { logOrigin, verifierKey } from '@countersign/audit-log';
import type { Hashing } from '@countersign/scope';
import { signatureSchema, trustDocumentSchema } from '@countersign/scope';
import { z } from 'zod';
import { component, digestText, idText, instant } from '../openapi/components.js';

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
    by: idText('usr', 'Who proposed it.'),
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
    gateways: z.array(
      z.object({
        id: idText('gtw', 'The gateway.'),
        name: z.string(),
        pinned: digestText().nullable().describe('The fingerprint that it has pinned of this tenant.'),
        current: digestText().nullable().describe('The version that it goes by.'),
      }),
    ),
  }),
);

export const proposalAnswer = ({
  proposal,
  signatures,
  needs,
}: ProposalView): z.infer<typeof proposalShape> => {
  const { id, state, document, hash, by, createdAt, endedAt } = proposal;
  const signed = signatures.map(({ person, signature, at }) => ({
    person,
    credential: signature.credential,
    at,
  }));
  return { id, state, document, hash, signatures: signed, needs, by, createdAt, endedAt };
};

export function trustAnswer(
  { chain, proposal, logKey, log, gateways }: TrustView,
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
    gateways: gateways.map(({ id, name, pin }) => ({
      id,
      name,
      pinned: pin?.pinned ?? null,
      current: pin?.current ?? null,
    })),
  };
}
