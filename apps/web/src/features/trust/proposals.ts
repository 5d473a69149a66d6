import { type RecoveryJwk, type Signature, statementHash, type TrustDocument } from '@countersign/contract';
import { useMutation } from '@tanstack/react-query';
import type { TrustProposal } from '../../api/client.js';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { reloadTrust } from '../../api/trust.js';
import { PasskeyProblem } from '../../passkey/passkey-problem.js';
import { signWithRecoveryKey } from '../../passkey/recovery-key.js';
import { findSignerInTrust, type Signer, type SigningOrigin, signingOriginOf } from '../../passkey/signer.js';
import { SigningPages } from '../../passkey/signing-pages.js';
import { withHashing } from '../../passkey/web-hashing.js';

/** What this person has to sign yet, one prompt each: for the version in force, and with each new key of theirs. */
export function findPendingSigners(
  current: TrustDocument | null,
  { document, signatures, needs }: Pick<TrustProposal, 'document' | 'signatures' | 'needs'>,
  person: string,
): Signer[] {
  const next = document as TrustDocument;
  const own = findSignerInTrust(next, person);
  const added = needs.keys.flatMap((key): Signer[] =>
    own?.credentials.includes(key) === true ? [{ ...own, credentials: [key] }] : [],
  );
  const old = current === null ? null : findSignerInTrust(current, person);
  const hasSigned = signatures.some((each) => old?.credentials.includes(each.credential));
  return old === null || hasSigned || needs.persons === 0 ? added : [old, ...added];
}

/** Signs with all of them, one after the other. @throws PasskeyProblem, ApiProblem */
export async function signProposal(
  slug: string,
  proposal: TrustProposal,
  dues: readonly Signer[],
  places: SigningPages,
): Promise<TrustProposal> {
  const document = await shownDocument(proposal);
  let now = proposal;
  for (const due of dues) now = await submitSignature(slug, proposal, await places.sign(document, due));
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
  { at, typed }: { at: SigningOrigin; typed: string },
): Promise<TrustProposal> {
  return SigningPages.at([at], async (places) => {
    const document = await shownDocument(proposal);
    const signature =
      at === null ? await signWithRecoveryKey(document, jwk, typed) : await places.recover(at, document, jwk);
    return submitSignature(slug, proposal, signature);
  });
}

function submitSignature(slug: string, { id }: TrustProposal, signature: Signature): Promise<TrustProposal> {
  return unwrap(
    api.POST('/api/v1/tenants/{slug}/trust/proposals/{id}/signatures', {
      params: { path: { slug, id } },
      body: { signature },
    }),
  );
}

/** The document as the page shows it, once its fingerprint is the one that the broker names. */
async function shownDocument({ document, hash }: TrustProposal): Promise<TrustDocument> {
  const shown = document as TrustDocument;
  if ((await withHashing((hashing) => statementHash(hashing, shown))) !== hash)
    throw new PasskeyProblem('differs');
  return shown;
}

/** Proposes exactly this document, and signs it with what its author has. */
export function usePropose(slug: string, current: TrustDocument | null, person: string) {
  return useMutation({
    mutationFn: (document: TrustDocument): Promise<TrustProposal> =>
      SigningPages.at(placesOf(current, document), async (places) => {
        const proposal = await unwrap(
          api.POST('/api/v1/tenants/{slug}/trust/proposals', {
            params: { path: { slug } },
            body: { document },
          }),
        );
        const dues = findPendingSigners(current, proposal, person);
        return signProposal(slug, { ...proposal, document }, dues, places);
      }),
    onSettled: () => reloadTrust(slug),
  });
}

/** Where its author may have to sign. */
const placesOf = (current: TrustDocument | null, next: TrustDocument): SigningOrigin[] => [
  ...(current === null ? [] : [signingOriginOf(current.origins)]),
  signingOriginOf(next.origins),
];
