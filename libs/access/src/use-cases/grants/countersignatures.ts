import type { ApprovalStatement, InvitationStatement, Signature, Terms } from '@countersign/contract';
import type { Grant, StartedGrant } from '../../domain/grant.js';
import type { Invitation } from '../../domain/invitation.js';
import { approvingReviews, type Review } from '../../domain/review.js';
import { countersignedActions, requiredApprovals } from '../../domain/trust/trust-status.js';
import type { TrustVersion } from '../../domain/trust/trust-version.js';
import { AccessError } from '../../errors.js';
import { isConsent } from '../../policy/bases.js';
import type { ReadUnit, TenantUnit } from '../../ports/index.js';
import type { SigningDeps } from '../shared/deps.js';

/** A signed approval or invitation. */
type SignedConsent = Signature<ApprovalStatement> | Signature<InvitationStatement>;

/** The invitations that these requests are based on, by hash. */
export async function loadInvitations(
  { invitations }: Pick<ReadUnit, 'invitations'>,
  requests: readonly { terms: Terms }[],
): Promise<Map<string, Invitation>> {
  const hashes = new Set(requests.flatMap(({ terms }) => terms.invitation ?? []));
  return new Map((await invitations.findAll([...hashes])).map((each) => [each.hash, each]));
}

/** Every signed consent behind this grant: the invitation's first, then the reviews' in their order. */
export function selectConsents(
  { request, digest }: Pick<Grant, 'request' | 'digest'>,
  terms: Terms,
  reviews: readonly Review[],
  invited: ReadonlyMap<string, Invitation>,
): SignedConsent[] {
  const own = reviews.filter((review) => review.request === request);
  const approvals = approvingReviews(own, 'customer', digest);
  return [invited.get(terms.invitation ?? ''), ...approvals].flatMap((yes) => yes?.countersignature ?? []);
}

export const loadConsents = async (
  unit: Pick<ReadUnit, 'reviews' | 'invitations'>,
  grant: Pick<Grant, 'request' | 'digest'>,
  terms: Terms,
): Promise<SignedConsent[]> =>
  selectConsents(
    grant,
    terms,
    await unit.reviews.ofRequests([grant.request]),
    await loadInvitations(unit, [{ terms }]),
  );

/** True if the version in force lists the key that made this signature, with its person. */
const isStillListed = ({ document }: TrustVersion, { credential, statement }: SignedConsent): boolean =>
  document.people.some(
    ({ person, passkeys }) => person === statement.person && passkeys.some(({ id }) => id === credential),
  );

/** The earliest end of the signed windows, in milliseconds; infinite if none was signed. */
export const earliestConsentEnd = (consents: readonly SignedConsent[]): number =>
  Math.min(
    Number.POSITIVE_INFINITY,
    ...consents.map(({ statement: { notAfter } }) => Date.parse(notAfter ?? '')),
  );

/**
 * The countersignatures that a token of this grant carries. A claimed tenant's token carries as many as are required, and
 * only those whose person and key are still listed: a gateway rejects a token if any countersignature is invalid.
 *
 * @throws AccessError `grant_not_active` if gateways would reject the token for its countersignatures
 */
export async function loadCountersignatures(
  deps: SigningDeps,
  unit: TenantUnit,
  grant: StartedGrant,
  terms: Terms,
): Promise<SignedConsent[]> {
  const chain = await unit.trust.chain(grant.tenant);
  if (!isConsent(terms.basis)) return [];
  const consents = await loadConsents(unit, grant, terms);
  const current = chain.at(-1);
  const controls = (await unit.organisation.tenant(grant.tenant))?.controls;
  if (current === undefined || controls === undefined) return consents;
  const required = requiredApprovals(controls, current);
  const carried = consents.filter((each) => isStillListed(current, each)).slice(0, required);
  if (countersignedActions(terms, controls, current).length === 0) return carried;
  const objection = deps.signatures.checkCountersigned(
    {
      tenant: grant.tenant,
      terms,
      grant_nbf: Date.parse(grant.startsAt) / 1_000,
      grant_exp: Date.parse(grant.endsAt) / 1_000,
      countersignatures: carried,
    },
    {
      document: current.document,
      hash: current.hash,
      versions: new Set(chain.map(({ hash }) => hash)),
    },
  );
  if (objection !== undefined)
    throw new AccessError(
      'grant_not_active',
      `This grant lacks countersignatures that the customer’s trust document requires: ${objection.detail}.`,
    );
  return carried;
}
