import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { ProtocolError } from './errors.js';

/** The raw 32 bytes of an Ed25519 public key in base64url (RFC 8037 `x`). Accepts a public or a private key. */
export function exportEd25519PublicKey(key: KeyObject): string {
  const jwk = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  if (jwk.crv !== 'Ed25519' || typeof jwk.x !== 'string') {
    throw new ProtocolError('invalid_credential', 'the key is not an Ed25519 key');
  }
  return jwk.x;
}

/** Imports such a public key. Throws ProtocolError `invalid_credential` for anything but 32 bytes. */
export function importEd25519PublicKey(raw: string): KeyObject {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' });
  } catch (cause) {
    throw new ProtocolError('invalid_credential', 'not an Ed25519 public key', { cause });
  }
}

/** The thumbprint (RFC 7638) of such a public key: SHA-256 over the members that RFC 8037 §2 requires, in base64url. */
export const ed25519Thumbprint = (raw: string): string =>
  hash('sha256', JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x: raw }), 'base64url');

/** Whether this key (raw, base64url) made exactly this signature (base64url) over these bytes. */
export function isSignature(signature: string, signed: Buffer, publicKey: string): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  // The last letter of base64url has spare bits. A signature must have one spelling.
  if (bytes.toString('base64url') !== signature) return false;
  return verify(null, signed, importEd25519PublicKey(publicKey), bytes);
}
