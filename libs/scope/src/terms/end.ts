import { toInstant } from '../core/time.js';
import type { Terms } from './terms.js';

/** The last instant at which a grant of these terms could be open, however late it was approved or begun. */
export function endOfTerms({ startsAt, lapsesAt, useBy, seconds }: Terms): string {
  const latest = Math.max(Date.parse(startsAt ?? lapsesAt), useBy === undefined ? 0 : Date.parse(useBy));
  return toInstant(new Date(latest + seconds * 1_000));
}
