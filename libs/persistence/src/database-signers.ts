import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { KEY_ALGORITHMS, type Signers } from '@countersign/access';

/** Keys whose private halves are in the database, sealed under the master key. They sign in this process. */
export const databaseSigners: Signers = {
  make: async (use) => {
    const alg = KEY_ALGORITHMS[use];
    const { publicKey, privateKey } =
      alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
    const jwk = publicKey.export({ format: 'jwk' });
    const kid = thumbprint(jwk);
    return {
      kid,
      publicJwk: { ...jwk, alg, use: 'sig', kid },
      secret: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    };
  },
  open: ({ kid, use, publicJwk, secret }) => {
    const key = createPrivateKey(secret);
    const alg = KEY_ALGORITHMS[use];
    return {
      ...{ kid, alg, publicKey: publicJwk },
      sign: async (bytes) =>
        alg === 'ES256' ? sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }) : sign(null, bytes, key),
    };
  },
};

/** RFC 7638 §3: the required members alone, in lexicographic order. */
function thumbprint({ crv, kty, x, y }: { crv?: string; kty?: string; x?: string; y?: string }): string {
  const members = y === undefined ? { crv, kty, x } : { crv, kty, x, y };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}
