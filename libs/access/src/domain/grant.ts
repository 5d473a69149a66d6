import { type Basis, type GrantEndReason, type GrantState, toInstant } from '@countersign/contract';
import { isTerminal, type TransitionTable, transition } from './transition-table.js';

export const GRANT_TRANSITIONS: TransitionTable<GrantState> = {
  scheduled: ['active', 'ended'],
  active: ['ended'],
  ended: [],
};

/** What full approval creates: a digest with a window. Only a grant gives access. Instants are whole seconds, UTC. */
export interface Grant {
  id: string;
  request: string;
  tenant: string;
  service: string;
  requester: string;
  digest: string;
  /** As in the terms. */
  basis: Basis;
  /** The digest of the grant that this one extends in time; null if it extends none. */
  extends: string | null;
  state: GrantState;
  version: number;
  createdAt: string;
  /** Null until the first token is minted, for a grant that starts on first use; likewise `endsAt`. */
  startsAt: string | null;
  endsAt: string | null;
  /** A grant that starts on first use ends if it is unused by then. Null for every other grant. */
  useBy: string | null;
  /** When people were notified that it ends soon. */
  warnedAt: string | null;
  endedAt: string | null;
  endReason: GrantEndReason | null;
  /** The person who ended it; null if time, a rule or the host did. */
  endedBy: string | null;
  /** From the gateways' records: allowed calls, and bytes of response bodies. */
  used: { calls: number; bytes: number };
  /** From the gateways' records: refused calls. */
  refused: number;
}

/** A grant whose window is known. */
export type StartedGrant = Grant & { startsAt: string; endsAt: string };

/** Ends a grant. @throws Error if it has ended already */
export function endGrant(grant: Grant, reason: GrantEndReason, at: string, by: string | null = null): Grant {
  const state = transition(GRANT_TRANSITIONS, grant.state, 'ended');
  return { ...grant, state, version: grant.version + 1, endedAt: at, endReason: reason, endedBy: by };
}

/** Activates a scheduled grant whose window is known. @throws Error if it is not scheduled, or has no window */
export function activateGrant(grant: Grant): StartedGrant {
  const { startsAt, endsAt } = grant;
  if (startsAt === null || endsAt === null) throw new Error(`grant ${grant.id} has no window yet`);
  const state = transition(GRANT_TRANSITIONS, grant.state, 'active');
  return { ...grant, state, version: grant.version + 1, startsAt, endsAt };
}

/** Starts, with its first token, a grant that waits for its first use. @throws Error if it has a window already */
export function startOnFirstUse(grant: Grant, seconds: number, now: Date): StartedGrant {
  if (grant.startsAt !== null) throw new Error(`grant ${grant.id} has a window already`);
  return activateGrant({
    ...grant,
    startsAt: toInstant(now),
    endsAt: toInstant(new Date(now.getTime() + seconds * 1_000)),
  });
}

/** Marks that people were notified of the coming end. */
export const markWarned = (grant: Grant, at: string): Grant => ({
  ...grant,
  version: grant.version + 1,
  warnedAt: at,
});

/** True while tokens may be minted: active and inside the window, whether or not the expiry job has run yet. */
export function isUsable(grant: Grant, now: Date): grant is StartedGrant {
  return (
    grant.state === 'active' &&
    grant.startsAt !== null &&
    grant.endsAt !== null &&
    Date.parse(grant.startsAt) <= now.getTime() &&
    now.getTime() < Date.parse(grant.endsAt)
  );
}

export const hasEnded = (grant: Grant): boolean => isTerminal(GRANT_TRANSITIONS, grant.state);

/** People are warned this many seconds before the end. A grant that is no longer than this ends without a warning. */
export const WARNING_SECONDS = 600;

/** What the scheduler does to a grant. */
type GrantStep = 'activate' | 'warn' | 'expire';

/** The scheduler's next step for a grant, and when it is due; null once the grant has ended. */
function nextStep(grant: Grant): { step: GrantStep; at: string } | null {
  if (hasEnded(grant)) return null;
  const { startsAt, endsAt, useBy } = grant;
  if (startsAt === null || endsAt === null) return useBy === null ? null : { step: 'expire', at: useBy };
  if (grant.state === 'scheduled') return { step: 'activate', at: startsAt };
  const warning = Date.parse(endsAt) - WARNING_SECONDS * 1_000;
  if (grant.warnedAt === null && warning > Date.parse(startsAt))
    return { step: 'warn', at: toInstant(new Date(warning)) };
  return { step: 'expire', at: endsAt };
}

/** When the scheduler must next look at a grant; null if never. */
export const nextStepAt = (grant: Grant): string | null => nextStep(grant)?.at ?? null;

/**
 * The step that is due now. A grant whose window is over only expires, whatever was missed before: nothing is
 * activated and no one is warned after the end.
 */
export function dueStep(grant: Grant, now: Date): GrantStep | null {
  const next = nextStep(grant);
  if (next === null || now.getTime() < Date.parse(next.at)) return null;
  const isOver = grant.endsAt !== null && Date.parse(grant.endsAt) <= now.getTime();
  return isOver ? 'expire' : next.step;
}
