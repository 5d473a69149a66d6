/** Whole numbers from 0 up to, but not including, `below`. */
export type Random = (below: number) => number;

/** A generator of numbers that a seed repeats (mulberry32). */
export function randomness(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A seed that a failing test prints, and that `COUNTERSIGN_TEST_SEED` repeats. */
export const seedOf = (): number => Number(process.env['COUNTERSIGN_TEST_SEED'] ?? Date.now() % 0x7fff_ffff);

export const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)] as T;
