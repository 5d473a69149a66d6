import type { ProposalView, TrustView } from '@countersign/access';
import type { Trust, TrustProposal } from '@countersign/api';
import { logOrigin, verifierKey } from '@countersign/audit-log';
import { DEPLOYMENT_SLUG, type Hashing } from '@countersign/contract';
import { controlsMembers } from '../tenants/controls-members.js';

export const proposalAnswer = ({ proposal, signatures, needs }: ProposalView): TrustProposal => {
  const { id, state, document, hash, by, controls, createdAt, endedAt } = proposal;
  const signed = signatures.map(({ person, signature, at }) => ({
    person,
    credential: signature.credential,
    at,
  }));
  return {
    ...{ id, state, document, hash, signatures: signed, needs, by, createdAt, endedAt },
    controls:
      controls === null
        ? null
        : { before: controlsMembers(controls.before), after: controlsMembers(controls.after) },
  };
};

export function trustAnswer(
  { chain, proposal, reset, logKey, log, gateways }: TrustView,
  {
    deployment,
    tenant,
    hashing,
    gatewayUrl,
  }: { deployment: string; tenant: string; hashing: Hashing; gatewayUrl: string },
): Trust {
  const [genesis] = chain;
  const current = chain.at(-1);
  const publicKey = logKey === null ? null : Buffer.from(String(logKey['x']), 'base64url');
  const keyOf = (slug: string) =>
    publicKey === null ? null : verifierKey(hashing, logOrigin(deployment, slug, log.epoch), publicKey);
  const [vkey, deploymentVkey] = [keyOf(tenant), keyOf(DEPLOYMENT_SLUG)];
  return {
    claimed: current !== undefined,
    trust: current?.hash ?? null,
    document: current?.document ?? null,
    signatures: current?.signatures ?? [],
    seq: current?.document.seq ?? null,
    validUntil: current?.document.validUntil ?? null,
    vkey,
    log,
    anchor:
      genesis === undefined || vkey === null || deploymentVkey === null
        ? null
        : { deployment, tenant, trust: genesis.hash, vkey, deploymentVkey },
    chain: chain.map(({ document, hash, adoptedAt }) => ({ seq: document.seq, hash, at: adoptedAt })),
    proposal: proposal === null ? null : proposalAnswer(proposal),
    reset: reset === null ? null : { id: reset.id, reason: reset.reason, createdAt: reset.createdAt },
    gatewayUrl,
    gateways: gateways.map(({ id, name, publicKey, services, pin }) => ({
      id,
      name,
      publicKey,
      services,
      pinned: pin?.pinned ?? null,
      atLeast: pin?.atLeast ?? [],
      current: pin?.current ?? null,
      behind: pin?.behind ?? null,
      alarm: pin?.alarm ?? null,
    })),
  };
}
