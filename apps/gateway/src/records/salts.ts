import { randomFillSync } from 'node:crypto';

const SALT_BYTES = 32;
const SALTS_AT_ONCE = 256;

/** Salts of commitments: 32 random bytes each, drawn many at a time because to ask for few takes as long. */
export class Salts {
  private pool = Buffer.alloc(0);
  private at = 0;

  /** A salt that nobody else gets. */
  next(): Buffer {
    if (this.at === this.pool.length) {
      // New memory each time: what was given out may still be in use.
      this.pool = randomFillSync(Buffer.allocUnsafeSlow(SALT_BYTES * SALTS_AT_ONCE));
      this.at = 0;
    }
    this.at += SALT_BYTES;
    return this.pool.subarray(this.at - SALT_BYTES, this.at);
  }
}
