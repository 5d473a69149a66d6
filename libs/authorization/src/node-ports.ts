import { constants, createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import type { Hashing, PasskeyJwk, RecoveryJwk } from '@countersign/contract';
import type { CountersignPorts } from './countersignature/countersignature.js';

/**
 * The hashing port over Node's one-shot hash. For short input it is several times as fast as a hash object. Node takes longer to
 * make a buffer of its own for 32 bytes than to hash: the bytes come as text, into a buffer that many hashes share.
 */
export const nodeHashing: Hashing = {
  sha256: (data) => Buffer.from(hash('sha256', data, 'binary'), 'binary'),
  sha256Hex: (text) => hash('sha256', text, 'hex'),
  sha256Base64url: (data) => hash('sha256', data, 'base64url'),
};

/** Checks an Ed25519 signature by the 32 bytes of its public key. False for a key or signature that is none. */
export function nodeEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const x = Buffer.from(publicKey).toString('base64url');
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, message, key, signature);
  } catch {
    return false;
  }
}

type Jwk = PasskeyJwk | RecoveryJwk;

/** Imported keys by their JWK object: importing a key costs more than a verification with it. */
const imported = new WeakMap<Jwk, KeyObject | null>();

function keyOf(jwk: Jwk): KeyObject | null {
  let key = imported.get(jwk);
  if (key === undefined) {
    try {
      key = createPublicKey({ key: jwk, format: 'jwk' });
    } catch {
      key = null;
    }
    imported.set(jwk, key);
  }
  return key;
}

/** The ports of the countersignature checks over Node's crypto. */
export const nodeCountersignPorts: CountersignPorts = {
  hashing: nodeHashing,
  signatures: {
    verify: (jwk, data, signature) => {
      const key = keyOf(jwk);
      if (key === null) return false;
      switch (jwk.kty) {
        case 'EC':
          return verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
        case 'RSA':
          return verify('sha256', data, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
        case 'OKP':
          return verify(null, data, key, signature);
      }
    },
  },
};
