import { shortDurationText } from '@countersign/wording';

/** A length of time in its two largest units, such as `3 h 58 min`. */
export const formatSeconds = (seconds: number): string => shortDurationText(seconds, 'en');

/** An instant and its distance from now: `2026-11-24T15:00:00Z (in 12 min)`. */
export function formatInstant(instant: string, now: Date): string {
  const seconds = (Date.parse(instant) - now.getTime()) / 1000;
  if (Number.isNaN(seconds)) return instant;
  return seconds >= 0
    ? `${instant} (in ${formatSeconds(seconds)})`
    : `${instant} (${formatSeconds(-seconds)} ago)`;
}
