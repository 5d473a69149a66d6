import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { KeyMaker, KeyPair } from '@countersign/access';
import { handOver, logOrigin } from '@countersign/audit-log';
import { systemHashing } from './system.js';

/** Key pairs from node:crypto. `kid` is the RFC 7638 thumbprint (SHA-256, base64url). */
export const nodeKeyMaker: KeyMaker = {
  tokenKey: () => pair(generateKeyPairSync('ec', { namedCurve: 'P-256' }), { alg: 'ES256', use: 'sig' }),
  feedKey: () => ed25519(),
  logKey: () => ed25519(),
  pushKey: () => pair(generateKeyPairSync('ec', { namedCurve: 'P-256' }), { alg: 'ES256', use: 'sig' }),
  handOver: ({ deployment, slug, epoch }, replaced, next) =>
    handOver(
      systemHashing,
      logOrigin(deployment, slug, epoch),
      {
        publicKey: rawKey(replaced),
        sign: (message) => sign(null, message, createPrivateKey(replaced.privatePem)),
      },
      rawKey(next),
    ),
};

const rawKey = ({ publicJwk }: KeyPair): Uint8Array => Buffer.from(String(publicJwk['x']), 'base64url');

function ed25519(): KeyPair {
  return pair(generateKeyPairSync('ed25519'), { alg: 'EdDSA', use: 'sig' });
}

function pair(
  { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject },
  purpose: Record<string, string>,
): KeyPair {
  const jwk = publicKey.export({ format: 'jwk' });
  const kid = thumbprint(jwk);
  return {
    kid,
    publicJwk: { ...jwk, ...purpose, kid },
    privatePem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

/** RFC 7638 §3: the required members alone, in lexicographic order. */
function thumbprint({ crv, kty, x, y }: { crv?: string; kty?: string; x?: string; y?: string }): string {
  const members = y === undefined ? { crv, kty, x } : { crv, kty, x, y };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}
