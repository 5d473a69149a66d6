import { toInstant } from '@countersign/contract';
import { isTerminal, type TransitionTable, transition } from './transition-table.js';

export type GrantState = 'scheduled' | 'active' | 'ended';
export type GrantEndReason = 'expired' | 'revoked' | 'released' | 'exhausted';

export const GRANT_TRANSITIONS: TransitionTable<GrantState> = {
  scheduled: ['active', 'ended'],
  active: ['ended'],
  ended: [],
};

/** What full approval creates: a digest with a window. Nothing else lets anyone in. Instants are whole seconds, UTC. */
export interface Grant {
  id: string;
  request: string;
  tenant: string;
  service: string;
  requester: string;
  digest: string;
  /** Digest that this grant follows in time (an extension); null where it stands alone. */
  extends: string | null;
  state: GrantState;
  version: number;
  createdAt: string;
  /** Null until the first token is minted, for a grant that starts on first use; likewise `endsAt`. */
  startsAt: string | null;
  endsAt: string | null;
  /** For a grant that starts on first use: unused by then, it ends. Null for every other. */
  useBy: string | null;
  /** When people were told that it ends soon. */
  warnedAt: string | null;
  endedAt: string | null;
  endReason: GrantEndReason | null;
  /** The person who ended it; null where time, a rule or the host did. */
  endedBy: string | null;
  /** Counted from the gateways' records: calls allowed, response body bytes sent. */
  used: { calls: number; bytes: number };
  /** Counted likewise: calls that were refused. */
  refused: number;
}

/** A grant whose window is known. */
export type StartedGrant = Grant & { startsAt: string; endsAt: string };

/** Ends a grant. @throws Error where it has ended already */
export function endGrant(grant: Grant, reason: GrantEndReason, at: string, by: string | null = null): Grant {
  const state = transition(GRANT_TRANSITIONS, grant.state, 'ended');
  return { ...grant, state, version: grant.version + 1, endedAt: at, endReason: reason, endedBy: by };
}

/** Opens a scheduled grant whose window is known. @throws Error where it is not scheduled, or has no window */
export function activateGrant(grant: Grant): StartedGrant {
  const { startsAt, endsAt } = grant;
  if (startsAt === null || endsAt === null) throw new Error(`grant ${grant.id} has no window yet`);
  const state = transition(GRANT_TRANSITIONS, grant.state, 'active');
  return { ...grant, state, version: grant.version + 1, startsAt, endsAt };
}

/** The first token starts a grant that waits for its first use. @throws Error where it does not wait for one */
export function startOnFirstUse(grant: Grant, seconds: number, now: Date): StartedGrant {
  if (grant.startsAt !== null) throw new Error(`grant ${grant.id} has a window already`);
  return activateGrant({
    ...grant,
    startsAt: toInstant(now),
    endsAt: toInstant(new Date(now.getTime() + seconds * 1_000)),
  });
}

/** People have been told that it ends soon. */
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

/** People hear of the end this many seconds before it. A grant that is no longer than this ends without. */
export const WARNING_SECONDS = 600;

export type GrantStep = 'activate' | 'warn' | 'expire';

/** What has to happen next to a grant, and when; null once it has ended. */
export function nextStep(grant: Grant): { duty: GrantStep; at: string } | null {
  if (hasEnded(grant)) return null;
  const { startsAt, endsAt, useBy } = grant;
  if (startsAt === null || endsAt === null) return useBy === null ? null : { duty: 'expire', at: useBy };
  if (grant.state === 'scheduled') return { duty: 'activate', at: startsAt };
  const warning = Date.parse(endsAt) - WARNING_SECONDS * 1_000;
  if (grant.warnedAt === null && warning > Date.parse(startsAt))
    return { duty: 'warn', at: toInstant(new Date(warning)) };
  return { duty: 'expire', at: endsAt };
}

/** The next instant at which the job must look at a grant; null where it never need. */
export const nextStepAt = (grant: Grant): string | null => nextStep(grant)?.at ?? null;

/**
 * What is due now. A grant whose window is over only expires, whatever was missed before: nobody is let in or
 * warned after the end.
 */
export function dueStep(grant: Grant, now: Date): GrantStep | null {
  const next = nextStep(grant);
  if (next === null || now.getTime() < Date.parse(next.at)) return null;
  const over = grant.endsAt !== null && Date.parse(grant.endsAt) <= now.getTime();
  return over ? 'expire' : next.duty;
}
