import type { SignedTrustDocument } from '@countersign/contract';
import { type TransitionTable, transition } from '../transition-table.js';

/** One adopted trust document of a tenant. The newest version of the newest chain is in force. */
export interface TrustVersion extends SignedTrustDocument {
  tenant: string;
  /** Counts chains from 1. A tenant that has lost all its keys starts a new chain. */
  chain: number;
  /** Hash of the document. */
  hash: string;
  adoptedAt: string;
}

const RESET_STATES = ['open', 'used', 'cancelled'] as const;
export type ResetState = (typeof RESET_STATES)[number];

export const RESET_TRANSITIONS: TransitionTable<ResetState> = {
  open: ['used', 'cancelled'],
  used: [],
  cancelled: [],
};

/**
 * The host's statement that a claimed tenant has lost its keys. While it is open, the tenant's people may start a new chain
 * beside the one in force. It opens nothing by itself. A tenant has at most one open reset.
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

/** Ends a reset. @throws Error if it is not open */
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
