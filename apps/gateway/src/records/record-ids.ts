import { v7 } from 'uuid';
import { RandomPool } from './random-pool.js';

const UUID_BYTES = 16;
/** Half of what the counter holds is left for the ids of one millisecond. */
const FIRST_COUNTS = 0x7fff_ffff;

/** Ids of records: UUIDs of version 7 that ascend, their randomness drawn for many at once. */
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
