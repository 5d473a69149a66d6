import { hash, randomBytes } from 'node:crypto';
import type { Clock, Ids, Randomness } from '@countersign/access';
import type { Hashing } from '@countersign/contract';
import { v7 } from 'uuid';

export const systemClock: Clock = { now: () => new Date() };

export const systemRandomness: Randomness = { bytes: (length) => new Uint8Array(randomBytes(length)) };

/** SHA-256 of node:crypto. */
export const systemHashing: Hashing = {
  sha256: (data) => new Uint8Array(hash('sha256', data, 'buffer')),
};

/** Ids of the wall clock, increasing within this process even inside a millisecond. */
export const uuidV7Ids: Ids = { next: (prefix) => `${prefix}_${v7()}` };
