import type { Randomness } from '@countersign/access';

/** Attempts until a delivery is given up: with the pauses below, about a day after the first. */
export const MOST_ATTEMPTS = 42;
const LONGEST_PAUSE_SECONDS = 3_600;

/**
 * How long to wait after the `attempt`-th attempt (from 1): 1 s, 2 s, 4 s, … at most an hour, of which a
 * random half is taken off, so that what failed together does not come back together.
 *
 * @returns milliseconds
 */
export function pauseMs(attempt: number, random: Randomness): number {
  const seconds = Math.min(2 ** Math.min(attempt - 1, 20), LONGEST_PAUSE_SECONDS);
  const share = new DataView(random.bytes(4).buffer).getUint32(0) / 2 ** 32;
  return Math.round(seconds * 1000 * (0.5 + share / 2));
}
