import type { AccessRequest } from '@countersign/api';
import { type ApprovalStatement, canonicalJson, type Signature, type Terms } from '@countersign/contract';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { PasskeyProblem } from '../../passkey/passkey-problem.js';
import type { Signer } from '../../passkey/signer.js';
import { SigningPages } from '../../passkey/signing-pages.js';
import { buildApproval, type Shown } from '../../passkey/statements.js';

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
    const shownRequest = shownOf(request, narrowed, person);
    const approval = await buildApproval(shownRequest, await offeredFor(request, narrowed));
    return pages.sign(approval, signer, { terms: shownRequest.terms, openings: shownRequest.openings });
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
  const names = { tenant, service, requester };
  const expected = { tenant: signed.tenant, service: signed.service, requester: signed.requester };
  if (canonicalJson(names) !== canonicalJson(expected)) throw new PasskeyProblem('differs');
  const texts: Record<string, { value: string; salt: string }> = {};
  for (const [name, value] of Object.entries({ justification, ticket })) {
    if (value === null) continue;
    texts[name] = { value, salt: openings[name]?.salt ?? '' };
  }
  return texts;
}
