import { median } from './table.js';

const ROUNDS = 5;
const ROUND_MS = 250;
/** So many calls between two looks at the clock. */
const BURST = 16;

/** A subject: one call does `work` once; the number says which time it is. */
export type Work = (index: number) => unknown;

export type Comparison = {
  /** Calls a second, the median of the rounds. */
  ours: number;
  rivals: number;
  /** The median of the rounds' own ratios, so that a machine that slows down hurts both. */
  ratio: number;
};

/** Runs both in turn, A B A B, after a round each to warm up. Work that gives a promise is waited for. */
export async function compare(ours: Work, rival: Work): Promise<Comparison> {
  await rate(ours);
  await rate(rival);
  const rounds: { ours: number; rivals: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({ ours: await rate(ours), rivals: await rate(rival) });
  }
  return {
    ours: median(rounds.map((round) => round.ours)),
    rivals: median(rounds.map((round) => round.rivals)),
    ratio: median(rounds.map((round) => round.ours / round.rivals)),
  };
}

async function rate(work: Work): Promise<number> {
  const began = performance.now();
  let index = 0;
  let elapsed = 0;
  while (elapsed < ROUND_MS) {
    for (const end = index + BURST; index < end; index += 1) {
      const result = work(index);
      if (result instanceof Promise) await result;
    }
    elapsed = performance.now() - began;
  }
  return (index / elapsed) * 1000;
}

/** How long a piece of work takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
