import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ContextRefused } from './verify-context.js';

/**
 * The hash of a request's whole body, as `sha256:` + hex. The body is put back, so that the handler reads it as if it had
 * not been read. Throws ContextRefused `other_body` above `maxBytes` or if the body does not arrive whole, and
 * `body_already_read` if something has read from it before.
 *
 * The bytes are put back in the turn in which the last of them is read: the stream has then ended for the sender, and has
 * not yet reported its end to the reader (`readable.unshift`, Node's stream documentation).
 */
export function hashBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  if (request.readableDidRead || request.readableEnded)
    return Promise.reject(
      new ContextRefused('body_already_read', 'the context must be verified before the body is read'),
    );
  // Not touched: reading would make an empty stream report its end before the handler listens.
  if (request.complete && request.readableLength === 0) return Promise.resolve(sha256([]));
  // Its events are over: none would come any more.
  if (request.destroyed)
    return Promise.reject(new ContextRefused('other_body', 'the body did not arrive whole'));
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const done = (end: () => void) => {
      request.off('readable', onReadable);
      request.off('end', onEnd);
      request.off('error', onGone);
      request.off('close', onGone);
      end();
    };
    const fail = (text: string) => done(() => reject(new ContextRefused('other_body', text)));
    const onGone = () => fail('the body did not arrive whole');
    const onReadable = () => {
      for (
        let piece = request.read() as Buffer | null;
        piece !== null;
        piece = request.read() as Buffer | null
      ) {
        pieces.push(piece);
        bytes += piece.length;
      }
      if (bytes > maxBytes) return fail('the body is larger than the gateway reads before it decides');
      if (!request.complete) return;
      if (bytes > 0) request.unshift(Buffer.concat(pieces));
      done(() => resolve(sha256(pieces)));
    };
    // Only an empty body ends here: any other was put back when its last byte was read.
    const onEnd = () => done(() => resolve(sha256([])));
    request.on('readable', onReadable);
    request.on('end', onEnd);
    request.on('error', onGone);
    request.on('close', onGone);
  });
}

function sha256(pieces: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return `sha256:${hash.digest('hex')}`;
}
