import type { Signature, SignedTrustDocument, TrustDocument } from '@countersign/contract';
import type { PrivacyControls } from '../organisation.js';
import { type TransitionTable, transition } from '../transition-table.js';

/** One adopted trust document of a tenant. The newest of the newest chain is the one that counts. */
export interface TrustVersion extends SignedTrustDocument {
  tenant: string;
  /** Counts geneses from 1: a tenant that has lost all its keys begins a new chain. */
  chain: number;
  /** Hash of the document. */
  hash: string;
  adoptedAt: string;
}

export const PROPOSAL_STATES = ['open', 'adopted', 'withdrawn'] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];

export const PROPOSAL_TRANSITIONS: TransitionTable<ProposalState> = {
  open: ['adopted', 'withdrawn'],
  adopted: [],
  withdrawn: [],
};

/** A trust document that waits for signatures; one at a time. */
export interface TrustProposal {
  /** `prp_…` */
  id: string;
  tenant: string;
  state: ProposalState;
  /** Counts changes; a change names the version that it was decided on (compare-and-swap). */
  version: number;
  document: TrustDocument;
  hash: string;
  /** Who proposed it: a person's id, or `host`. */
  by: string;
  /** Privacy controls that come into force with it, and those on which that was decided; null: they stay as they are. */
  controls: { before: PrivacyControls; after: PrivacyControls } | null;
  createdAt: string;
  endedAt: string | null;
}

/** One person's signature under a proposal. */
export interface ProposalSignature {
  proposal: string;
  tenant: string;
  person: string;
  signature: Signature<TrustDocument>;
  at: string;
}

/** Ends a proposal. @throws Error where it is not open */
export function endProposal(proposal: TrustProposal, to: ProposalState, at: string): TrustProposal {
  const state = transition(PROPOSAL_TRANSITIONS, proposal.state, to);
  return { ...proposal, state, version: proposal.version + 1, endedAt: at };
}

export const RESET_STATES = ['open', 'used', 'cancelled'] as const;
export type ResetState = (typeof RESET_STATES)[number];

export const RESET_TRANSITIONS: TransitionTable<ResetState> = {
  open: ['used', 'cancelled'],
  used: [],
  cancelled: [],
};

/**
 * The host's word that a claimed tenant has lost its keys: while it is open, its people may claim the tenant anew beside
 * the chain in force. It opens nothing by itself; one at a time.
 */
export interface TrustReset {
  /** `rst_…` */
  id: string;
  tenant: string;
  state: ResetState;
  reason: string;
  createdAt: string;
  endedAt: string | null;
  /** `host`, `job`, or a person's id; null while it is open. */
  endedBy: string | null;
}

/** Ends a reset. @throws Error where it is not open */
export const endReset = (
  reset: TrustReset,
  to: ResetState,
  { actor, at }: { actor: string; at: string },
): TrustReset => ({
  ...reset,
  state: transition(RESET_TRANSITIONS, reset.state, to),
  endedAt: at,
  endedBy: actor,
});
