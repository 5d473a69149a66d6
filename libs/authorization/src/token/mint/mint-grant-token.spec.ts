import { createPrivateKey, sign } from 'node:crypto';
import { readJwks, verifyGrantToken } from '@countersign/authorization';
import { type Terms, termsDigest } from '@countersign/contract';
import fc from 'fast-check';
import { AUDIENCE, hashing, ISSUER, NOW, sampleTerms } from '../../../../../test/factories/grant-token.js';
import { grantTokenToSign, type MintOrder } from './mint-grant-token.js';
import { generateSigningKey, publicJwks } from './signing-key.js';

const signing = generateSigningKey();
const keys = readJwks(publicJwks([signing.publicJwk]));
const order: MintOrder = {
  issuer: ISSUER,
  audience: AUDIENCE,
  subject: sampleTerms.requester,
  jti: 'sample-jti',
  now: new Date(NOW),
  tokenTtlSeconds: 300,
  grant: {
    id: 'grt_0199f0a0-7b2c-7004-8000-000000000004',
    startsAt: '2026-11-24T15:00:00Z',
    endsAt: '2026-11-24T16:00:00Z',
  },
  tenant: 'acme',
  terms: sampleTerms,
  digest: termsDigest(hashing, sampleTerms),
  signer: { kid: signing.kid, alg: 'ES256' },
};
/** Signed as the broker's keys sign. */
function minted(order: MintOrder) {
  const { bytes, signed, ...about } = grantTokenToSign(order);
  const key = createPrivateKey(signing.privatePem);
  return { token: signed(sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' })), ...about };
}
const verify = (token: string, now = NOW) =>
  verifyGrantToken(token, {
    issuer: ISSUER,
    audience: AUDIENCE,
    key: (kid) => keys.get(kid),
    now: () => now,
    hashing,
  });
const codeOf = (change: Partial<MintOrder>): unknown => {
  try {
    minted({ ...order, ...change });
    return 'minted';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
};

describe('grantTokenToSign', () => {
  test('what is minted is verified, claim for claim', () => {
    const { token, expiresIn, exp } = minted(order);
    const iat = Date.parse('2026-11-24T15:00:00Z') / 1_000;
    expect([expiresIn, exp]).toEqual([300, iat + 300]);
    expect(verify(token)).toEqual({
      ok: true,
      claims: {
        iss: ISSUER,
        aud: AUDIENCE,
        sub: sampleTerms.requester,
        client_id: 'countersign',
        jti: 'sample-jti',
        iat,
        nbf: iat,
        exp,
        grant_id: order.grant.id,
        grant_nbf: iat,
        grant_exp: iat + 3_600,
        tenant: 'acme',
        digest: order.digest,
        terms: sampleTerms,
      },
      kid: signing.kid,
      key: keys.get(signing.kid),
    });
  });

  test('the header has alg, typ and kid, and nothing else', () => {
    const [header = ''] = minted(order).token.split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: signing.kid,
    });
  });

  test('P3: a life lies inside the window of the grant, is at most the ttl, and ends exactly then', () => {
    const opens = Date.parse(order.grant.startsAt);
    const closes = Date.parse(order.grant.endsAt);
    const moment = fc.integer({ min: opens - 10_000, max: closes + 10_000 });
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 7_200 }), (now, tokenTtlSeconds) => {
        const inside = opens <= now && now < closes;
        const change = { now: new Date(now), tokenTtlSeconds };
        if (!inside) return expect(codeOf(change)).toBe('outside_window');
        const { token, exp } = minted({ ...order, ...change });
        expect(exp * 1_000).toBeLessThanOrEqual(Math.min(closes, now + tokenTtlSeconds * 1_000));
        expect(verify(token, now).ok).toBe(true);
        expect(verify(token, exp * 1_000 - 1).ok).toBe(true);
        expect(verify(token, exp * 1_000)).toMatchObject({ ok: false, reason: 'expired' });
      }),
    );
  });

  const foreign: Terms = { ...sampleTerms, tenant: 'globex' };
  const lapsed: Terms = { ...sampleTerms, lapsesAt: '2026-11-24T14:59:59Z' };
  test.each<[string, string, Partial<MintOrder>]>([
    ['a digest of other terms', 'digest_mismatch', { digest: `sha256:${'0'.repeat(64)}` }],
    ['terms of another tenant', 'invalid_claims', { terms: foreign, digest: termsDigest(hashing, foreign) }],
    ['another person', 'invalid_claims', { subject: 'usr_0199f0a0-7b2c-7003-8000-000000000009' }],
    [
      'a window longer than the terms',
      'invalid_claims',
      { grant: { ...order.grant, endsAt: '2026-11-24T16:00:01Z' } },
    ],
    [
      'a window that begins when its terms have lapsed',
      'invalid_claims',
      { terms: lapsed, digest: termsDigest(hashing, lapsed) },
    ],
    ['a window that is no window', 'invalid_claims', { grant: { ...order.grant, startsAt: 'now' } }],
    ['a grant id of another kind', 'invalid_claims', { grant: { ...order.grant, id: sampleTerms.request } }],
    ['no issuer', 'invalid_claims', { issuer: '' }],
    ['no audience', 'invalid_claims', { audience: '' }],
    ['no jti', 'invalid_claims', { jti: '' }],
    ['no life', 'invalid_claims', { tokenTtlSeconds: 0 }],
    ['half a second of life', 'invalid_claims', { tokenTtlSeconds: 0.5 }],
    ['no time', 'outside_window', { now: new Date(Number.NaN) }],
  ])('P3, P13: refuses %s: %s', (_case, code, change) => {
    expect(codeOf(change)).toBe(code);
  });

  test('refuses a key that signs with another algorithm', () => {
    for (const alg of ['EdDSA', 'ES384', 'none'])
      expect(codeOf({ signer: { kid: 'x', alg } })).toBe('unusable_key');
  });

  test('refuses a token above 7,680 bytes', () => {
    const actions = Array.from(
      { length: 80 },
      (_none, index) => `a${String(index).padStart(2, '0')}${'x'.repeat(61)}`,
    );
    const terms = { ...sampleTerms, scope: [{ resource: 'r', actions }] };
    expect(codeOf({ terms, digest: termsDigest(hashing, terms) })).toBe('token_too_large');
  });
});
