import type { TrustProposal } from '@countersign/api';
import { type RecoveryJwk, type Signature, statementHash, type TrustDocument } from '@countersign/contract';
import { useMutation } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { reloadTrust } from '../../api/trust.js';
import { PasskeyProblem } from '../../passkey/passkey-problem.js';
import { signWithRecoveryKey } from '../../passkey/recovery-key.js';
import { findSignerInTrust, type Signer, type SigningOrigin, signingOriginOf } from '../../passkey/signer.js';
import { SigningPages } from '../../passkey/signing-pages.js';
import { withHashing } from '../../passkey/web-hashing.js';

/** What this person must still sign with: a key of the version in force, and each of their new keys. Each needs a prompt. */
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

/** Signs with each signer in turn. @throws PasskeyProblem, ApiProblem */
export async function signProposal(
  slug: string,
  proposal: TrustProposal,
  signers: readonly Signer[],
  pages: SigningPages,
): Promise<TrustProposal> {
  const document = await shownDocument(proposal);
  let latest = proposal;
  for (const signer of signers)
    latest = await submitSignature(slug, proposal, await pages.sign(document, signer));
  return latest;
}

/**
 * Signs with a printed recovery key.
 *
 * @param at the customer's own page, where the person types in the key; null if `typed` has the key
 * @throws PasskeyProblem, ApiProblem
 */
export function signProposalByRecovery(
  slug: string,
  proposal: TrustProposal,
  jwk: RecoveryJwk,
  { at, typed }: { at: SigningOrigin; typed: string },
): Promise<TrustProposal> {
  return SigningPages.open([at], async (pages) => {
    const document = await shownDocument(proposal);
    const signature =
      at === null ? await signWithRecoveryKey(document, jwk, typed) : await pages.recover(at, document, jwk);
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

/** The document that the page shows. @throws PasskeyProblem `differs` if the proposal names another hash */
async function shownDocument({ document, hash }: TrustProposal): Promise<TrustDocument> {
  const typedDocument = document as TrustDocument;
  if ((await withHashing((hashing) => statementHash(hashing, typedDocument))) !== hash)
    throw new PasskeyProblem('differs');
  return typedDocument;
}

/** Proposes exactly this document and signs it with its author's keys. */
export function usePropose(slug: string, current: TrustDocument | null, person: string) {
  return useMutation({
    mutationFn: (document: TrustDocument): Promise<TrustProposal> =>
      SigningPages.open(signingOriginsOf(current, document), async (pages) => {
        const proposal = await unwrap(
          api.POST('/api/v1/tenants/{slug}/trust/proposals', {
            params: { path: { slug } },
            body: { document },
          }),
        );
        const signers = findPendingSigners(current, proposal, person);
        return signProposal(slug, { ...proposal, document }, signers, pages);
      }),
    onSettled: () => reloadTrust(slug),
  });
}

/** Where the author may have to sign. */
const signingOriginsOf = (current: TrustDocument | null, next: TrustDocument): SigningOrigin[] => [
  ...(current === null ? [] : [signingOriginOf(current.origins)]),
  signingOriginOf(next.origins),
];
