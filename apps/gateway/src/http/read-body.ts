import type { IncomingMessage } from 'node:http';
import type { OpenCall } from '../budget/open-calls.js';
import { BodyTap } from '../forward/body-tap.js';
import type { ChunkScanner } from './chunk-scanner.js';
import { AmbiguousRequest } from './refusals.js';

/** A body that must be known before the decision is one approved change, not a bulk upload. */
const MAX_KEPT = 1024 * 1024;

export type Reading = {
  chunks: ChunkScanner | undefined;
  /** So much is read, so that a client that sends more than is kept hears the answer; what comes then is not. */
  maxBytes: number;
  /** Cut as any other call, and told whether its client is waited for. */
  call: OpenCall;
  /** The monotonic clock, in milliseconds. */
  now(): number;
};

/**
 * The whole body; undefined when it is larger than 1 MiB, does not arrive whole or the call is cut. Throws
 * AmbiguousRequest for chunks that could be read in more than one way.
 */
export async function readBody(
  request: IncomingMessage,
  { chunks, maxBytes, call, now }: Reading,
): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  const onWanting = () => call.waitForClient(now());
  const tap = new BodyTap({ chunks, maxBytes, onWanting, onHeld: () => call.clientDone() });
  request.pipe(tap);
  call.onCut(() => tap.destroy());
  try {
    for await (const piece of tap as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes <= MAX_KEPT) pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof AmbiguousRequest) throw error;
    return undefined;
  } finally {
    request.unpipe(tap);
  }
  return bytes <= MAX_KEPT ? Buffer.concat(pieces) : undefined;
}
