import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { PasskeyJwk, RecoveryJwk } from '@countersign/contract';
import { nodeHashing } from '../node-hashing.js';
import type { CountersignPorts } from './ports.js';

type Jwk = PasskeyJwk | RecoveryJwk;

/** Keys of trust documents that live on are read once: importing one costs more than a check by it. */
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

/** The ports over Node's crypto. */
export const nodeCountersigning: CountersignPorts = {
  hashing: nodeHashing,
  signatures: {
    holds: (jwk, data, signature) => {
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
