import type { IncomingMessage } from 'node:http';
import { Problem } from './problem.js';

const MAX_BODY_BYTES = 16 * 1024;

/** A body past the limit is read to its end and thrown away, so that the client hears why; but not for ever. */
const MAX_DISCARDED_BYTES = 32 * 1024 * 1024;

/** Reads a JSON body of at most 16 kB. Throws a `Problem`: 413, 415, or 400 `invalid_request`. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' && type !== 'application/merge-patch+json') {
    throw new Problem(415, 'unsupported_media_type', 'The body must be application/json.');
  }
  const bytes = await readBytes(request);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Problem(400, 'invalid_request', 'The body is not valid JSON in UTF-8.');
  }
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else if (size > MAX_DISCARDED_BYTES) throw tooLarge();
  }
  if (size > MAX_BODY_BYTES) throw tooLarge();
  return Buffer.concat(chunks);
}

const tooLarge = () =>
  new Problem(413, 'body_too_large', `A body may have at most ${MAX_BODY_BYTES} bytes.`, [], {
    connection: 'close',
  });
