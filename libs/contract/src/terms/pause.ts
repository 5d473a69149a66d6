import type { Terms } from './terms.js';

/** A question stops the clock of a request once, and never for longer than this. */
export const MAX_PAUSE_SECONDS = 4 * 3_600;

/**
 * The last moment for a decision on terms whose clock a question has stopped, in milliseconds since the epoch. The digest does
 * not change, so what an approver signs still ends at `lapsesAt` + `seconds`. At least half of the requested time is left,
 * and no fixed time of the terms moves.
 */
export function latestDecisionAfterPause({ lapsesAt, seconds, useBy, startsAt }: Terms): number {
  const lapses = Date.parse(lapsesAt);
  const bounds = [lapses + Math.min(MAX_PAUSE_SECONDS, Math.floor(seconds / 2)) * 1_000];
  if (useBy !== undefined) bounds.push(Date.parse(useBy));
  if (startsAt !== undefined) bounds.push(Date.parse(startsAt) + seconds * 1_000);
  return Math.max(lapses, Math.min(...bounds));
}
