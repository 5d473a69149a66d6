import { generateKeyPairSync } from 'node:crypto';
import { tokenKeys } from '../../../../test/factories/grant-token.js';
import { readJwks } from './jwks.js';

const keys = tokenKeys();
const jwk = { ...keys.publicKey.export({ format: 'jwk' }), kid: 'a' };
const exported = (key: { export(options: { format: 'jwk' }): object }) => ({
  ...key.export({ format: 'jwk' }),
  kid: 'a',
});

describe('readJwks', () => {
  test.each([
    ['bare', jwk],
    ['with use, alg and key_ops', { ...jwk, use: 'sig', alg: 'ES256', key_ops: ['verify'] }],
    ['with members that nobody knows', { ...jwk, note: 'x' }],
    ['whose private part was published by mistake', exported(keys.privateKey)],
  ])('reads a key %s as a public key', (_case, key) => {
    const read = readJwks({ keys: [key] }).get('a');
    expect(read?.type).toBe('public');
    expect(read?.equals(keys.publicKey)).toBe(true);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['text', 'key'],
    ['no kid', { ...jwk, kid: undefined }],
    ['an empty kid', { ...jwk, kid: '' }],
    ['a kid that is no text', { ...jwk, kid: 7 }],
    ['for encryption', { ...jwk, use: 'enc' }],
    ['of another algorithm', { ...jwk, alg: 'ECDH-ES' }],
    ['that may not verify', { ...jwk, key_ops: ['sign'] }],
    ['on P-384', exported(tokenKeys('P-384').publicKey)],
    ['on secp256k1', exported(tokenKeys('secp256k1').publicKey)],
    ['RSA', exported(generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey)],
    ['Ed25519', exported(generateKeyPairSync('ed25519').publicKey)],
    ['symmetric', { kty: 'oct', k: 'c2VjcmV0', kid: 'a' }],
    ['off the curve', { ...jwk, y: jwk.x }],
    ['without y', { ...jwk, y: undefined }],
  ])('ignores a key that cannot serve ES256: %s', (_case, key) => {
    const good = { ...tokenKeys().publicKey.export({ format: 'jwk' }), kid: 'b' };
    expect([...readJwks({ keys: [key, good] }).keys()]).toEqual(['b']);
  });

  test('if two different keys have one kid, both are ignored; the same key twice is one', () => {
    const other = exported(tokenKeys().publicKey);
    expect(readJwks({ keys: [jwk, other, jwk] }).size).toBe(0);
    expect(readJwks({ keys: [jwk, jwk] }).size).toBe(1);
  });

  test.each([undefined, null, 'keys', [], {}, { keys: {} }])('%j is not a key set', (json) => {
    expect(() => readJwks(json)).toThrow(expect.objectContaining({ code: 'invalid_jwks' }));
  });
});
