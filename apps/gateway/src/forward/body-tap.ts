import { createHash, type Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';

/** Trailers come after the call was judged: what they say was not. */
export class TrailersSent extends Error {
  override readonly name = 'TrailersSent';
  readonly code = 'ambiguous_request';
}

/**
 * A request body on its way to the upstream: hashed as it passes, ended with an error when the client sends trailers.
 */
export class BodyTap extends Transform {
  private readonly hash: Hash = createHash('sha256');
  private ended = false;

  constructor(private readonly request: Pick<IncomingMessage, 'rawTrailers'>) {
    super();
  }

  /** `sha256:` + hex of the whole body; null while it has not passed whole. Read once. */
  get sha256(): string | null {
    return this.ended ? `sha256:${this.hash.copy().digest('hex')}` : null;
  }

  override _transform(
    chunk: Buffer,
    _encoding: string,
    done: (error: Error | null, data: Buffer) => void,
  ): void {
    this.hash.update(chunk);
    done(null, chunk);
  }

  override _flush(done: (error?: Error) => void): void {
    if (this.request.rawTrailers.length > 0) {
      done(new TrailersSent('trailers are not accepted'));
      return;
    }
    this.ended = true;
    done();
  }
}
