import type { Randomness } from '@countersign/access';

/** 32 characters that are hard to confuse: 5 bits each, 40 bits for a code. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LENGTH = 8;

/** A new code to be mailed and typed in. */
export const makeMailedCode = (random: Randomness): string =>
  Array.from(random.bytes(LENGTH), (byte) => ALPHABET.charAt(byte & 31)).join('');
