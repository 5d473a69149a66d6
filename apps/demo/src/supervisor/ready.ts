import { get } from 'node:http';
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

/** Status of one answer. Not by `fetch`: that refuses to call ports that browsers hold for unsafe, such as 6000. */
async function ask(url: string, signal: AbortSignal): Promise<string> {
  try {
    return await statusOf(url, AbortSignal.any([signal, AbortSignal.timeout(ONE_CALL_MS)]));
  } catch {
    signal.throwIfAborted();
    return 'no answer';
  }
}

function statusOf(url: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { signal, agent: false }, (answer) => {
      resolve(String(answer.statusCode));
      answer.resume();
      answer.on('error', () => undefined);
    });
    request.on('error', reject);
  });
}
