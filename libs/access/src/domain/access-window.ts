import { isInstant, type Terms, toInstant } from '@countersign/contract';
import { AccessError } from '../errors.js';
import type { Grant } from './grant.js';

/**
 * The window of a grant at the moment of its approval: `seconds` from the approval or from `startsAt`. A late approval
 * leaves only the rest of the window that was requested. A grant that starts on first use has no window yet.
 */
export function windowAtApproval(
  terms: Terms,
  now: Date,
): Pick<Grant, 'state' | 'startsAt' | 'endsAt' | 'useBy'> {
  if (terms.startsOn === 'first-use')
    return { state: 'scheduled', startsAt: null, endsAt: null, useBy: terms.useBy ?? null };
  const requested = terms.startsAt === undefined ? now.getTime() : Date.parse(terms.startsAt);
  const instant = (ms: number) => toInstant(new Date(ms));
  // After a pause the decision may come later than `lapsesAt`. What was signed ends at this moment all the same.
  const latest = Date.parse(terms.startsAt ?? terms.lapsesAt) + terms.seconds * 1_000;
  return {
    state: requested > now.getTime() ? 'scheduled' : 'active',
    startsAt: instant(Math.max(requested, now.getTime())),
    endsAt: instant(Math.min(Date.parse(instant(requested)) + terms.seconds * 1_000, latest)),
    useBy: null,
  };
}

/** How far in the future a start, or the deadline of a first use, may lie. */
const MAX_FUTURE_SECONDS = 7 * 86_400;

/**
 * Requires that a requested instant lies in the future, and not too far. The current second still counts as future:
 * a caller whose clock agrees with ours must not lose a race.
 *
 * @param pointer JSON Pointer of the member
 * @throws AccessError `invalid_request`
 */
export function requireFutureInstant(pointer: string, instant: string | undefined, now: Date): void {
  if (instant === undefined) return;
  const name = pointer.slice(pointer.lastIndexOf('/') + 1);
  const invalid = (why: string) => new AccessError('invalid_request', `${name} ${why}.`, { pointer });
  if (!isInstant(instant)) throw invalid('is not an instant such as 2026-11-24T15:00:00Z');
  const ahead = Date.parse(instant) - Math.floor(now.getTime() / 1_000) * 1_000;
  if (ahead < 0) throw invalid('is in the past');
  if (ahead > MAX_FUTURE_SECONDS * 1_000) throw invalid('is more than 7 days ahead');
}
