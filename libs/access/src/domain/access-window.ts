import { isInstant, type Terms, toInstant } from '@countersign/contract';
import { AccessError } from '../errors.js';
import type { Grant } from './grant.js';

/**
 * When a grant of these terms is open, as known at the moment of its approval: from the approval on, or from
 * `startsAt` on, for `seconds`. Approved late it has only what is left of the window that was asked for; one
 * that starts on first use has no window yet.
 */
export function windowAtApproval(
  terms: Terms,
  now: Date,
): Pick<Grant, 'state' | 'startsAt' | 'endsAt' | 'useBy'> {
  if (terms.startsOn === 'first-use')
    return { state: 'scheduled', startsAt: null, endsAt: null, useBy: terms.useBy ?? null };
  const asked = terms.startsAt === undefined ? now.getTime() : Date.parse(terms.startsAt);
  const instant = (ms: number) => toInstant(new Date(ms));
  return {
    state: asked > now.getTime() ? 'scheduled' : 'active',
    startsAt: instant(Math.max(asked, now.getTime())),
    endsAt: instant(Date.parse(instant(asked)) + terms.seconds * 1_000),
    useBy: null,
  };
}

/** How far ahead a start, or the last day of a first use, may lie. */
export const MAX_AHEAD_SECONDS = 7 * 86_400;

/**
 * A time that is asked for lies ahead, and not too far. The second that has begun still counts as ahead: callers
 * whose clocks agree must not lose a race.
 *
 * @param pointer JSON Pointer of the member
 * @throws AccessError `invalid_request`
 */
export function requireFutureInstant(pointer: string, instant: string | undefined, now: Date): void {
  if (instant === undefined) return;
  const name = pointer.slice(pointer.lastIndexOf('/') + 1);
  const refuse = (what: string) => new AccessError('invalid_request', `${name} ${what}.`, { pointer });
  if (!isInstant(instant)) throw refuse('is no instant such as 2026-11-24T15:00:00Z');
  const ahead = Date.parse(instant) - Math.floor(now.getTime() / 1_000) * 1_000;
  if (ahead < 0) throw refuse('is in the past');
  if (ahead > MAX_AHEAD_SECONDS * 1_000) throw refuse('is more than 7 days ahead');
}
