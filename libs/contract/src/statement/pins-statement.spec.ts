import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { checkPinsStatement, PINS_STATEMENT_TYPE } from './pins-statement.js';

const GATEWAY = 'gtw_01980000-0000-7000-8000-000000000001';
const NOW = Date.parse('2026-11-27T05:00:00Z');
const HASH = `sha256:${'1'.repeat(64)}`;
const identity = generateKeyPairSync('ed25519');
const rawKey = (key: KeyObject) => key.export({ format: 'jwk' }).x ?? '';

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const header = { alg: 'EdDSA', typ: PINS_STATEMENT_TYPE, kid: 'key' };
const claims = {
  iss: GATEWAY,
  nonce: 'a-nonce',
  tenant: 'acme',
  pinned: HASH,
  atLeast: [HASH],
  current: HASH,
  iat: NOW / 1_000,
};
function signed(head: unknown, payload: unknown, key = identity.privateKey): string {
  const input = `${encode(head)}.${encode(payload)}`;
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`;
}
const check = (jws: string) =>
  checkPinsStatement(
    jws,
    {
      nonce: 'a-nonce',
      tenant: 'acme',
      now: NOW,
      publicKeyOf: (id) => (id === GATEWAY ? rawKey(identity.publicKey) : undefined),
    },
    (key, message, signature) =>
      verify(null, message, { key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' }, signature),
  );

test('a statement under the gateway’s key, with the nonce, is read', async () => {
  expect(await check(signed(header, claims))).toEqual({ ok: true, statement: claims });
  const nothing = { ...claims, pinned: null, atLeast: [], current: null };
  expect(await check(signed(header, nothing))).toEqual({ ok: true, statement: nothing });
});

test.each<[string, string, string]>([
  ['no JWS', 'a.b', 'malformed'],
  ['a fourth part', `${signed(header, claims)}.x`, 'malformed'],
  ['another algorithm', signed({ ...header, alg: 'none' }, claims), 'malformed'],
  ['another type', signed({ ...header, typ: 'countersign-context+jwt' }, claims), 'malformed'],
  ['another member in the header', signed({ ...header, jwk: {} }, claims), 'malformed'],
  ['another member', signed(header, { ...claims, more: 1 }), 'malformed'],
  ['a member twice', signed(header, `{"iss":"x",${JSON.stringify(claims).slice(1)}`), 'malformed'],
  ['another nonce', signed(header, { ...claims, nonce: 'another' }), 'wrong_nonce'],
  ['another tenant', signed(header, { ...claims, tenant: 'globex' }), 'wrong_tenant'],
  ['an old statement', signed(header, { ...claims, iat: NOW / 1_000 - 301 }), 'not_fresh'],
  ['one from the future', signed(header, { ...claims, iat: NOW / 1_000 + 301 }), 'not_fresh'],
  [
    'a gateway that is not enrolled',
    signed(header, { ...claims, iss: 'gtw_01980000-0000-7000-8000-000000000002' }),
    'unknown_gateway',
  ],
  ['another key', signed(header, claims, generateKeyPairSync('ed25519').privateKey), 'bad_signature'],
  [
    'other claims under the old signature',
    [encode(header), encode({ ...claims, current: null }), signed(header, claims).split('.')[2]].join('.'),
    'bad_signature',
  ],
])('P13: %s is not believed', async (_case, jws, problem) => {
  expect(await check(jws)).toEqual({ ok: false, problem });
});
