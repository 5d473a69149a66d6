import { type ApprovalStatement, canonicalJson, type Signature, type Terms } from '@countersign/contract';
import { useMutation } from '@tanstack/react-query';
import { type AccessRequest, api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useSession } from '../../api/session.js';
import { PasskeyProblem } from '../../passkey/passkey-problem.js';
import type { Signer } from '../../passkey/signer.js';
import { SigningPages } from '../../passkey/signing-pages.js';
import { buildApproval, type Shown } from '../../passkey/statements.js';

export type Decision =
  | { decision: 'approve'; digest: string }
  | { decision: 'deny'; digest: string; reason: string }
  | { decision: 'counter'; digest: string; terms: Terms };

/**
 * Sends a decision on exactly the digest that the page showed, and reloads the result.
 *
 * @param signer null if nothing must be signed. A denial is never signed
 * @param onStored called even if the buttons have disappeared by then
 */
export function useDecide(
  request: AccessRequest,
  signer: Signer | null,
  onStored: (decision: Decision['decision']) => void,
) {
  const { id } = request;
  const { person } = useSession();
  return useMutation({
    mutationFn: async (decision: Decision) => {
      const narrowed = decision.decision === 'counter' ? decision.terms : undefined;
      const body =
        signer === null || decision.decision === 'deny'
          ? decision
          : { ...decision, countersignature: await countersign(request, narrowed, { signer, person }) };
      return unwrap(api.POST('/api/v1/requests/{id}/reviews', { params: { path: { id } }, body }));
    },
    onSuccess: (_review, { decision }) => onStored(decision),
    onSettled: () => readAgain(id),
  });
}

/** The requester accepts the offer or cancels the request. */
export function useAnswerOffer(id: string) {
  const accept = useMutation({
    mutationFn: (digest: string) =>
      unwrap(api.POST('/api/v1/requests/{id}/acceptance', { params: { path: { id } }, body: { digest } })),
    onSettled: () => readAgain(id),
  });
  const cancel = useMutation({
    mutationFn: (_request: AccessRequest) =>
      unwrap(api.POST('/api/v1/requests/{id}/cancel', { params: { path: { id } } })),
    onSettled: () => readAgain(id),
  });
  return { accept, cancel };
}

function readAgain(id: string): Promise<unknown> {
  return invalidate(['request', id], ['requests'], ['grants']);
}

/**
 * Signs what this page shows: the request as asked, or the `narrowed` terms.
 *
 * @throws PasskeyProblem, ApiProblem
 */
export function countersign(
  request: AccessRequest,
  narrowed: Terms | undefined,
  { signer, person }: { signer: Signer; person: string },
): Promise<Signature> {
  return SigningPages.open([signer.at], async (pages) => {
    const shown = shownOf(request, narrowed, person);
    const approval = await buildApproval(shown, await offeredFor(request, narrowed));
    return pages.sign(approval, signer, { terms: shown.terms, openings: shown.openings });
  });
}

async function offeredFor({ id }: AccessRequest, terms: Terms | undefined): Promise<ApprovalStatement> {
  const params = { path: { id } };
  const { statement } = await (terms === undefined
    ? unwrap(api.GET('/api/v1/requests/{id}/statement', { params }))
    : unwrap(api.POST('/api/v1/requests/{id}/statement', { params, body: { terms } })));
  return statement as ApprovalStatement;
}

const shownOf = (request: AccessRequest, narrowed: Terms | undefined, person: string): Shown => ({
  terms: narrowed ?? (request.terms as Terms),
  openings: shownTexts(request),
  person,
  decision: 'approve',
});

/**
 * The texts that the page shows, with the salts of their commitments.
 *
 * @throws PasskeyProblem `differs` if the page shows anything other than the terms
 */
function shownTexts(request: AccessRequest): Shown['openings'] {
  const { terms, tenant, service, requester, openings, justification, ticket } = request;
  const signed = terms as Terms;
  const shown = { tenant, service, requester };
  const expected = { tenant: signed.tenant, service: signed.service, requester: signed.requester };
  if (canonicalJson(shown) !== canonicalJson(expected)) throw new PasskeyProblem('differs');
  const texts: Record<string, { value: string; salt: string }> = {};
  for (const [name, value] of Object.entries({ justification, ticket })) {
    if (value === null) continue;
    texts[name] = { value, salt: openings[name]?.salt ?? '' };
  }
  return texts;
}
