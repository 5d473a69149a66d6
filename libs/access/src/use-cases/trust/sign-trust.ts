import {
  canonicalJson,
  parseSignature,
  RECOVERY_CREDENTIAL,
  type Signature,
  type TrustDocument,
} from '@countersign/contract';
import { parseInput } from '../../domain/parse-input.js';
import { requireOwnBrowser } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { factsForDocument, type TrustFacts } from '../../domain/trust/trust-document.js';
import { type ProposalSignature, type TrustProposal } from '../../domain/trust/trust-proposal.js';

import { requireStillValid } from '../../domain/trust/validate-trust-document.js';
import { AccessError } from '../../errors.js';
import type { SigningDeps } from '../shared/deps.js';
import { keptUnder, type Repeatable } from '../shared/idempotent.js';
import { adoptIn, requireSameControls } from './adopt-trust.js';
import { reviewRelayedStops } from './relayed-stops.js';
import {
  eligibleSignatures,
  loadTrustFacts,
  type ProposalView,
  proposalView,
  requireMember,
  requireOnlySignatures,
  requireOpenProposal,
} from './trust-proposals.js';

/**
 * Signs a proposal with a passkey of one's own, or with one's recovery key. The proposal is judged again as things stand
 * now. The signature that completes it makes it the trust document in force, in the same transaction; gateways that have pinned the tenant judge it by the same rules.
 *
 * @param given as it came
 * @throws AccessError `forbidden`, `not_found`, `wrong_state` if it is open no more, `invalid_request` for a signature
 *   that does not hold, `conflict` if this key has signed already another version came between, or
 *   the proposal is true no more
 */
export function signTrust(
  deps: SigningDeps,
  principal: Principal,
  tenant: string,
  id: string,
  given: unknown,
  repeatable: Repeatable = {},
): Promise<ProposalView> {
  requireOwnBrowser(principal);
  const signature = parseInput('/signature', () => parseSignature(given));
  // Across tenants: a version may bring controls with it, and end a reset that the deployment's log tells of.
  return deps.store.asVendor(
    async (vendor) => {
      const unit = await vendor.tenant(tenant);
      const person = await requireMember(unit, principal, 'trust.sign', tenant);
      const proposal = await requireOpenProposal(unit, id);
      const standing = await loadTrustFacts(deps, unit, tenant);
      const facts = factsForDocument(proposal.document, standing);
      const { current } = facts;
      requireStillValid(proposal.document, facts);
      requireSameControls(proposal, facts);
      const own = ownSignature(deps, signature, person, proposal, facts);
      const earlier = await unit.trust.signatures(id);
      if (earlier.some((each) => each.person === person.id && each.signature.credential === own.credential))
        throw new AccessError('conflict', 'This key has signed already.');
      const { now } = facts;
      const at = now.toISOString();
      const made: ProposalSignature = { proposal: id, tenant, person: person.id, signature: own, at };
      const all = [...earlier, made];
      const signatures = eligibleSignatures(all, facts.people).map((each) => each.signature);
      const signed = { document: proposal.document, signatures };
      const place = { current: current?.document ?? null, now: now.getTime() };
      const objection = deps.signatures.succession(place, signed);
      demandThatItHolds(deps, place, proposal, own);
      requireOnlySignatures(objection);
      await unit.trust.sign(made);
      const { statement: _document, ...proof } = own;
      await unit.log.append({
        type: 'trust.signed',
        at,
        actor: person.id,
        data: { proposal: id, hash: proposal.hash, person: person.id, signature: proof },
      });
      if (objection !== undefined) return proposalView(proposal, all, facts);
      const adopted = await adoptIn(vendor, proposal, signatures, standing);
      await reviewRelayedStops(deps, unit);
      return proposalView(adopted, all, facts);
    },
    keptUnder(deps, repeatable),
  );
}

/** This signature alone, so that what others have signed is not blamed for it. */
function demandThatItHolds(
  { signatures }: SigningDeps,
  place: { current: TrustDocument | null; now: number },
  { document }: TrustProposal,
  own: Signature<TrustDocument>,
): void {
  const objection = signatures.succession(place, { document, signatures: [own] });
  try {
    requireOnlySignatures(objection);
  } catch {
    throw new AccessError('invalid_request', `This signature does not hold: ${objection?.detail}.`, {
      pointer: '/signature',
    });
  }
}

/** Over this very document, and by a key of the person who hands it in. */
function ownSignature(
  { signatures }: SigningDeps,
  signature: Signature,
  person: Person,
  { document }: TrustProposal,
  { current, passkeys }: TrustFacts,
): Signature<TrustDocument> {
  if (canonicalJson(signature.statement) !== canonicalJson(document))
    throw new AccessError('invalid_request', 'This is not the document that was proposed.', {
      pointer: '/signature/statement',
    });
  const { credential } = signature;
  const hasIt = passkeys.some(({ id, person: owner }) => id === credential && owner === person.id);
  const documents = [document, ...(current === null ? [] : [current.document])];
  const isTheirs =
    credential === RECOVERY_CREDENTIAL
      ? current?.document.recovery?.some(
          (key) => key.person === person.id && signatures.recovery(signature, document, key.jwk),
        )
      : hasIt &&
        documents.some(({ people }) =>
          people.some(
            (each) => each.person === person.id && each.passkeys.some(({ id }) => id === credential),
          ),
        );
  if (isTheirs !== true)
    throw new AccessError('forbidden', 'This is signed with a key of your own that either version names.');
  return { ...signature, statement: document };
}
