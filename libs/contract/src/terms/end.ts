import type { Terms } from './terms.js';

/**
 * The last moment at which a grant of these terms could be open, however late it was approved or begun, in milliseconds
 * since the epoch. `useBy` says when use begins where use is what begins it, and nothing of any other grant.
 */
export function latestEndOfTerms({
  startsOn,
  startsAt,
  lapsesAt,
  useBy,
  seconds,
}: Pick<Terms, 'startsOn' | 'startsAt' | 'lapsesAt' | 'useBy' | 'seconds'>): number {
  const begins = startsOn === 'first-use' ? useBy : startsAt;
  return Date.parse(begins ?? lapsesAt) + seconds * 1_000;
}
