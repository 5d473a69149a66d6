import { toInstant } from '@countersign/contract';
import { type Grant, hasEnded } from './grant.js';

/** People hear of the end this many seconds before it. A grant that is no longer than this ends without. */
export const WARNING_SECONDS = 600;

export type GrantDuty = 'activate' | 'warn' | 'expire';

/** What has to happen next to a grant, and when; null once it has ended. */
export function nextDuty(grant: Grant): { duty: GrantDuty; at: string } | null {
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
export const dueAt = (grant: Grant): string | null => nextDuty(grant)?.at ?? null;

/**
 * What is due now. A grant whose window is over only expires, whatever was missed before: nobody is let in or
 * warned after the end.
 */
export function dutyOf(grant: Grant, now: Date): GrantDuty | null {
  const next = nextDuty(grant);
  if (next === null || now.getTime() < Date.parse(next.at)) return null;
  const over = grant.endsAt !== null && Date.parse(grant.endsAt) <= now.getTime();
  return over ? 'expire' : next.duty;
}
