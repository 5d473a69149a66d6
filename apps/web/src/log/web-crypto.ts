import { equalBytes } from '@countersign/audit-log';
import { type Hashing, utf8 } from '@countersign/contract';
import { sha256 } from './sha256.js';

/** The hashing port of the libraries, in a browser. Call `requireWorkingCrypto` once before its first use. */
export const webHashing: Hashing = { sha256 };

/** This browser cannot verify: it knows no Ed25519, or the page was not loaded over https or from a file. */
export class UnsupportedBrowser extends Error {
  override readonly name = 'UnsupportedBrowser';
}

/** RFC 8032 §7.1, test 2. */
const SAMPLE = {
  publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
  message: '72',
  signature:
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
};

/**
 * Checks that our hashing gives what the browser's gives, and that the browser verifies a known Ed25519 signature.
 * Without this, a browser that knows no Ed25519 would look like a log with a wrong signature.
 *
 * @throws UnsupportedBrowser
 */
export async function requireWorkingCrypto(): Promise<void> {
  const sample = utf8('countersign');
  const { publicKey, message, signature } = SAMPLE;
  try {
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(sample)));
    const isSigned = await verifyEd25519(fromHex(publicKey), fromHex(message), fromHex(signature));
    if (equalBytes(hash, sha256(sample)) && isSigned) return;
  } catch (cause) {
    throw new UnsupportedBrowser('This browser cannot verify signatures.', { cause });
  }
  throw new UnsupportedBrowser('This browser computes wrong hashes or signatures.');
}

/** The signature port of the libraries: false for a key or a signature that is none. */
export async function webEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  try {
    return await verifyEd25519(publicKey, message, signature);
  } catch {
    return false;
  }
}

/** Verifies an Ed25519 signature. @throws DOMException for a key that is none, or in a browser without Ed25519 */
export async function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', Uint8Array.from(publicKey), 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', key, Uint8Array.from(signature), Uint8Array.from(message));
}

const fromHex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
