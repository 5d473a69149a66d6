import { canonicalJson, type Signature, type TrustDocument } from '@countersign/contract';
import { startsNewChain, type TrustFacts } from '../../domain/trust/trust-document.js';
import { endProposal, type TrustProposal } from '../../domain/trust/trust-proposal.js';
import { type TrustVersion } from '../../domain/trust/trust-version.js';
import { AccessError } from '../../errors.js';
import type { VendorUnit } from '../../ports/index.js';
import { trustNotice } from '../notices/notices.js';
import { endResetIn } from './reset-trust.js';
import { saveProposal } from './trust-proposals.js';

/** What a proposal would change of the controls was decided on these very ones. @throws AccessError `conflict` */
export function requireSameControls({ controls }: TrustProposal, facts: Pick<TrustFacts, 'controls'>): void {
  if (controls !== null && canonicalJson(controls.before) !== canonicalJson(facts.controls))
    throw new AccessError(
      'conflict',
      'The privacy controls have changed since this was proposed. Withdraw it; it can be proposed anew.',
    );
}

/**
 * Puts a proposal in force, in the transaction of its last signature: the version, the controls that it brings, and the
 * end of an open reset. Whoever still signs the chain in force has not lost its keys; who begins anew has used the reset.
 *
 * @param facts as they stand, whatever the document was judged by
 */
export async function adoptIn(
  vendor: VendorUnit,
  proposal: TrustProposal,
  signatures: Signature<TrustDocument>[],
  facts: TrustFacts,
): Promise<TrustProposal> {
  const { id, tenant, document, hash } = proposal;
  const { current, reset, now } = facts;
  const at = now.toISOString();
  const unit = await vendor.tenant(tenant);
  const isAnew = startsNewChain(document, facts);
  const chain = (current?.chain ?? 1) + (isAnew ? 1 : 0);
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
  if (reset !== null) await endResetIn(vendor, reset, isAnew ? 'used' : 'cancelled', { actor: 'job', at });
  if (proposal.controls !== null) await bringControls(vendor, proposal, proposal.controls, at);
  await unit.feed.changed('trust', tenant);
  await unit.outbox.add(trustNotice(tenant, 'adopted', hash, at));
  return adopted;
}

async function bringControls(
  { organisation, tenant: inTenant }: VendorUnit,
  { id, tenant }: TrustProposal,
  { before, after }: NonNullable<TrustProposal['controls']>,
  at: string,
): Promise<void> {
  const record = await organisation.tenant(tenant);
  if (record === null) throw new AccessError('conflict', 'This tenant is here no more.');
  await organisation.saveTenant({ ...record, controls: after });
  const { log, feed } = await inTenant(tenant);
  await log.append({
    type: 'tenant.change',
    at,
    actor: 'job',
    data: { tenant, before, after, proposal: id },
  });
  await feed.changed('tenant', tenant);
}
