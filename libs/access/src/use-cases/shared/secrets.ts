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

/** 32 characters that are hard to confuse: 5 bits each, 40 bits for a code. */
const CODE_ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const CODE_LENGTH = 8;

/** A new code that is mailed to a person, who types it in. */
export const makeMailedCode = (random: Randomness): string =>
  Array.from(random.bytes(CODE_LENGTH), (byte) => CODE_ALPHABET.charAt(byte & 31)).join('');

/** A mailed code as a person typed it: small letters, spaces and dashes make no difference. */
export const readMailedCode = (typed: string): string => typed.toUpperCase().replaceAll(/[\s-]/g, '');

/** SHA-256 of a text, hex: how a secret of full entropy is stored and looked up. */
export function hexDigest(hashing: Hashing, text: string): string {
  return Array.from(hashing.sha256(new TextEncoder().encode(text)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
