import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** The client has gone, or reads so slowly that others would wait for it. */
export class ClientLeft extends Error {}

/** `stalledMs`: how long a client may take nothing. `wholeMs`: how long a pack may take until its last byte. */
interface Patience {
  stalledMs: number;
  wholeMs: number;
}

const PATIENCE: Patience = { stalledMs: 30_000, wholeMs: 30 * 60_000 };

/**
 * Writes into an answer as fast as its client reads. A broker makes few packs at once, and the next one waits: so a client that
 * stops reading keeps its place for a moment only.
 *
 * @returns what takes the bytes. It throws ClientLeft
 */
export function answerSink(
  response: Writable,
  { stalledMs, wholeMs }: Patience = PATIENCE,
): (bytes: Uint8Array) => Promise<void> {
  const until = performance.now() + wholeMs;
  return async (bytes) => {
    if (response.closed || performance.now() >= until) throw new ClientLeft();
    if (!response.write(bytes)) await drained(response, stalledMs);
  };
}

async function drained(response: Writable, stalledMs: number): Promise<void> {
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
