import type { Hashing } from '@countersign/contract';
import type { Randomness } from '../../ports/index.js';

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
