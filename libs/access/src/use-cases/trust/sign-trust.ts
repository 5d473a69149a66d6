import {
  canonicalJson,
  parseSignature,
  RECOVERY_CREDENTIAL,
  type Signature,
  type TrustDocument,
} from '@countersign/contract';
import type { Person, Principal } from '../../domain/person.js';
import { factsForDocument, startsNewChain, type TrustFacts } from '../../domain/trust/trust-document.js';
import {
  endProposal,
  type ProposalSignature,
  type TrustProposal,
} from '../../domain/trust/trust-proposal.js';
import type { TrustVersion } from '../../domain/trust/trust-version.js';
import { requireStillValid } from '../../domain/trust/validate-trust-document.js';
import { parseInput } from '../../domain/validate-input.js';
import { AccessError } from '../../errors.js';
import type { TenantUnit, VendorUnit } from '../../ports/index.js';
import { notifyingOutdated } from '../evaluation/reevaluate.js';
import { trustNotice } from '../notices/notices.js';
import { changeControlsIn } from '../organisation/change-controls.js';
import { idempotencyOptions, type Repeatable, type SigningDeps } from '../shared/deps.js';
import { reviewRelayedStops } from './relayed-stops.js';
import { endResetIn } from './reset-trust.js';
import {
  eligibleSignatures,
  loadTrustFacts,
  type ProposalView,
  proposalView,
  requireMember,
  requireOnlySignatures,
  requireOpenProposal,
  saveProposal,
} from './trust-proposals.js';

/**
 * Signs a proposal with the caller's passkey or recovery key. The proposal is checked again by the current facts. The last
 * required signature puts it in force, in the same transaction. Gateways that have pinned the tenant apply the same rules.
 *
 * @param input as received
 * @throws AccessError `forbidden`, `not_found`, `wrong_state` if it is no longer open, `invalid_request` for an invalid
 *   signature, `conflict` if this key has signed already, another version came between, or the proposal is no longer valid
 */
export function signTrust(
  deps: SigningDeps,
  principal: Principal,
  tenant: string,
  id: string,
  input: unknown,
  repeatable: Repeatable = {},
): Promise<ProposalView> {
  const signature = parseInput('/signature', () => parseSignature(input));
  // As the vendor: a version may change the tenant's controls, and end a reset that the deployment's log records.
  return deps.store.asVendor(
    (vendor) => signIn(deps, vendor, principal, { tenant, id, signature }),
    idempotencyOptions(deps, repeatable),
  );
}

async function signIn(
  deps: SigningDeps,
  vendor: VendorUnit,
  principal: Principal,
  { tenant, id, signature }: { tenant: string; id: string; signature: Signature },
): Promise<ProposalView> {
  const unit = await vendor.tenant(tenant);
  const person = await requireMember(unit, principal, 'trust.sign', tenant);
  const proposal = await requireOpenProposal(unit, id);
  const currentFacts = await loadTrustFacts(deps, unit, tenant);
  const facts = factsForDocument(proposal.document, currentFacts);
  const { current } = facts;
  requireStillValid(proposal.document, facts);
  requireSameControls(proposal, facts);
  const own = requireOwnSignature(deps, signature, person, proposal, facts);
  const earlier = await unit.trust.signatures(id);
  if (earlier.some((each) => each.person === person.id && each.signature.credential === own.credential))
    throw new AccessError('conflict', 'This key has signed already.');
  const { now } = facts;
  const at = now.toISOString();
  const ownSignature: ProposalSignature = { proposal: id, tenant, person: person.id, signature: own, at };
  const all = [...earlier, ownSignature];
  const signatures = eligibleSignatures(all, facts.people).map((each) => each.signature);
  const signed = { document: proposal.document, signatures };
  const place = { current: current?.document ?? null, now: now.getTime() };
  const objection = deps.signatures.checkSuccession(place, signed);
  requireValidOnItsOwn(deps, place, proposal, own);
  requireOnlySignatures(objection);
  await unit.trust.sign(ownSignature);
  const { statement: _document, ...proof } = own;
  await unit.log.append({
    type: 'trust.signed',
    at,
    actor: person.id,
    data: { proposal: id, hash: proposal.hash, person: person.id, signature: proof },
  });
  if (objection !== undefined) return proposalView(proposal, all, facts);
  const adopted = await notifyingOutdated(unit, now, () =>
    adoptIn(deps, { vendor, unit }, proposal, signatures, currentFacts),
  );
  await reviewRelayedStops(deps, unit);
  return proposalView(adopted, all, facts);
}

/** Checks this signature alone, so that the error does not blame another one. */
function requireValidOnItsOwn(
  { signatures }: SigningDeps,
  place: { current: TrustDocument | null; now: number },
  { document }: TrustProposal,
  own: Signature<TrustDocument>,
): void {
  const objection = signatures.checkSuccession(place, { document, signatures: [own] });
  try {
    requireOnlySignatures(objection);
  } catch {
    throw new AccessError('invalid_request', `This signature is not valid: ${objection?.detail}.`, {
      pointer: '/signature',
    });
  }
}

/** Requires a signature over this document by a key of this person. */
function requireOwnSignature(
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
          (key) => key.person === person.id && signatures.isSignedByRecoveryKey(signature, document, key.jwk),
        )
      : hasIt &&
        documents.some(({ people }) =>
          people.some(
            (each) => each.person === person.id && each.passkeys.some(({ id }) => id === credential),
          ),
        );
  if (isTheirs !== true)
    throw new AccessError(
      'forbidden',
      'Sign with a key of your own that the current version or this document lists.',
    );
  return { ...signature, statement: document };
}

/** Requires that the controls are still those that the proposal was decided on. @throws AccessError `conflict` */
function requireSameControls({ controls }: TrustProposal, facts: Pick<TrustFacts, 'controls'>): void {
  if (controls !== null && canonicalJson(controls.before) !== canonicalJson(facts.controls))
    throw new AccessError(
      'conflict',
      'The privacy controls have changed since this was proposed. Withdraw it and propose it again.',
    );
}

/**
 * Puts a proposal in force, in the transaction of its last signature: stores the version, applies its controls, and ends an
 * open reset. A signature under the current chain proves that its keys are not lost, so the reset is cancelled; a new chain
 * uses the reset up.
 *
 * @param units the vendor's unit and the tenant's inside it: the one that evaluates the tenant's requests afterwards, because a unit
 *   keeps the trust document that it has read
 * @param facts the current facts, even if the document was checked without the current chain
 */
async function adoptIn(
  deps: Pick<SigningDeps, 'ids'>,
  { vendor, unit }: { vendor: VendorUnit; unit: TenantUnit },
  proposal: TrustProposal,
  signatures: Signature<TrustDocument>[],
  facts: TrustFacts,
): Promise<TrustProposal> {
  const { id, tenant, document, hash } = proposal;
  const { current, reset, now } = facts;
  const at = now.toISOString();
  const isNewChain = startsNewChain(document, facts);
  const chain = (current?.chain ?? 1) + (isNewChain ? 1 : 0);
  const version: TrustVersion = { tenant, chain, hash, document, signatures, adoptedAt: at };
  await unit.trust.adopt(version);
  const adopted = endProposal(proposal, 'adopted', at);
  await saveProposal(unit, adopted);
  await unit.log.append({
    type: 'trust.adopted',
    at,
    actor: 'job',
    data: { proposal: id, hash, seq: document.seq, prev: document.prev ?? null, chain },
  });
  if (reset !== null)
    await endResetIn(vendor, reset, isNewChain ? 'used' : 'cancelled', { actor: 'job', at });
  if (proposal.controls !== null) await applyControls(deps, vendor, proposal, proposal.controls, at);
  await unit.feed.changed('trust', tenant);
  await unit.outbox.add(trustNotice(tenant, 'adopted', hash, at));
  return adopted;
}

/** What the people have signed needs no confirmation; the tenant's delay still applies to what it widens. */
async function applyControls(
  deps: Pick<SigningDeps, 'ids'>,
  vendor: VendorUnit,
  { id, by, tenant }: TrustProposal,
  { after }: NonNullable<TrustProposal['controls']>,
  at: string,
): Promise<void> {
  const record = await vendor.organisation.tenant(tenant);
  if (record === null) throw new AccessError('conflict', 'This tenant has been removed.');
  await changeControlsIn(deps, vendor, record, after, { actor: 'job', at, proposal: { id, by } });
}
