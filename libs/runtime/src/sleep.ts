import { setTimeout as delay } from 'node:timers/promises';

/**
 * Resolves after `milliseconds`, or as soon as the signal is aborted, whichever is first. It never rejects: a loop that
 * waits looks at its signal anyway.
 *
 * @param keepsAlive false: the process may end while this sleeps
 */
export async function sleep(milliseconds: number, signal?: AbortSignal, keepsAlive = true): Promise<void> {
  const options = signal === undefined ? { ref: keepsAlive } : { ref: keepsAlive, signal };
  await delay(milliseconds, undefined, options).catch(() => undefined);
}

/**
 * The work's result, or undefined once `limitMs` have passed. The work itself goes on; a failure of late work goes
 * unnoticed. Rejects with what the work throws in time.
 */
export async function withinTime<T>(work: Promise<T>, limitMs: number): Promise<T | undefined> {
  const over = new AbortController();
  try {
    return await Promise.race([work, sleep(limitMs, over.signal).then(() => undefined)]);
  } finally {
    over.abort();
  }
}

/**
 * Settles as the work does, but only when a whole number of steps has passed since the call. So the time of an answer does
 * not tell which way the work took, as long as every way takes less than a step.
 */
export async function inStepsOf<T>(stepMs: number, work: () => Promise<T>): Promise<T> {
  const begunAt = performance.now();
  try {
    return await work();
  } finally {
    const elapsed = performance.now() - begunAt;
    await sleep(Math.ceil(Math.ceil(elapsed / stepMs) * stepMs - elapsed));
  }
}
