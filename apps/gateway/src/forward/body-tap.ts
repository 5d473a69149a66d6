import { createHash, type Hash } from 'node:crypto';
import { Transform } from 'node:stream';
import type { ChunkScanner } from '../http/chunk-scanner.js';

/** The request has more bytes than is allowed. For a chunked body the size is not known before. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
  readonly code = 'body_too_large';
}

type BodyRules = {
  /** Present if the body is chunked. */
  chunks: ChunkScanner | undefined;
  maxBytes: number;
  /** Called when the gateway waits for the client. */
  onWaitForClient(): void;
  /** Called when enough has arrived for now, or all of it: the gateway waits for the upstream. */
  onClientDone(): void;
  /** Called when the last byte has passed. */
  onBodyArrived?(): void;
};

/**
 * A request body on its way to the upstream. It is hashed as it passes. It ends with AmbiguousRequest if its chunks
 * violate the strict coding, and with BodyTooLarge after its last permitted byte.
 */
export class BodyTap extends Transform {
  private readonly hash: Hash = createHash('sha256');
  private bytes = 0;
  private ended = false;

  constructor(private readonly rules: BodyRules) {
    super();
  }

  /** `sha256:` + hex of the whole body; null unless all of it has passed. Read once. */
  get sha256(): string | null {
    return this.ended ? `sha256:${this.hash.copy().digest('hex')}` : null;
  }

  override _transform(
    chunk: Buffer,
    _encoding: string,
    done: (error: Error | null, data?: Buffer) => void,
  ): void {
    const error = this.violation(chunk.length);
    if (error !== undefined) {
      done(error);
      return;
    }
    this.rules.onWaitForClient();
    this.hash.update(chunk);
    done(null, chunk);
    if (this.readableLength >= this.readableHighWaterMark) this.rules.onClientDone();
  }

  override _read(size: number): void {
    if (!this.ended) this.rules.onWaitForClient();
    super._read(size);
  }

  override _flush(done: (error?: Error) => void): void {
    const error = this.violation(0);
    this.ended = error === undefined;
    this.rules.onClientDone();
    this.rules.onBodyArrived?.();
    done(error);
  }

  private violation(more: number): Error | undefined {
    this.bytes += more;
    if (this.bytes > this.rules.maxBytes) return new BodyTooLarge('the body is larger than is accepted');
    return this.rules.chunks?.violation();
  }
}
