import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const UUID_BYTES = 16;
/** Half of the counter's range is left for further ids of the same millisecond. */
const FIRST_COUNTS = 0x7fff_ffff;

/** Ids of records: ascending UUIDs of version 7. Their randomness is drawn for many at once. */
export class RecordIds {
  private readonly random = new RandomPool(UUID_BYTES);
  private msecs = 0;
  private seq = 0;

  next(): string {
    const random = this.random.next();
    const now = Date.now();
    if (now > this.msecs) {
      this.msecs = now;
      this.seq = random.readUInt32BE(6) & FIRST_COUNTS;
    } else this.seq += 1;
    return `rec_${v7({ random, msecs: this.msecs, seq: this.seq })}`;
  }
}

const PIECES_AT_ONCE = 256;

/**
 * Random pieces of one size. They are drawn many at a time, because a small request to the system takes as long as a
 * large one.
 */
export class RandomPool {
  private pool = Buffer.alloc(0);
  private at = 0;

  constructor(private readonly bytes: number) {}

  /** A piece that is given out only once. */
  next(): Buffer {
    if (this.at === this.pool.length) {
      // New memory each time: earlier pieces may still be in use.
      this.pool = randomFillSync(Buffer.allocUnsafeSlow(this.bytes * PIECES_AT_ONCE));
      this.at = 0;
    }
    this.at += this.bytes;
    return this.pool.subarray(this.at - this.bytes, this.at);
  }
}
