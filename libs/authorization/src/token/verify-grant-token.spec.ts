/** @soak */

import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { type Terms, termsDigest } from '@countersign/contract';
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
  sampleTerms,
  signedToken,
  tokenKeys,
} from '../../../../test/factories/grant-token.js';
import { runs } from '../../../../test/support/samples.js';
import { logOf, type TokenReason, type TokenRules } from './grant-token.js';
import { verifyGrantToken } from './verify-grant-token.js';

const keys = tokenKeys();
const seconds = Math.floor(NOW / 1_000);
const rules: TokenRules = {
  issuer: ISSUER,
  audience: AUDIENCE,
  key: (kid) => (kid === KID ? keys.publicKey : undefined),
  now: () => NOW,
  hashing,
};
const token = forgedToken(sampleHeader, sampleClaims(), keys.privateKey);
const [header = '', payload = '', signature = ''] = token.split('.');
const encoded = (text: string | Buffer) => Buffer.from(text).toString('base64url');

function reasonOf(text: string, change: Partial<TokenRules> = {}): TokenReason | 'ok' {
  const verdict = verifyGrantToken(text, { ...rules, ...change });
  return verdict.ok ? 'ok' : verdict.reason;
}
const withClaims = (change: Record<string, unknown>) =>
  forgedToken(sampleHeader, sampleClaims(change), keys.privateKey);
const withHeader = (change: Record<string, unknown>) =>
  forgedToken({ ...sampleHeader, ...change }, sampleClaims(), keys.privateKey);

describe('a valid token', () => {
  test('returns its claims, terms included, and the key that signed it', () => {
    const { authorization_details: _details, ...claims } = sampleClaims();
    expect(verifyGrantToken(token, rules)).toEqual({
      ok: true,
      claims: { ...claims, terms: sampleTerms },
      kid: KID,
      key: keys.publicKey,
    });
  });

  test('only access for an authority names a sealed log, and no other log', () => {
    const log = 'sealed-0199f0a0-7b2c-7001-8000-000000000001';
    const legal: Terms = { ...sampleTerms, basis: 'legal' };
    const sealed = (terms: Terms, name: unknown) =>
      withClaims({
        ...{ log: name, digest: termsDigest(hashing, terms) },
        authorization_details: [{ type: 'tenant_data', terms }],
      });
    const verdict = verifyGrantToken(sealed(legal, log), rules);
    expect(verdict.ok && [verdict.claims.log, logOf(verdict.claims)]).toEqual([log, log]);
    expect(reasonOf(sealed(sampleTerms, log))).toBe('digest_mismatch');
    for (const name of ['globex', 'acme', 'deployment', '', 7, null, log.toUpperCase()])
      expect([name, reasonOf(sealed(legal, name))]).toEqual([name, 'malformed']);
    // A sealed log is no tenant.
    expect(reasonOf(withClaims({ tenant: log }))).toBe('malformed');
  });

  test('P3: 5 s of skew for nbf and iat, none for exp', () => {
    const begins = seconds * 1_000;
    const at = (now: number) => reasonOf(token, { now: () => now });
    expect([at(begins - 5_001), at(begins - 5_000)]).toEqual(['not_yet_valid', 'ok']);
    expect([at(begins + 299_999), at(begins + 300_000)]).toEqual(['ok', 'expired']);
  });

  test('a clock that gives no number opens nothing', () => {
    expect(reasonOf(token, { now: () => Number.NaN })).toBe('expired');
  });

  test('no answer repeats the token or a part of it', () => {
    for (const text of [token, withClaims({ aud: 'other' }), `${header}.${payload}.${payload}`, 'x.y.z']) {
      const told = JSON.stringify(verifyGrantToken(text, { ...rules, issuer: 'other' }));
      for (const part of text.split('.')) expect(told).not.toContain(`"${part}`);
      expect(told).not.toContain(text);
    }
  });
});

describe('form: malformed', () => {
  test.each([
    ['nothing', ''],
    ['one part', header],
    ['two parts', `${header}.${payload}`],
    ['no signature', `${header}.${payload}.`],
    ['four parts', `${token}.${signature}`],
    ['white space', ` ${token}`],
    ['a line feed at the end', `${token}\n`],
    ['padding', `${header}.${payload}.${signature}==`],
    ['the other base64 alphabet', `${header}.${payload}.${signature.slice(0, -4)}+/AA`],
    ['text beyond ASCII', `${header}.${payload}.${signature}é`],
    ['a header that is no JSON', `${encoded('{')}.${payload}.${signature}`],
    ['a header that is a list', `${encoded('[]')}.${payload}.${signature}`],
    ['a payload that is null', `${header}.${encoded('null')}.${signature}`],
    [
      'bytes that are not UTF-8',
      `${header}.${encoded(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))}.${signature}`,
    ],
    [
      'a byte order mark',
      signedToken(`\ufeff${JSON.stringify(sampleHeader)}`, JSON.stringify(sampleClaims()), keys.privateKey),
    ],
    ['more than 7,680 bytes', withClaims({ jti: 'x', padding: 'x'.repeat(7_000) })],
  ])('%s', (_case, text) => {
    expect(reasonOf(text)).toBe('malformed');
  });

  test('leftover bits in the last letter of the signature, which decoders drop', () => {
    const last = signature.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const respelt = alphabet.charAt(alphabet.indexOf(last) + 1);
    const same = `${signature.slice(0, -1)}${respelt}`;
    expect(Buffer.from(same, 'base64url').equals(Buffer.from(signature, 'base64url'))).toBe(true);
    expect(reasonOf(`${header}.${payload}.${same}`)).toBe('malformed');
  });
});

describe('duplicate members', () => {
  const body = JSON.stringify(sampleClaims());
  const head = JSON.stringify(sampleHeader);

  test.each([
    ['in the header', `{"alg":"none",${head.slice(1)}`, body],
    ['in the payload', head, `{"exp":9999999999,${body.slice(1)}`],
    ['the same value twice', head, `{"iss":${JSON.stringify(ISSUER)},${body.slice(1)}`],
    ['spelt with an escape', head, `{"\\u0065xp":9999999999,${body.slice(1)}`],
    ['after white space', head, `{ "tenant" \n: "globex",${body.slice(1)}`],
    ['deep in the terms', head, body.replace('"v":1', '"v":1,"tenant":"globex"')],
    ['in the scope', head, body.replace('"resource":', '"resource":"**","resource":')],
  ])('%s', (_case, one, two) => {
    expect(reasonOf(signedToken(one, two, keys.privateKey))).toBe('duplicate_member');
  });
});

describe('algorithm and type', () => {
  const spellings = [
    'none',
    'None',
    'NONE',
    'nOnE',
    'HS256',
    'hs256',
    'HS512',
    'es256',
    'Es256',
    'ES256 ',
    'ES256K',
    'ES384',
    'RS256',
    'PS256',
    'EdDSA',
    '',
    null,
    1,
    ['ES256'],
    { ES256: 1 },
  ];

  test.each(spellings)('alg %j is bad_algorithm, even if the signature is valid', (alg) => {
    expect(reasonOf(withHeader({ alg }))).toBe('bad_algorithm');
  });

  test('no alg is bad_algorithm', () => {
    expect(reasonOf(withHeader({ alg: undefined }))).toBe('bad_algorithm');
  });

  test.each(spellings)('alg %j without a signature is bad_algorithm (RFC 7518 §3.6)', (alg) => {
    const unsigned = encoded(JSON.stringify({ ...sampleHeader, alg }));
    expect(reasonOf(`${unsigned}.${payload}.`)).toBe('bad_algorithm');
  });

  test('without a signature everything else is malformed', () => {
    for (const change of [{}, { typ: 'JWT' }, { kid: 'other' }, { jwk: {} }]) {
      const unsigned = encoded(JSON.stringify({ ...sampleHeader, ...change }));
      expect(reasonOf(`${unsigned}.${payload}.`)).toBe('malformed');
    }
  });

  test.each(['HS256', 'hs256', 'ES256'])('the public key as an HMAC secret, said to be %s', (alg) => {
    const input = `${encoded(JSON.stringify({ ...sampleHeader, alg }))}.${payload}`;
    const secrets = [
      keys.publicKey.export({ type: 'spki', format: 'pem' }),
      keys.publicKey.export({ type: 'spki', format: 'der' }),
      JSON.stringify(keys.publicKey.export({ format: 'jwk' })),
    ];
    for (const secret of secrets) {
      const mac = createHmac('sha256', secret).update(input).digest('base64url');
      expect(reasonOf(`${input}.${mac}`)).toBe(alg === 'ES256' ? 'bad_signature' : 'bad_algorithm');
    }
  });

  test.each([
    'JWT',
    'AT+JWT',
    'at+JWT',
    'application/at+jwt',
    'at+jwt ',
    'countersign-context+jwt',
    '',
    null,
    undefined,
    1,
  ])('typ %j is bad_type', (typ) => {
    expect(reasonOf(withHeader({ typ }))).toBe('bad_type');
  });
});

describe('keys', () => {
  test.each([
    'other-key',
    '',
    '../../../../dev/null',
    '/dev/null',
    "x' UNION SELECT 'secret",
    'key; touch /tmp/x',
    '$(id)',
    `${KID}\0`,
    `${KID} `,
    KID.toUpperCase(),
    '__proto__',
    'constructor',
  ])('kid %j is unknown_key', (kid) => {
    const known = new Map([[KID, keys.publicKey]]);
    expect(reasonOf(withHeader({ kid }), { key: (name) => known.get(name) })).toBe('unknown_key');
  });

  test.each([undefined, null, 1, [KID], { kid: KID }])('kid %j is unknown_key', (kid) => {
    expect(reasonOf(withHeader({ kid }), { key: () => keys.publicKey })).toBe('unknown_key');
  });

  test('an embedded key is refused and never used', () => {
    const attacker = tokenKeys();
    const jwk = attacker.publicKey.export({ format: 'jwk' });
    const forged = forgedToken({ ...sampleHeader, jwk }, sampleClaims(), attacker.privateKey);
    expect(reasonOf(forged)).toBe('malformed');
  });

  test.each(['jku', 'x5u', 'x5c', 'x5t', 'crit', 'b64', 'cty', 'zip', 'extra', '__proto__'])(
    'the header %s is refused',
    (name) => {
      const text = `${JSON.stringify(sampleHeader).slice(0, -1)},${JSON.stringify(name)}:"http://localhost:1/"}`;
      expect(reasonOf(signedToken(text, JSON.stringify(sampleClaims()), keys.privateKey))).toBe('malformed');
    },
  );

  test('a key of another kind is never used, even if the rules return it', () => {
    const others = [
      tokenKeys('P-384').publicKey,
      tokenKeys('secp256k1').publicKey,
      generateKeyPairSync('ed25519').publicKey,
      generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey,
      keys.privateKey,
    ];
    for (const key of others) expect(reasonOf(token, { key: () => key })).toBe('unknown_key');
  });
});

describe('signatures', () => {
  const input = Buffer.from(`${header}.${payload}`);

  test.each([
    ['of another key', sign('sha256', input, { key: tokenKeys().privateKey, dsaEncoding: 'ieee-p1363' })],
    ['in DER', sign('sha256', input, keys.privateKey)],
    ['over another hash', sign('sha384', input, { key: keys.privateKey, dsaEncoding: 'ieee-p1363' })],
    ['of zeros', Buffer.alloc(64)],
    ['of ones', Buffer.alloc(64, 255)],
    ['cut short', Buffer.from(signature, 'base64url').subarray(0, 63)],
    ['with a byte more', Buffer.concat([Buffer.from(signature, 'base64url'), Buffer.alloc(1)])],
    ['over another payload', Buffer.from(withClaims({ jti: 'other' }).split('.')[2] ?? '', 'base64url')],
  ])('a signature %s is bad_signature', (_case, bytes) => {
    expect(reasonOf(`${header}.${payload}.${encoded(bytes)}`)).toBe('bad_signature');
  });

  test('an answer never tells about unsigned claims: the signature is checked before the claims', () => {
    const forged = forgedToken(sampleHeader, sampleClaims({ exp: 1, iss: 'other' }), tokenKeys().privateKey);
    expect(reasonOf(forged)).toBe('bad_signature');
  });
});

describe('claims', () => {
  test.each(Object.keys(sampleClaims()))('without %s it is missing_claim', (claim) => {
    expect(reasonOf(withClaims({ [claim]: undefined }))).toBe('missing_claim');
  });

  test.each<[TokenReason, Record<string, unknown>]>([
    ['bad_issuer', { iss: `${ISSUER}/` }],
    ['bad_issuer', { iss: [ISSUER] }],
    ['bad_audience', { aud: 'crm' }],
    ['bad_audience', { aud: [AUDIENCE] }],
    ['bad_audience', { aud: [AUDIENCE, 'crm'] }],
    ['bad_audience', { aud: null }],
    ['malformed', { sub: 'erin@northwind.example' }],
    ['malformed', { client_id: 'other' }],
    ['malformed', { jti: '' }],
    ['malformed', { jti: 7 }],
    ['malformed', { iat: String(seconds) }],
    ['malformed', { nbf: null }],
    ['malformed', { exp: String(seconds + 300) }],
    ['malformed', { exp: seconds + 300.5 }],
    ['malformed', { exp: [seconds + 300] }],
    ['malformed', { exp: 1e300 }],
    ['malformed', { exp: -1 }],
    ['malformed', { grant_id: sampleTerms.request }],
    ['malformed', { grant_nbf: true }],
    ['malformed', { grant_exp: {} }],
    ['malformed', { tenant: 'Acme' }],
    ['malformed', { digest: 'sha256:00' }],
    ['malformed', { countersignatures: 'many' }],
    ['malformed', { cnf: { jkt: 'x' } }],
    ['malformed', { cnf: null }],
    ['malformed', { authorization_details: {} }],
    ['malformed', { authorization_details: [] }],
    ['malformed', { authorization_details: [null] }],
    ['malformed', { authorization_details: [{ type: 'other', terms: sampleTerms }] }],
    ['malformed', { authorization_details: [{ type: 'tenant_data', terms: sampleTerms, actions: ['*'] }] }],
    ['malformed', { authorization_details: Array(2).fill({ type: 'tenant_data', terms: sampleTerms }) }],
    ['malformed', { authorization_details: [{ type: 'tenant_data', terms: { ...sampleTerms, v: 2 } }] }],
    ['malformed', { authorization_details: [{ type: 'tenant_data', terms: { ...sampleTerms, extra: 1 } }] }],
    ['expired', { exp: seconds }],
    ['expired', { exp: seconds - 1, nbf: seconds - 9, iat: seconds - 9 }],
    ['not_yet_valid', { nbf: seconds + 6 }],
    ['not_yet_valid', { iat: seconds + 6 }],
  ])('is %s with %j', (reason, change) => {
    expect(reasonOf(withClaims(change))).toBe(reason);
  });

  test('an unknown claim is ignored (RFC 7519 §4), and so are countersignatures until a call needs them', () => {
    expect(reasonOf(withClaims({ note: 'x', countersignatures: [] }))).toBe('ok');
  });
});

describe('P3: life inside the window of the grant', () => {
  test.each<[TokenReason, string, Record<string, unknown>]>([
    ['expired', 'a grant that has ended', { grant_exp: seconds }],
    ['expired', 'a token that outlives its grant', { grant_exp: seconds + 299 }],
    ['not_yet_valid', 'a grant that has not begun', { grant_nbf: seconds + 6 }],
    ['not_yet_valid', 'a token older than its grant', { grant_nbf: seconds + 1 }],
    ['not_yet_valid', 'a token that begins at its end', { nbf: seconds + 3, exp: seconds + 3 }],
    ['digest_mismatch', 'a grant longer than its terms', { grant_exp: seconds + 3_541 }],
  ])('%s: %s', (reason, _case, change) => {
    expect(reasonOf(withClaims(change))).toBe(reason);
  });

  test('digest_mismatch: a grant that begins before its terms say', () => {
    const terms = { ...sampleTerms, startsAt: '2026-11-24T14:59:30Z', lapsesAt: '2026-11-24T15:30:00Z' };
    const claims = {
      digest: termsDigest(hashing, terms),
      authorization_details: [{ type: 'tenant_data', terms }],
    };
    expect(reasonOf(withClaims({ ...claims, grant_nbf: seconds - 30 }))).toBe('ok');
    expect(reasonOf(withClaims({ ...claims, grant_nbf: seconds - 31 }))).toBe('digest_mismatch');
  });

  const now = '2026-11-24T15:00:00Z';
  test.each<[string, Partial<Terms>]>([
    ['begun after the last moment to approve it', { lapsesAt: now }],
    ['of the window that was asked for, begun late', { startsAt: now, lapsesAt: '2026-11-24T15:10:00Z' }],
    [
      'first used after the last moment for that',
      { startsOn: 'first-use', lapsesAt: '2026-11-24T14:00:00Z', useBy: now },
    ],
    [
      'that was to be approved by then, whenever it is used',
      { lapsesAt: now, useBy: '2026-11-24T18:00:00Z' },
    ],
    ['at the end of the calendar', { lapsesAt: '9999-12-31T23:59:59Z' }],
  ])('digest_mismatch: a grant that ends later than its terms allow, %s', (_case, change) => {
    const terms = { ...sampleTerms, seconds: 600, ...change };
    const own = {
      digest: termsDigest(hashing, terms),
      authorization_details: [{ type: 'tenant_data', terms }],
    };
    const window = (late: number) => ({ grant_nbf: seconds + late, grant_exp: seconds + late + 600 });
    const token = (late: number) => withClaims({ ...own, ...window(late), nbf: seconds + late });
    const late = terms.lapsesAt.startsWith('9999') ? 'ok' : 'digest_mismatch';
    expect([reasonOf(token(0)), reasonOf(token(1))]).toEqual(['ok', late]);
  });
});

describe('P1: the digest is that of the terms', () => {
  const other = { ...sampleTerms, scope: [{ resource: '**', actions: ['read'] }] };
  const foreign = { ...sampleTerms, tenant: 'globex' };
  const details = (terms: object) => ({ authorization_details: [{ type: 'tenant_data', terms }] });

  test.each<[string, Record<string, unknown>]>([
    ['wider terms under an approved digest', details(other)],
    ['another digest over the approved terms', { digest: termsDigest(hashing, other) }],
    ['another tenant in the claims', { tenant: 'globex' }],
    ['another tenant in the terms', { ...details(foreign), digest: termsDigest(hashing, foreign) }],
    ['another person in the claims', { sub: 'usr_0199f0a0-7b2c-7003-8000-000000000009' }],
  ])('digest_mismatch: %s', (_case, change) => {
    expect(reasonOf(withClaims(change))).toBe('digest_mismatch');
  });

  test('members in another order are the same terms', () => {
    expect(reasonOf(withClaims(details(Object.fromEntries(Object.entries(sampleTerms).reverse()))))).toBe(
      'ok',
    );
  });
});

describe('any change', () => {
  test('P1: a token with any one byte changed is refused', () => {
    const changed = fc.tuple(fc.nat({ max: token.length - 1 }), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(changed, ([at, byte]) => {
        const text = `${token.slice(0, at)}${String.fromCharCode(byte)}${token.slice(at + 1)}`;
        fc.pre(text !== token);
        expect(reasonOf(text)).not.toBe('ok');
      }),
      { numRuns: runs(3_000) },
    );
  });

  test('a change of any letter of header or signature refuses the token', () => {
    for (let at = 0; at < token.length; at++) {
      if (at > header.length && at < header.length + payload.length) continue;
      const text = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      expect([at, reasonOf(text)]).not.toEqual([at, 'ok']);
    }
  });

  test('nothing that is not a token throws', () => {
    const part = fc.oneof(fc.json().map(encoded), fc.string().map(encoded), fc.string());
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        expect(reasonOf(parts.join('.'))).not.toBe('ok');
      }),
    );
  });
});
