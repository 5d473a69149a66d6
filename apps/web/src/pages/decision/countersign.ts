import { type ApprovalStatement, canonicalJson, type Signature, type Terms } from '@countersign/contract';
import { type AccessRequest, api } from '../../api/client.js';
import { answered } from '../../api/problem.js';
import { approvalOf, type Shown } from '../../passkey/approval.js';
import { PasskeyProblem } from '../../passkey/passkey-problem.js';
import { Places } from '../../passkey/places.js';
import type { Signer } from '../../passkey/signer.js';

/**
 * The countersignature over what this page shows: the request as asked, or `narrowed`.
 *
 * @throws PasskeyProblem, ApiProblem
 */
export function countersign(
  request: AccessRequest,
  narrowed: Terms | undefined,
  { signer, person }: { signer: Signer; person: string },
): Promise<Signature> {
  return Places.at([signer.at], async (places) => {
    const shown = shownOf(request, narrowed, person);
    const approval = await approvalOf(shown, await offeredFor(request, narrowed));
    return places.sign(approval, signer, { terms: shown.terms, openings: shown.openings });
  });
}

async function offeredFor({ id }: AccessRequest, terms: Terms | undefined): Promise<ApprovalStatement> {
  const params = { path: { id } };
  const { statement } = await (terms === undefined
    ? answered(api.GET('/api/v1/requests/{id}/statement', { params }))
    : answered(api.POST('/api/v1/requests/{id}/statement', { params, body: { terms } })));
  return statement as ApprovalStatement;
}

const shownOf = (request: AccessRequest, narrowed: Terms | undefined, person: string): Shown => ({
  terms: narrowed ?? (request.terms as Terms),
  openings: shownTexts(request),
  person,
  decision: 'approve',
});

/**
 * The texts as the page shows them, with the salts of their commitments.
 *
 * @throws PasskeyProblem `differs` where the page shows what the terms do not say
 */
function shownTexts(request: AccessRequest): Shown['openings'] {
  const { terms, tenant, service, requester, openings, justification, ticket } = request;
  const said = terms as Terms;
  const shown = { tenant, service, requester };
  const meant = { tenant: said.tenant, service: said.service, requester: said.requester };
  if (canonicalJson(shown) !== canonicalJson(meant)) throw new PasskeyProblem('differs');
  const texts: Record<string, { value: string; salt: string }> = {};
  for (const [name, value] of Object.entries({ justification, ticket })) {
    if (value === null) continue;
    texts[name] = { value, salt: openings[name]?.salt ?? '' };
  }
  return texts;
}
