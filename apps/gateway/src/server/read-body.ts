import type { IncomingMessage } from 'node:http';
import type { ChunkWatch } from '../request/chunk-watch.js';

/** A body that must be known before the decision is one approved change, not a bulk upload. */
const MAX_BYTES = 1024 * 1024;

/**
 * The whole body; undefined when it is larger than 1 MiB or does not arrive whole. Throws AmbiguousRequest for chunks
 * that could be read in more than one way.
 */
export async function readBody(
  request: IncomingMessage,
  chunks: ChunkWatch | undefined,
): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > MAX_BYTES) return undefined;
      pieces.push(piece);
    }
  } catch {
    return undefined;
  }
  const objection = chunks?.objection();
  if (objection !== undefined) throw objection;
  return Buffer.concat(pieces);
}
