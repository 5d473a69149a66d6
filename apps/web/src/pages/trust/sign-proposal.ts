import { type RecoveryJwk, type Signature, statementHash, type TrustDocument } from '@countersign/contract';
import { api } from '../../api/client.js';
import { answered } from '../../api/problem.js';
import type { TrustProposal } from '../../api/trust.js';
import { PasskeyProblem } from '../../passkey/passkey-problem.js';
import type { Place } from '../../passkey/place.js';
import { Places } from '../../passkey/places.js';
import { signWithRecoveryKey } from '../../passkey/recovery-key.js';
import { type Signer, signerIn } from '../../passkey/signer.js';
import { hashed } from '../../passkey/web-hashing.js';

/** What this person has to sign yet, one prompt each: for the version in force, and with each new key of theirs. */
export function duesOf(
  current: TrustDocument | null,
  { document, signatures, needs }: Pick<TrustProposal, 'document' | 'signatures' | 'needs'>,
  person: string,
): Signer[] {
  const next = document as TrustDocument;
  const own = signerIn(next, person);
  const added = needs.keys.flatMap((key): Signer[] =>
    own?.credentials.includes(key) === true ? [{ ...own, credentials: [key] }] : [],
  );
  const old = current === null ? null : signerIn(current, person);
  const hasSigned = signatures.some((each) => old?.credentials.includes(each.credential));
  return old === null || hasSigned || needs.persons === 0 ? added : [old, ...added];
}

/** Signs with all of them, one after the other. @throws PasskeyProblem, ApiProblem */
export async function signProposal(
  slug: string,
  proposal: TrustProposal,
  dues: readonly Signer[],
  places: Places,
): Promise<TrustProposal> {
  const document = await shownDocument(proposal);
  let now = proposal;
  for (const due of dues) now = await handIn(slug, proposal, await places.sign(document, due));
  return now;
}

/**
 * @param at the customer's own page, where the key is typed in; null where it is what was typed here
 * @throws PasskeyProblem, ApiProblem
 */
export function signProposalByRecovery(
  slug: string,
  proposal: TrustProposal,
  jwk: RecoveryJwk,
  { at, typed }: { at: Place; typed: string },
): Promise<TrustProposal> {
  return Places.at([at], async (places) => {
    const document = await shownDocument(proposal);
    const signature =
      at === null ? await signWithRecoveryKey(document, jwk, typed) : await places.recover(at, document, jwk);
    return handIn(slug, proposal, signature);
  });
}

function handIn(slug: string, { id }: TrustProposal, signature: Signature): Promise<TrustProposal> {
  return answered(
    api.POST('/api/v1/tenants/{slug}/trust/proposals/{id}/signatures', {
      params: { path: { slug, id } },
      body: { signature },
    }),
  );
}

/** The document as the page shows it, once its fingerprint is the one that the broker names. */
async function shownDocument({ document, hash }: TrustProposal): Promise<TrustDocument> {
  const shown = document as TrustDocument;
  if ((await hashed((hashing) => statementHash(hashing, shown))) !== hash)
    throw new PasskeyProblem('differs');
  return shown;
}
