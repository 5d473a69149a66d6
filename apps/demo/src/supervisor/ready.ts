import { setTimeout as wait } from 'node:timers/promises';
import { DemoError } from '../demo-error.js';

const PAUSE_MS = 50;
const ONE_CALL_MS = 2_000;

/**
 * Asks `url` until it answers 200.
 * @throws DemoError `not_ready` after `limitMs`; the signal's reason when it is aborted.
 */
export async function untilReady(
  name: string,
  url: string,
  limitMs: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  let last = 'no answer';
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    last = await ask(url, signal);
    if (last === '200') return;
    await wait(PAUSE_MS, undefined, { signal });
  }
  throw new DemoError('not_ready', `the ${name} is not ready after ${limitMs / 1000} s (${url}: ${last})`);
}

async function ask(url: string, signal: AbortSignal): Promise<string> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(ONE_CALL_MS)]) });
    await answer.body?.cancel();
    return String(answer.status);
  } catch {
    signal.throwIfAborted();
    return 'no answer';
  }
}
