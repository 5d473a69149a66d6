import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks every `pauseMs` until there is an answer other than undefined, null or false, and gives it.
 * @throws Error naming `what` after `limitMs`
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T> | T,
  limitMs = 10_000,
  pauseMs = 10,
): Promise<Exclude<T, undefined | null | false>> {
  const end = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) {
      return answer as Exclude<T, undefined | null | false>;
    }
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await pause(pauseMs);
  }
}
