import { step, type TransitionTable } from '../transition-table.js';

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
  state: step(RESET_TRANSITIONS, reset.state, to),
  endedAt: at,
  endedBy: actor,
});
