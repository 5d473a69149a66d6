/**
 * SHA-256 as a port, because this library also runs in a browser and in customers' middleware. It is synchronous: a
 * digest is needed in the middle of a decision.
 */
export interface Hashing {
  sha256(data: Uint8Array): Uint8Array;
  /** Lower-case hex of the hash of UTF-8 text, if the platform has a quicker way to it. */
  sha256Hex?(text: string): string;
  /** The same as base64url without padding. */
  sha256Base64url?(data: Uint8Array): string;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const encoder = new TextEncoder();
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Whether the value is `sha256:` + 64 lower-case hex digits. */
export function isDigest(value: string): boolean {
  return DIGEST.test(value);
}

/** UTF-8 bytes of text. The caller has refused lone surrogates (`isWellFormed`); here they would become U+FFFD. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** `sha256:` + lower-case hex of SHA-256 over bytes, or over text as UTF-8. */
export function sha256Digest(hashing: Hashing, data: Uint8Array | string): string {
  if (typeof data === 'string' && hashing.sha256Hex !== undefined) return `sha256:${hashing.sha256Hex(data)}`;
  const hash = hashing.sha256(typeof data === 'string' ? utf8(data) : data);
  let hex = '';
  for (const byte of hash) hex += HEX[byte];
  return `sha256:${hex}`;
}
