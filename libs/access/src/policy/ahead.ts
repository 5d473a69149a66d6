import { isInstant } from '@countersign/contract';
import { AccessError } from '../errors.js';

/** How far ahead a start, or the last day of a first use, may lie. */
export const MAX_AHEAD_SECONDS = 7 * 86_400;

/**
 * A time that is asked for lies ahead, and not too far. The second that has begun still counts as ahead: callers
 * whose clocks agree must not lose a race.
 *
 * @param pointer JSON Pointer of the member
 * @throws AccessError `invalid_request`
 */
export function requireAhead(pointer: string, instant: string | undefined, now: Date): void {
  if (instant === undefined) return;
  const name = pointer.slice(pointer.lastIndexOf('/') + 1);
  const refuse = (what: string) => new AccessError('invalid_request', `${name} ${what}.`, { pointer });
  if (!isInstant(instant)) throw refuse('is no instant such as 2026-11-24T15:00:00Z');
  const ahead = Date.parse(instant) - Math.floor(now.getTime() / 1_000) * 1_000;
  if (ahead < 0) throw refuse('is in the past');
  if (ahead > MAX_AHEAD_SECONDS * 1_000) throw refuse('is more than 7 days ahead');
}
