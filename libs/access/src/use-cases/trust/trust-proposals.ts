import {
  type Permission,
  parseTrustDocument,
  statementHash,
  type TrustDocument,
} from '@countersign/contract';
import { requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { isActivePasskey, signingPageRelyingParty } from '../../domain/trust/passkey.js';
import {
  draftTrust,
  factsForDocument,
  mayBeNamedInTrust,
  type TrustFacts,
} from '../../domain/trust/trust-document.js';
import {
  endProposal,
  NOTHING_NEEDED,
  type ProposalNeeds,
  type ProposalSignature,
  proposalNeeds,
  type TrustProposal,
} from '../../domain/trust/trust-proposal.js';
import type { TrustVersion } from '../../domain/trust/trust-version.js';
import { requireNoFewerSigners, validateTrustDocument } from '../../domain/trust/validate-trust-document.js';
import { parseInput } from '../../domain/validate-input.js';
import { AccessError, changedMeanwhile, notFound } from '../../errors.js';
import type { Objection, ReadUnit, TenantUnit } from '../../ports/index.js';
import { trustNotice } from '../notices/notices.js';
import { type Deps, idempotencyOptions, type Repeatable, type SigningDeps } from '../shared/deps.js';
import { requireTenantAccess } from '../shared/tenant-access.js';
import { readAsPerson } from '../shared/visible-objects.js';

/** A proposal with its signatures, and those that it still lacks. */
export interface ProposalView {
  proposal: TrustProposal;
  signatures: ProposalSignature[];
  needs: ProposalNeeds;
}

/** The objections of a valid proposal that only lacks signatures. */
const LACKS_SIGNATURES: ReadonlySet<string> = new Set(['too_few', 'key_has_not_signed']);

/** @throws AccessError `conflict` for an objection that more signatures would not remove */
export function requireOnlySignatures(objection: Objection | undefined): void {
  if (objection !== undefined && !LACKS_SIGNATURES.has(objection.reason))
    throw new AccessError('conflict', `This document cannot come next: ${objection.detail}.`);
}

/** The person as stored now, in their own tenant. @throws AccessError `forbidden`, `not_found` */
export async function requireMember(
  unit: Pick<TenantUnit, 'organisation'>,
  principal: Principal,
  permission: Permission,
  tenant: string,
): Promise<Person> {
  const member = await unit.organisation.person(principal.person.id);
  if (member === null || member.tenant !== tenant) throw notFound('tenant');
  requirePermission(principal, permission, member);
  return member;
}

type Reads = Pick<ReadUnit, 'organisation' | 'authenticators' | 'trust'>;

/** Loads the facts from which this tenant's documents are drafted, and by which they are checked. */
export async function loadTrustFacts(
  { store, clock, relyingParty }: Pick<SigningDeps, 'store' | 'clock' | 'relyingParty'>,
  unit: Reads,
  tenant: string,
): Promise<TrustFacts> {
  const record = await unit.organisation.tenant(tenant);
  if (record === null) throw notFound('tenant');
  const now = clock.now();
  const current = await unit.trust.current(tenant);
  const passkeys = await unit.authenticators.passkeys(tenant);
  return {
    deployment: store.deployment,
    tenant,
    people: await unit.organisation.people(tenant),
    passkeys: current === null ? passkeys.filter((each) => isActivePasskey(each, now)) : passkeys,
    recoveryKeys: await unit.authenticators.recoveryKeys(tenant),
    controls: record.controls,
    current,
    reset: await unit.trust.openReset(tenant),
    defaultRelyingParty: relyingParty,
    nextRelyingParty: null,
    now,
  };
}

/**
 * The document that could be proposed with the current people, passkeys and controls.
 *
 * @param origin of a signing page of the customer's own, to sign at from then on
 * @throws AccessError `forbidden`, `not_found`, `conflict` if no one has a passkey yet
 */
export function readTrustDraft(
  deps: SigningDeps,
  principal: Principal,
  tenant: string,
  origin?: string,
): Promise<TrustDocument> {
  requireTenantAccess(principal, 'trust.read', tenant);
  return readAsPerson(deps, principal.person, async (unit) => {
    const facts = await loadTrustFacts(deps, unit, tenant);
    const nextRelyingParty =
      origin === undefined ? null : signingPageRelyingParty(origin, facts.current?.document ?? null);
    const draft = draftTrust({ ...facts, nextRelyingParty });
    if (draft === null)
      throw new AccessError(
        'conflict',
        'No one has a passkey that counts yet. Enrol one, and wait until it counts or let another admin confirm it.',
      );
    return draft;
  });
}

/**
 * Proposes the next trust document, as the tenant's admin. It has no effect until enough of the tenant's people have signed.
 *
 * @param input as received
 * @throws AccessError `forbidden`, `not_found`, `invalid_request`, `conflict` if a proposal is open or this document cannot
 *   come next
 */
export function proposeTrust(
  deps: SigningDeps,
  principal: Principal,
  tenant: string,
  input: unknown,
  repeatable: Repeatable = {},
): Promise<ProposalView> {
  const document = parseInput('/document', () => parseTrustDocument(input));
  return deps.store.forTenant(
    tenant,
    async (unit) => {
      const person = await requireMember(unit, principal, 'trust.propose', tenant);
      const currentFacts = await loadTrustFacts(deps, unit, tenant);
      const facts = factsForDocument(document, currentFacts);
      requireProposable(deps, document, facts);
      requireNoFewerSigners(document, currentFacts);
      const proposal = await proposeIn(deps, unit, { document, by: person.id, controls: null });
      return proposalView(proposal, [], facts);
    },
    idempotencyOptions(deps, repeatable),
  );
}

/**
 * Requires that this document lacks only signatures to come next.
 *
 * @throws AccessError `invalid_request`, `conflict`
 */
function requireProposable(
  { signatures }: Pick<SigningDeps, 'signatures'>,
  document: TrustDocument,
  facts: TrustFacts,
): void {
  validateTrustDocument(document, facts);
  const current = facts.current?.document ?? null;
  requireOnlySignatures(
    signatures.checkSuccession({ current, now: facts.now.getTime() }, { document, signatures: [] }),
  );
}

/** Opens a proposal, with its event and notice. @throws AccessError `conflict` if one is open */
export async function proposeIn(
  { ids, hashing, clock }: Deps,
  { tenant, trust, log, outbox }: TenantUnit,
  { document, by, controls }: Pick<TrustProposal, 'document' | 'by' | 'controls'>,
): Promise<TrustProposal> {
  const at = clock.now().toISOString();
  const proposal: TrustProposal = {
    id: ids.next('prp'),
    tenant,
    state: 'open',
    version: 1,
    document,
    hash: statementHash(hashing, document),
    by,
    controls,
    createdAt: at,
    endedAt: null,
  };
  await trust.propose(proposal);
  const { id, hash } = proposal;
  const withControls = controls === null ? {} : { controls };
  await log.append({
    type: 'trust.proposed',
    at,
    actor: by,
    data: { proposal: id, hash, document, ...withControls },
  });
  await outbox.add(trustNotice(tenant, 'proposed', id, at));
  return proposal;
}

/** Withdraws a proposal; any admin of the tenant may. @throws AccessError `forbidden`, `not_found`, `wrong_state` */
export function withdrawProposal(
  deps: Deps,
  principal: Principal,
  tenant: string,
  id: string,
): Promise<TrustProposal> {
  return deps.store.forTenant(tenant, async (unit) => {
    const person = await requireMember(unit, principal, 'trust.propose', tenant);
    const proposal = await requireOpenProposal(unit, id);
    return withdrawProposalIn(unit, proposal, { actor: person.id, at: deps.clock.now().toISOString() });
  });
}

/** @throws AccessError `conflict` if someone else changed it first */
export async function withdrawProposalIn(
  unit: TenantUnit,
  proposal: TrustProposal,
  { actor, at }: { actor: string; at: string },
): Promise<TrustProposal> {
  const { id, tenant, hash } = proposal;
  const ended = endProposal(proposal, 'withdrawn', at);
  await saveProposal(unit, ended);
  await unit.log.append({ type: 'trust.withdrawn', at, actor, data: { proposal: id, hash } });
  await unit.outbox.add(trustNotice(tenant, 'withdrawn', id, at));
  return ended;
}

/** @throws AccessError `not_found`, `wrong_state` if it is no longer open */
export async function requireOpenProposal({ trust }: TenantUnit, id: string): Promise<TrustProposal> {
  const proposal = await trust.proposal(id);
  if (proposal === null) throw notFound('proposal');
  if (proposal.state !== 'open')
    throw new AccessError('wrong_state', `This proposal is ${proposal.state} already.`);
  return proposal;
}

/** @throws AccessError `conflict` if someone else changed it first */
export async function saveProposal({ trust }: TenantUnit, proposal: TrustProposal): Promise<void> {
  if (!(await trust.updateProposal(proposal))) throw changedMeanwhile('proposal');
}

/** The signatures of people who may still sign. A person who left, or lost their role, no longer counts. */
export function eligibleSignatures(
  signatures: readonly ProposalSignature[],
  people: readonly Person[],
): ProposalSignature[] {
  const able = new Set(people.filter(mayBeNamedInTrust).map(({ id }) => id));
  return signatures.filter(({ person }) => able.has(person));
}

export const proposalView = (
  proposal: TrustProposal,
  signatures: ProposalSignature[],
  { current, people }: { current: TrustVersion | null; people: readonly Person[] },
): ProposalView => ({
  proposal,
  signatures,
  needs:
    proposal.state === 'open'
      ? proposalNeeds(current?.document ?? null, proposal.document, eligibleSignatures(signatures, people))
      : NOTHING_NEEDED,
});
