import {
  AUDIENCE,
  forgedToken,
  hashing,
  ISSUER,
  KID,
  NOW,
  sampleClaims,
  sampleHeader,
  tokenKeys,
} from '../../../../test/factories/grant-token.js';
import { checkToken, type TokenCheck } from './verify-grant-token.js';

const keys = tokenKeys();
const jwk = { ...keys.publicKey.export({ format: 'jwk' }), kid: KID };
const token = forgedToken(sampleHeader, sampleClaims(), keys.privateKey);
const check: TokenCheck = {
  jwks: { keys: [jwk] },
  issuer: ISSUER,
  audience: AUDIENCE,
  now: () => NOW,
  hashing,
};

describe('checkToken', () => {
  test('accepts a token with the line feed that a shell adds', () => {
    expect(checkToken(`${token}\r\n`, check).ok).toBe(true);
  });

  test.each(['', '\n', '  \n'])('empty input (%j) is malformed', (text) => {
    expect(checkToken(text, check)).toMatchObject({ ok: false, reason: 'malformed' });
  });

  test('two tokens are malformed', () => {
    expect(checkToken(`${token}\n${token}`, check)).toMatchObject({ ok: false, reason: 'malformed' });
  });

  test('without a usable key the reason is unknown_key', () => {
    expect(checkToken(token, { ...check, jwks: { keys: [] } })).toMatchObject({
      ok: false,
      reason: 'unknown_key',
    });
  });

  test('what is no key set is said so', () => {
    expect(() => checkToken(token, { ...check, jwks: [jwk] })).toThrow(
      expect.objectContaining({ code: 'invalid_jwks' }),
    );
  });
});
