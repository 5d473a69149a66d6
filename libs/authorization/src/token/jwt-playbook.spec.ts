import {
  AUDIENCE,
  hashing,
  ISSUER,
  KID,
  NOW,
  sampleClaims,
  sampleHeader,
  signedToken,
  tokenKeys,
} from '../../../../test/factories/grant-token.js';
import { JWT_PLAYBOOK, type Material, malleated } from '../../../../test/support/jwt-playbook.js';
import { verifyGrantToken } from './verify-grant-token.js';

const keys = tokenKeys();
const header = sampleHeader;
const claims = sampleClaims();
const token = signedToken(JSON.stringify(header), JSON.stringify(claims), keys.privateKey);
const material: Material = { header, claims, keys, token, listener: 'http://127.0.0.1:9' };
const rules = {
  issuer: ISSUER,
  audience: AUDIENCE,
  key: (kid: string) => (kid === KID ? keys.publicKey : undefined),
  now: () => NOW,
  hashing,
};

test('the token that the others are made from is good', () => {
  expect(verifyGrantToken(token, rules).ok).toBe(true);
});

test.each(JWT_PLAYBOOK)('P1: %s', (_name, forge, reason) => {
  expect(verifyGrantToken(forge(material), rules)).toMatchObject({ ok: false, reason });
});

test('P1: the other form of the same signature has the same claims and no more', () => {
  const other = malleated(material);
  expect(other).not.toBe(token);
  expect(verifyGrantToken(other, rules)).toEqual(verifyGrantToken(token, rules));
});
