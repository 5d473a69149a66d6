import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** The client has disconnected, wants no content, or reads so slowly that it would block other packs. */
export class ClientLeft extends Error {}

/** `stalledMs`: how long a client may read nothing. `wholeMs`: how long the whole download may take. */
interface DownloadLimits {
  stalledMs: number;
  wholeMs: number;
}

const LIMITS: DownloadLimits = { stalledMs: 30_000, wholeMs: 30 * 60_000 };

/**
 * Writes into an answer as fast as its client reads. A broker makes few packs at once, so a client that stops reading is
 * disconnected soon: others are waiting.
 *
 * @returns the function that receives the bytes. It throws ClientLeft
 */
export function answerSink(
  response: Writable,
  { stalledMs, wholeMs }: DownloadLimits = LIMITS,
): (bytes: Uint8Array) => Promise<void> {
  const until = performance.now() + wholeMs;
  return async (bytes) => {
    if (response.writableEnded || response.closed || performance.now() >= until) throw new ClientLeft();
    if (!response.write(bytes)) await waitForDrain(response, stalledMs);
  };
}

async function waitForDrain(response: Writable, stalledMs: number): Promise<void> {
  const waited = new AbortController();
  const signal = AbortSignal.any([waited.signal, AbortSignal.timeout(stalledMs)]);
  try {
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  } catch {
    throw new ClientLeft();
  } finally {
    waited.abort();
  }
}
