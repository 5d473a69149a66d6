import { isTerminal, step, type TransitionTable } from '../transition-table.js';

export type GrantState = 'active' | 'ended';
export type GrantEndReason = 'expired' | 'revoked' | 'released';

export const GRANT_TRANSITIONS: TransitionTable<GrantState> = { active: ['ended'], ended: [] };

/** What full approval creates: a digest with a window. Nothing else lets anyone in. */
export interface Grant {
  id: string;
  request: string;
  tenant: string;
  service: string;
  requester: string;
  digest: string;
  state: GrantState;
  version: number;
  startsAt: string;
  endsAt: string;
  endedAt: string | null;
  endReason: GrantEndReason | null;
  /** Counted from the gateways' records: calls allowed, response body bytes sent. */
  used: { calls: number; bytes: number };
}

/** Ends a grant. @throws Error where it has ended already */
export function endGrant(grant: Grant, reason: GrantEndReason, at: string): Grant {
  const state = step(GRANT_TRANSITIONS, grant.state, 'ended');
  return { ...grant, state, version: grant.version + 1, endedAt: at, endReason: reason };
}

/** True while tokens may be minted: active and inside the window, whether or not the expiry job has run yet. */
export function isUsable(grant: Grant, now: Date): boolean {
  return (
    !isTerminal(GRANT_TRANSITIONS, grant.state) &&
    Date.parse(grant.startsAt) <= now.getTime() &&
    now.getTime() < Date.parse(grant.endsAt)
  );
}
