import type { IncomingMessage } from 'node:http';

/** A body that must be known before the decision is one approved change, not a bulk upload. */
const MAX_BYTES = 1024 * 1024;

/** The whole body; undefined when it is larger than 1 MiB, carries trailers or does not arrive whole. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return request.rawTrailers.length > 0 ? undefined : Buffer.concat(chunks);
}
