import { passkeyEndpoints, type Trust, trustEndpoints } from '@countersign/api';
import { parseTrustDocument, type TrustDocument } from '@countersign/contract';
import { expectThat, until } from '../http.js';
import { CLAIMED_TENANT, IVAN } from '../people.js';
import type { TourStep } from '../step.js';
import { shortDigest } from '../words.js';
import type { AttackContext } from './context.js';
import type { Signer } from './signer.js';

/** `npm start` looks for new claims twice a second, and the gateway as often for new pins. */
const PINNED_MS = 20_000;

export const claimTenant: TourStep<AttackContext> = {
  title: 'Initech’s own people hold the keys to its data',
  who: IVAN,
  async run(context) {
    const { signers } = context;
    const [admin] = signers;
    const before = await fetchTrust(admin);
    const isNew = before.trust === null;
    const document = isNew ? await claim(signers, before.proposal) : parseTrustDocument(before.document);
    for (const { persona, passkeys } of signers) {
      const [first] = passkeys;
      expectThat(
        first !== undefined && listsPasskey(document, first.id),
        `${CLAIMED_TENANT} was claimed by passkeys that this tour does not hold (${persona.name}’s); it needs its own claim`,
      );
    }
    context.place = signingPlace(document);
    const { trust } = await until(
      () => fetchTrust(admin),
      ({ trust: now, gateways }) => now !== null && gateways.some(({ current }) => current === now),
      PINNED_MS,
      `the gateway has not pinned ${CLAIMED_TENANT} after ${PINNED_MS / 1_000} s: it does so where "npm start" runs`,
    );
    return [
      isNew
        ? 'Ivan and Joan enrol passkeys, and sign that these are their keys and that two people must approve (the tour’s passkeys are software)'
        : 'claimed by Ivan and Joan in an earlier tour; a claim is permanent',
      `the gateway has pinned that on its own host: ${shortDigest(trust ?? '')}`,
      'from now on it accepts their signatures, and no one else’s word',
    ];
  },
};

const fetchTrust = (signer: Signer): Promise<Trust> => signer.read(trustEndpoints.read);

/** Enrols two passkeys for each signer, and signs the first trust document with all of them. */
async function claim(
  signers: readonly [Signer, Signer],
  open: { id: string } | null,
): Promise<TrustDocument> {
  const [admin] = signers;
  // An interrupted tour may have left a proposal that can no longer be signed, and passkeys whose private keys are lost.
  if (open !== null) await admin.read(trustEndpoints.withdraw, { params: { id: open.id } });
  const { items } = await admin.read(passkeyEndpoints.list);
  for (const { id } of items) await admin.read(passkeyEndpoints.remove, { params: { credential: id } });
  for (const signer of signers) for (let count = 0; count < 2; count += 1) await signer.enrol();
  const draft = await admin.read(trustEndpoints.draft);
  const proposal = await admin.read(trustEndpoints.propose, { body: { document: draft } });
  const document = parseTrustDocument(proposal.document);
  const place = signingPlace(document);
  for (const signer of signers)
    for (const passkey of signer.passkeys.filter(({ id }) => listsPasskey(document, id)))
      await signer.read(trustEndpoints.sign, {
        params: { id: proposal.id },
        body: { signature: passkey.sign(document, place) },
      });
  return document;
}

const listsPasskey = ({ people }: TrustDocument, id: string): boolean =>
  people.some(({ passkeys }) => passkeys.some((each) => each.id === id));

const signingPlace = ({ rpId, origins }: TrustDocument) => ({ rpId, origin: origins[0] ?? '' });
