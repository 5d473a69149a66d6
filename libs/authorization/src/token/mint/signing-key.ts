import { createHash, generateKeyPairSync } from 'node:crypto';
import { MintError } from './mint-grant-token.js';

/** A public signing key as it is published (RFC 7517). */
type PublicJwk = {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
  kid: string;
  use: 'sig';
  alg: 'ES256';
};

/** `privatePem` is PKCS #8 and secret. The caller stores it encrypted and never logs it. */
export type SigningKey = { kid: string; publicJwk: PublicJwk; privatePem: string };

/** Makes a new ES256 key. Its kid is the RFC 7638 thumbprint, so that a key has the same id everywhere. */
export function generateSigningKey(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicJwk = toPublicJwk(publicKey.export({ format: 'jwk' }));
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { kid: publicJwk.kid, publicJwk, privatePem };
}

/**
 * The key set to publish. Only public members are copied from what was stored. Throws MintError `unusable_key` for a key
 * that is not on P-256.
 */
export function publicJwks(keys: readonly Readonly<Record<string, unknown>>[]): { keys: PublicJwk[] } {
  return { keys: keys.map(toPublicJwk) };
}

function toPublicJwk({ kty, crv, x, y }: Readonly<Record<string, unknown>>): PublicJwk {
  if (kty !== 'EC' || crv !== 'P-256' || typeof x !== 'string' || typeof y !== 'string') {
    throw new MintError('unusable_key', 'a signing key is on P-256');
  }
  return { kty, crv, x, y, kid: thumbprint(x, y), use: 'sig', alg: 'ES256' };
}

/** RFC 7638 §3.2: SHA-256 over the required members in lexicographic order, without white space. */
function thumbprint(x: string, y: string): string {
  return createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
    .digest('base64url');
}
