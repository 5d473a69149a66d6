import { parseTrustDocument, type TrustDocument } from '@countersign/contract';
import { z } from 'zod';
import { expectThat, readBody, until } from '../http.js';
import { CLAIMED_TENANT, IVAN } from '../people.js';
import type { TourStep } from '../step.js';
import { shortDigest } from '../words.js';
import type { AttackContext } from './context.js';
import type { Signer } from './signer.js';

const trustShape = z.object({
  trust: z.string().nullable(),
  document: z.unknown(),
  proposal: z.object({ id: z.string() }).nullable(),
  gateways: z.array(z.object({ current: z.string().nullable() })),
});
const passkeysShape = z.object({ items: z.array(z.object({ id: z.string() })) });
const proposalShape = z.object({ id: z.string(), document: z.unknown() });

/** `npm start` looks twice a second who has claimed, and its gateway as often what is pinned. */
const PINNED_MS = 20_000;

async function trustOf(signer: Signer) {
  return readBody(trustShape, await signer.ask('GET', 'trust', 200), 'the trust document');
}

/** Enrols two passkeys each, and signs the first trust document with all of them. */
async function claimDoor(
  signers: readonly [Signer, Signer],
  open: { id: string } | null,
): Promise<TrustDocument> {
  const [admin] = signers;
  // What a tour left that was cut off: a proposal nobody can sign to its end, and passkeys whose other half is gone.
  if (open !== null) await admin.ask('DELETE', `trust/proposals/${open.id}`, 204);
  const { items } = readBody(passkeysShape, await admin.ask('GET', 'passkeys', 200), 'the passkeys');
  for (const { id } of items) await admin.ask('DELETE', `passkeys/${id}`, 204);
  for (const signer of signers) for (let keys = 0; keys < 2; keys += 1) await signer.enrol();
  const { body: document } = await admin.ask('GET', 'trust/draft', 200);
  const proposed = await admin.ask('POST', 'trust/proposals', 201, { document });
  const proposal = readBody(proposalShape, proposed, 'the proposal');
  const read = parseTrustDocument(proposal.document);
  const place = placeOf(read);
  for (const signer of signers)
    for (const passkey of signer.passkeys.filter(({ id }) => lists(read, id)))
      await signer.ask('POST', `trust/proposals/${proposal.id}/signatures`, 201, {
        signature: passkey.sign(read, place),
      });
  return read;
}

const lists = ({ people }: TrustDocument, id: string): boolean =>
  people.some(({ passkeys }) => passkeys.some((each) => each.id === id));

const placeOf = ({ rpId, origins }: TrustDocument) => ({ rpId, origin: origins[0] ?? '' });

export const claimedDoor: TourStep<AttackContext> = {
  title: 'Initech’s own people hold the keys to its door',
  who: IVAN,
  async run(context) {
    const { signers } = context;
    const [admin] = signers;
    const before = await trustOf(admin);
    const isNew = before.trust === null;
    const document = isNew ? await claimDoor(signers, before.proposal) : parseTrustDocument(before.document);
    for (const { persona, passkeys } of signers) {
      const [first] = passkeys;
      expectThat(
        first !== undefined && lists(document, first.id),
        `${CLAIMED_TENANT} was claimed by passkeys that this tour does not hold (${persona.name}’s); it plays on its own claim alone`,
      );
    }
    context.place = placeOf(document);
    const { trust } = await until(
      () => trustOf(admin),
      ({ trust: now, gateways }) => now !== null && gateways.some(({ current }) => current === now),
      PINNED_MS,
      `the gateway has not pinned ${CLAIMED_TENANT} after ${PINNED_MS / 1_000} s: it does where "npm start" runs`,
    );
    return [
      isNew
        ? 'Ivan and Joan enrol passkeys and sign who they are, and that two of them approve (in this tour, passkeys in software)'
        : 'claimed by Ivan and Joan in an earlier tour; a claim is for good',
      `the gateway has pinned that on its own host: ${shortDigest(trust ?? '')}`,
      'from now on it takes their signatures for it, and nobody else’s word',
    ];
  },
};
