import { setTimeout as sleep } from 'node:timers/promises';

/** Polls often at first, because most things happen at once; then less often, so that waiting costs little. */
const FIRST_PAUSE_MS = 10;
const LAST_PAUSE_MS = 50;

/**
 * Polls until the result is not undefined, null or false, and returns it.
 *
 * @param pauseMs between two polls; by default the pause grows from 10 ms to 50 ms
 * @throws Error naming `what` after `limitMs`
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T> | T,
  limitMs = 30_000,
  pauseMs?: number,
): Promise<Exclude<T, undefined | null | false>> {
  const end = performance.now() + limitMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.2, LAST_PAUSE_MS)) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) {
      return answer as Exclude<T, undefined | null | false>;
    }
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(pauseMs ?? pause);
  }
}
