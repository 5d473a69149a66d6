import { commit, encodeBase64url, type Hashing, normaliseText, type Opening } from '@countersign/contract';
import type { Randomness } from '../../ports/index.js';
import type { Deps } from './deps.js';

const SALT_BYTES = 32;

/**
 * Commits to a personal text with a fresh salt. The commitment is part of what is hashed; the opening is stored beside it
 * and can be erased.
 */
export function commitText(
  { random, hashing }: Pick<Deps, 'random' | 'hashing'>,
  name: string,
  text: string,
): { commitment: string; opening: Opening } {
  const salt = random.bytes(SALT_BYTES);
  const value = normaliseText(text);
  return { commitment: commit(hashing, name, salt, value), opening: { value, salt: encodeBase64url(salt) } };
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Random text, 6 bits a character: `bytes` bytes of randomness give as many characters. Base64url alphabet, no bias. */
export function randomText(random: Randomness, bytes: number): string {
  return Array.from(random.bytes(Math.ceil((bytes * 8) / 6)), (byte) => ALPHABET.charAt(byte & 63)).join('');
}

/** SHA-256 of a text, hex: how a secret of full entropy is stored and looked up. */
export function hexDigest(hashing: Hashing, text: string): string {
  return Array.from(hashing.sha256(new TextEncoder().encode(text)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
