import { createHash, type Hash } from 'node:crypto';
import { Transform } from 'node:stream';
import type { ChunkScanner } from '../http/chunk-scanner.js';

/** More bytes came than a request may have; the number is not known before where the body is chunked. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
  readonly code = 'body_too_large';
}

type BodyRules = {
  /** Where the body is chunked. */
  chunks: ChunkScanner | undefined;
  maxBytes: number;
  /** From here on it is the client that anybody waits for. */
  onWanting(): void;
  /** Enough has come for now, or all of it: whoever takes it has the next move. */
  onHeld(): void;
};

/**
 * A request body on its way to the upstream: hashed as it passes; ended with AmbiguousRequest when its chunks turn odd,
 * and with BodyTooLarge behind its last permitted byte.
 */
export class BodyTap extends Transform {
  private readonly hash: Hash = createHash('sha256');
  private bytes = 0;
  private ended = false;

  constructor(private readonly rules: BodyRules) {
    super();
  }

  /** `sha256:` + hex of the whole body; null while it has not passed whole. Read once. */
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
    this.rules.onWanting();
    this.hash.update(chunk);
    done(null, chunk);
    if (this.readableLength >= this.readableHighWaterMark) this.rules.onHeld();
  }

  override _read(size: number): void {
    if (!this.ended) this.rules.onWanting();
    super._read(size);
  }

  override _flush(done: (error?: Error) => void): void {
    const error = this.violation(0);
    this.ended = error === undefined;
    this.rules.onHeld();
    done(error);
  }

  private violation(more: number): Error | undefined {
    this.bytes += more;
    if (this.bytes > this.rules.maxBytes) return new BodyTooLarge('the body is larger than is accepted');
    return this.rules.chunks?.violation();
  }
}
