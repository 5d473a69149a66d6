import { generateKeyPairSync, sign } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import { jwsToSign, signWith } from './to-sign.js';

test('a JSON Web Signature is what another implementation reads, whatever its claims are', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = {
    sign: async (bytes: Uint8Array) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  };
  const claims = { sub: 'Zoë 🔑', iat: 1, nested: [{ a: null }] };
  const token = await signWith(signer, jwsToSign({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' }, claims));
  const read = jsonwebtoken.verify(token, publicKey, { complete: true, algorithms: ['ES256'] });
  expect(read).toMatchObject({ header: { alg: 'ES256', typ: 'at+jwt', kid: 'k1' }, payload: claims });
});

test('a signer that fails signs nothing', async () => {
  const signer = { sign: () => Promise.reject(new Error('out of reach')) };
  await expect(signWith(signer, jwsToSign({}, {}))).rejects.toThrow('out of reach');
});
