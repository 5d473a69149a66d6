/** @soak */

import fc from 'fast-check';
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
import { runs } from '../../../../test/support/samples.js';
import { GrantTokenVerifier } from './grant-token-verifier.js';
import { verifyGrantToken } from './verify-grant-token.js';

const keys = tokenKeys();
const token = forgedToken(sampleHeader, sampleClaims(), keys.privateKey);
const seconds = Math.floor(NOW / 1_000);

/** A world that a test can change under the verifier, and how often it had to verify a token again. */
function world(max = 10) {
  let fresh = 0;
  const known = new Map([[KID, keys.publicKey]]);
  const now = { value: NOW };
  const rules = {
    issuer: ISSUER,
    audience: AUDIENCE,
    key: (kid: string) => known.get(kid),
    now: () => now.value,
    hashing: {
      sha256: (data: Uint8Array) => {
        fresh += 1;
        return hashing.sha256(data);
      },
    },
  };
  const verifier = new GrantTokenVerifier(max);
  return {
    known,
    now,
    rules,
    verify: (text = token, change = {}) => verifier.verify(text, { ...rules, ...change }),
    looked: () => fresh,
  };
}
const reason = (verdict: ReturnType<typeof verifyGrantToken>) => (verdict.ok ? 'ok' : verdict.reason);

test('a cached token is not verified again, and the verdict is the same', () => {
  const { verify, looked, rules } = world();
  const first = verify();
  expect(first).toEqual(verifyGrantToken(token, { ...rules, hashing }));
  for (let time = 0; time < 5; time += 1) expect(verify()).toEqual(first);
  expect(looked()).toBe(1);
});

test('P6: a revoked key ends its tokens at once, and one that returns leads to a new verification', () => {
  const { verify, known, looked } = world();
  expect(reason(verify())).toBe('ok');
  known.delete(KID);
  expect(reason(verify())).toBe('unknown_key');
  known.set(KID, keys.publicKey);
  expect(reason(verify())).toBe('ok');
  known.set(KID, tokenKeys().publicKey);
  expect(reason(verify())).toBe('bad_signature');
  expect(looked()).toBe(1);
});

test('P6: the key is looked up at the time by which the token is checked', () => {
  const { verify, now } = world();
  const retires = NOW + 1_000;
  const key = (_kid: string, at: number) => (at < retires ? keys.publicKey : undefined);
  expect(reason(verify(token, { key }))).toBe('ok');
  now.value = retires - 1;
  expect(reason(verify(token, { key }))).toBe('ok');
  now.value = retires;
  expect(reason(verify(token, { key }))).toBe('unknown_key');
});

test('P3: the time is checked each time, wherever the clock goes', () => {
  const { verify, now, looked } = world();
  const at = (value: number) => {
    now.value = value;
    return reason(verify());
  };
  const begins = seconds * 1_000;
  expect(at(NOW)).toBe('ok');
  expect([at(begins + 299_999), at(begins + 300_000), at(begins + 10 ** 9)]).toEqual([
    'ok',
    'expired',
    'expired',
  ]);
  expect([at(begins - 5_000), at(begins - 5_001)]).toEqual(['ok', 'not_yet_valid']);
  expect([at(Number.NaN), at(NOW)]).toEqual(['expired', 'ok']);
  expect(looked()).toBe(1);
});

test('what was found good for one issuer and audience is not good for others', () => {
  const { verify } = world();
  expect(reason(verify())).toBe('ok');
  expect(reason(verify(token, { audience: 'crm' }))).toBe('bad_audience');
  expect(reason(verify(token, { issuer: 'http://other' }))).toBe('bad_issuer');
  expect(reason(verify())).toBe('ok');
});

test('P1: another text under a cached signature is verified, and refused', () => {
  const { verify } = world();
  expect(reason(verify())).toBe('ok');
  const [header, , signature] = token.split('.');
  const wider = Buffer.from(JSON.stringify(sampleClaims({ tenant: 'globex' }))).toString('base64url');
  expect(reason(verify(`${header}.${wider}.${signature}`))).toBe('bad_signature');
  expect(reason(verify(`x${token}`))).toBe('malformed');
  expect(reason(verify(signature))).toBe('malformed');
  expect(reason(verify())).toBe('ok');
});

describe('P1: a hostile token is refused alike, whether or not the token that it resembles is cached', () => {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const letter = fc.constantFrom(
    ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
    '.',
    '=',
    'é',
  );
  const replaced = (text: string, at: number, by: string) => text.slice(0, at) + by + text.slice(at + 1);

  test.each<[string, fc.Arbitrary<string>]>([
    [
      'letters changed anywhere',
      fc
        .array(fc.tuple(fc.nat({ max: token.length - 1 }), letter), { minLength: 1, maxLength: 3 })
        .map((changes) => changes.reduce((text, [at, by]) => replaced(text, at, by), token)),
    ],
    [
      'letters changed before the signature',
      fc
        .tuple(fc.nat({ max: header.length + payload.length }), letter)
        .map(([at, by]) => replaced(token, at, by)),
    ],
    [
      'another signature with the same last letters',
      fc
        .uint8Array({ minLength: 48, maxLength: 48 })
        .map(
          (bytes) => `${header}.${payload}.${Buffer.from(bytes).toString('base64url')}${signature.slice(64)}`,
        ),
    ],
    [
      'another header',
      fc
        .record(
          { alg: fc.constantFrom('none', 'HS256'), typ: fc.string(), jwk: fc.object() },
          { requiredKeys: [] },
        )
        .map((change) => `${encode({ ...sampleHeader, ...change })}.${payload}.${signature}`),
    ],
    [
      'another key id',
      fc.string().map((kid) => `${encode({ ...sampleHeader, kid })}.${payload}.${signature}`),
    ],
    [
      'other claims',
      fc
        .record({ tenant: fc.string(), exp: fc.nat(), aud: fc.string() }, { requiredKeys: [] })
        .map((change) => `${header}.${encode(sampleClaims(change))}.${signature}`),
    ],
    ['the beginning missing', fc.nat({ max: token.length }).map((from) => token.slice(from))],
    ['the end missing', fc.nat({ max: token.length }).map((to) => token.slice(0, to))],
    [
      'the token twice',
      fc.constantFrom('', '.', ' ', ',', '\n').map((between) => `${token}${between}${token}`),
    ],
  ])('%s', (_kind, hostile) => {
    const { verify, rules } = world();
    expect(reason(verify())).toBe('ok');
    fc.assert(
      fc.property(
        hostile.filter((text) => text !== token),
        (text) => {
          const verdict = verify(text);
          expect(verdict.ok).toBe(false);
          expect(verdict).toEqual(verifyGrantToken(text, { ...rules, hashing }));
        },
      ),
      { numRuns: runs(500) },
    );
    expect(reason(verify())).toBe('ok');
  });
});

test('a refusal is never cached', () => {
  const { verify, known } = world();
  known.delete(KID);
  expect(reason(verify())).toBe('unknown_key');
  known.set(KID, keys.publicKey);
  expect(reason(verify())).toBe('ok');
});

test('keeps a bounded number of tokens: the least recently used one is verified again', () => {
  const { verify, looked } = world(2);
  const others = ['a', 'b'].map((jti) => forgedToken(sampleHeader, sampleClaims({ jti }), keys.privateKey));
  for (const text of [token, ...others, ...others, token]) expect(reason(verify(text))).toBe('ok');
  expect(looked()).toBe(4);
});
