import { createPrivateKey, createPublicKey } from 'node:crypto';
import { generateSigningKey, publicJwks } from './signing-key.js';

describe('signing keys', () => {
  test('the private key belongs to the published one', () => {
    const { publicJwk, privatePem } = generateSigningKey();
    const published = createPublicKey({ key: { ...publicJwk }, format: 'jwk' });
    expect(createPublicKey(createPrivateKey(privatePem)).equals(published)).toBe(true);
  });

  test('the kid is the RFC 7638 thumbprint', () => {
    // RFC 7638 publishes an RSA example only; RFC 8037 appendix A.3 does the same for OKP. This one was computed with
    // OpenSSL over {"crv":"P-256","kty":"EC","x":"…","y":"…"} of the key of RFC 7515 appendix A.3.
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    };
    expect(publicJwks([jwk]).keys[0]?.kid).toBe('oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U');
    expect(publicJwks([{ ...jwk, kid: 'claimed' }]).keys[0]?.kid).toBe(
      'oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U',
    );
  });

  test('P11: only public members are published, whatever is stored with them', () => {
    const { publicJwk, privatePem } = generateSigningKey();
    const stored = { ...publicJwk, ...createPrivateKey(privatePem).export({ format: 'jwk' }), secret: 'x' };
    const [published] = publicJwks([stored]).keys;
    expect(Object.keys(published ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });

  test('a key on another curve is not published as ES256', () => {
    expect(() => publicJwks([{ kty: 'EC', crv: 'P-384', x: 'x', y: 'y' }])).toThrow(
      expect.objectContaining({ code: 'unusable_key' }),
    );
  });
});
