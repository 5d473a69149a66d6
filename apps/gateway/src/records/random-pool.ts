import { randomFillSync } from 'node:crypto';

const PIECES_AT_ONCE = 256;

/** Random pieces of one size, drawn many at a time because to ask for few takes as long. */
export class RandomPool {
  private pool = Buffer.alloc(0);
  private at = 0;

  constructor(private readonly bytes: number) {}

  /** A piece that nobody else gets. */
  next(): Buffer {
    if (this.at === this.pool.length) {
      // New memory each time: what was given out may still be in use.
      this.pool = randomFillSync(Buffer.allocUnsafeSlow(this.bytes * PIECES_AT_ONCE));
      this.at = 0;
    }
    this.at += this.bytes;
    return this.pool.subarray(this.at - this.bytes, this.at);
  }
}
