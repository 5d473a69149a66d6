import type { IdPrefix } from '@countersign/contract';

/** Wall clock, passed in so that tests choose the time. */
export interface Clock {
  now(): Date;
}

/** Makes ids: prefix + lower-case hyphenated UUIDv7 (docs/contract.md, Ids and names). Ids of one process sort by creation. */
export interface Ids {
  next(prefix: IdPrefix): string;
}

/** Cryptographically secure random bytes. */
export interface Randomness {
  bytes(length: number): Uint8Array;
}
