import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { TokenReason } from '@countersign/authorization';
import { signedToken, tokenKeys } from '../factories/grant-token.js';

/** What an attacker has: the parts of a valid token and, for attacks that need it, the key that signed it. */
export type Material = {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  keys: { publicKey: KeyObject; privateKey: KeyObject };
  /** A validly signed token with this header and these claims. */
  token: string;
  /** An address at which the attacker listens. */
  listener: string;
};

/** One published attack: its name, a token that uses it, and the reason for its refusal. */
export type Attack = readonly [name: string, forge: (material: Material) => string, reason: TokenReason];

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const attacker = {
  p256: tokenKeys(),
  p384: tokenKeys('P-384'),
  k256: tokenKeys('secp256k1'),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  ed25519: generateKeyPairSync('ed25519'),
};
const json = JSON.stringify;
const base64url = (content: string | Buffer) => Buffer.from(content).toString('base64url');
const input = (header: object, claims: object) => `${base64url(json(header))}.${base64url(json(claims))}`;
const bytes32 = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');

/** Every mix of upper and lower case of a word. */
function casings(word: string): string[] {
  return [...word].reduce<string[]>(
    (begun, letter) => {
      const forms = new Set([letter.toLowerCase(), letter.toUpperCase()]);
      return begun.flatMap((text) => [...forms].map((form) => text + form));
    },
    [''],
  );
}

/** The valid token with other header members, signed by the real key. */
const withHeader =
  (change: Record<string, unknown>) =>
  ({ header, claims, keys }: Material) =>
    signedToken(json({ ...header, ...change }), json(claims), keys.privateKey);
/** The valid token with other claims, signed by the real key, as a careless or captured broker might mint it. */
const withClaims =
  (change: Record<string, unknown>) =>
  ({ header, claims, keys }: Material) =>
    signedToken(json(header), json({ ...claims, ...change }), keys.privateKey);
/** The valid token's text, changed before the real key signs it. */
const withText =
  (edit: (header: string, payload: string) => readonly [header: string, payload: string]) =>
  ({ header, claims, keys }: Material) =>
    signedToken(...edit(json(header), json(claims)), keys.privateKey);
/** The valid token's first two parts with other signature bytes. */
const withSignature =
  (forge: (signature: Buffer, signed: Buffer, material: Material) => Buffer) => (material: Material) => {
    const [header = '', payload = '', signature = ''] = material.token.split('.');
    const signed = Buffer.from(`${header}.${payload}`);
    return `${header}.${payload}.${base64url(forge(Buffer.from(signature, 'base64url'), signed, material))}`;
  };
const hmac =
  (alg: string, secret: (key: KeyObject) => string | Buffer) =>
  ({ header, claims, keys }: Material) => {
    const text = input({ ...header, alg }, claims);
    return `${text}.${createHmac('sha256', secret(keys.publicKey)).update(text).digest('base64url')}`;
  };
/** Widened claims with a header that contains the attacker's own key, signed by that key. */
const bringing = (member: (material: Material) => Record<string, unknown>) => (material: Material) => {
  const header = { ...material.header, ...member(material) };
  return signedToken(json(header), json(material.claims), attacker.p256.privateKey);
};
const ownJwk = attacker.p256.publicKey.export({ format: 'jwk' });

/** The published playbooks (RFC 8725 and the advisories of many libraries), one attack per row. */
export const JWT_PLAYBOOK: readonly Attack[] = [
  // No signature at all (CVE-2015-9235 and similar).
  ...casings('none').map(
    (alg): Attack => [
      `alg ${alg}, no signature`,
      ({ header, claims }) => `${input({ ...header, alg }, claims)}.`,
      'bad_algorithm',
    ],
  ),
  ['alg none with the old signature', withHeader({ alg: 'none' }), 'bad_algorithm'],
  ['the signature removed', ({ token }) => token.slice(0, token.lastIndexOf('.') + 1), 'malformed'],
  ['the signature removed with its dot', ({ token }) => token.slice(0, token.lastIndexOf('.')), 'malformed'],
  // The public key as an HMAC secret.
  ...[...casings('hs'), 'Hs']
    .slice(0, 4)
    .flatMap((family) =>
      ['256', '384', '512'].map(
        (size): Attack => [
          `the public key (PEM) as secret of ${family}${size}`,
          hmac(`${family}${size}`, (key) => key.export({ type: 'spki', format: 'pem' })),
          'bad_algorithm',
        ],
      ),
    ),
  [
    'the public key (DER) as HMAC secret',
    hmac('HS256', (key) => key.export({ type: 'spki', format: 'der' })),
    'bad_algorithm',
  ],
  [
    'the public key (JWK) as HMAC secret',
    hmac('HS256', (key) => json(key.export({ format: 'jwk' }))),
    'bad_algorithm',
  ],
  [
    'the public key as secret under a header that says ES256',
    hmac('ES256', (key) => key.export({ type: 'spki', format: 'pem' })),
    'bad_signature',
  ],
  ['an empty HMAC secret', hmac('HS256', () => ''), 'bad_algorithm'],
  // Other algorithms, well signed.
  ...casings('es')
    .filter((family) => family !== 'ES')
    .map((family): Attack => [`alg ${family}256`, withHeader({ alg: `${family}256` }), 'bad_algorithm']),
  ...[
    ' ES256',
    'ES256 ',
    'ES256\0',
    'ES256K',
    'ES384',
    'ES512',
    'RS256',
    'PS256',
    'EdDSA',
    'A256KW',
    'dir',
    '',
    null,
    0,
    256,
    true,
    ['ES256'],
    { alg: 'ES256' },
  ].map((alg): Attack => [`alg ${json(alg)}`, withHeader({ alg }), 'bad_algorithm']),
  // Signed by keys of other types, but declared as ES256.
  [
    'an ES384 key',
    withSignature((_s, signed) =>
      sign('sha384', signed, { key: attacker.p384.privateKey, dsaEncoding: 'ieee-p1363' }),
    ),
    'bad_signature',
  ],
  [
    'a secp256k1 key',
    withSignature((_s, signed) =>
      sign('sha256', signed, { key: attacker.k256.privateKey, dsaEncoding: 'ieee-p1363' }),
    ),
    'bad_signature',
  ],
  [
    'an RS256 key',
    withSignature((_s, signed) => sign('sha256', signed, attacker.rsa.privateKey)),
    'bad_signature',
  ],
  [
    'a PS256 key',
    withSignature((_s, signed) => sign('sha256', signed, { key: attacker.rsa.privateKey, padding: 6 })),
    'bad_signature',
  ],
  [
    'an EdDSA key',
    withSignature((_s, signed) => sign(null, signed, attacker.ed25519.privateKey)),
    'bad_signature',
  ],
  [
    'another ES256 key',
    withSignature((_s, signed) =>
      sign('sha256', signed, { key: attacker.p256.privateKey, dsaEncoding: 'ieee-p1363' }),
    ),
    'bad_signature',
  ],
  // Signatures that verify for any message, or in a second encoding (CVE-2022-21449 and malleability).
  ['a signature of zeros', withSignature(() => Buffer.alloc(64)), 'bad_signature'],
  [
    'r of zero',
    withSignature((signature) => Buffer.concat([Buffer.alloc(32), signature.subarray(32)])),
    'bad_signature',
  ],
  [
    's of zero',
    withSignature((signature) => Buffer.concat([signature.subarray(0, 32), Buffer.alloc(32)])),
    'bad_signature',
  ],
  [
    'r and s of the order',
    withSignature(() => Buffer.concat([bytes32(P256_ORDER), bytes32(P256_ORDER)])),
    'bad_signature',
  ],
  ['r of one, s of one', withSignature(() => Buffer.concat([bytes32(1n), bytes32(1n)])), 'bad_signature'],
  ['a signature of ones', withSignature(() => Buffer.alloc(64, 255)), 'bad_signature'],
  [
    'a DER signature',
    withSignature((_s, signed, { keys }) => sign('sha256', signed, keys.privateKey)),
    'bad_signature',
  ],
  ['a truncated signature', withSignature((signature) => signature.subarray(0, 63)), 'bad_signature'],
  [
    'a signature with trailing zeros',
    withSignature((signature) => Buffer.concat([signature, Buffer.alloc(8)])),
    'bad_signature',
  ],
  [
    'the signature twice',
    withSignature((signature) => Buffer.concat([signature, signature])),
    'bad_signature',
  ],
  [
    'a signature over another hash',
    withSignature((_s, signed, { keys }) =>
      sign('sha512', signed, { key: keys.privateKey, dsaEncoding: 'ieee-p1363' }),
    ),
    'bad_signature',
  ],
  [
    'another payload under the old signature',
    ({ header, claims, token }) => `${input(header, { ...claims, tenant: 'globex' })}.${token.split('.')[2]}`,
    'bad_signature',
  ],
  [
    'another header under the old signature',
    ({ header, claims, token }) =>
      `${input({ kid: header['kid'], typ: 'at+jwt', alg: 'ES256' }, claims)}.${token.split('.')[2]}`,
    'bad_signature',
  ],
  // The header names or contains a key.
  ...[
    '../../../../../../dev/null',
    '/dev/null',
    'file:///dev/null',
    "x' UNION SELECT 'secret' -- ",
    "' OR '1'='1",
    '$(touch /tmp/owned)',
    '|touch /tmp/owned',
    '`id`',
    ';id',
    '{{7*7}}',
    '#{7*7}',
    '%00',
    '\0',
    '',
    '__proto__',
    'constructor',
    'toString',
    '*',
  ].map((kid): Attack => [`kid ${json(kid)}`, withHeader({ kid }), 'unknown_key']),
  ...[null, 0, true, [], ['key'], {}].map(
    (kid): Attack => [`kid ${json(kid)}`, withHeader({ kid }), 'unknown_key'],
  ),
  ['no kid', withHeader({ kid: undefined }), 'unknown_key'],
  [
    'a kid that is a URL',
    (material) => withHeader({ kid: `${material.listener}/jwks.json` })(material),
    'unknown_key',
  ],
  ['an embedded jwk', bringing(() => ({ jwk: ownJwk })), 'malformed'],
  [
    'an embedded jwk under the good kid',
    bringing(({ header }) => ({ jwk: { ...ownJwk, kid: header['kid'] } })),
    'malformed',
  ],
  ['jku to a listener', bringing(({ listener }) => ({ jku: `${listener}/jwks.json` })), 'malformed'],
  ['x5u to a listener', bringing(({ listener }) => ({ x5u: `${listener}/cert.pem` })), 'malformed'],
  ['x5c', bringing(() => ({ x5c: [base64url('a certificate')] })), 'malformed'],
  ['x5t', bringing(() => ({ x5t: base64url('a thumbprint') })), 'malformed'],
  ['iss of a listener', (material) => withClaims({ iss: material.listener })(material), 'bad_issuer'],
  // Header extensions that a verifier must understand.
  ['crit', withHeader({ crit: ['exp'] }), 'malformed'],
  ['an empty crit', withHeader({ crit: [] }), 'malformed'],
  ['b64 false', withHeader({ b64: false, crit: ['b64'] }), 'malformed'],
  ['zip', withHeader({ zip: 'DEF' }), 'malformed'],
  ['cty of a nested token', withHeader({ cty: 'JWT' }), 'malformed'],
  [
    'a token as payload',
    ({ header, keys, token }) => signedToken(json({ ...header }), json(token), keys.privateKey),
    'malformed',
  ],
  [
    'a list as payload',
    ({ header, claims, keys }) => signedToken(json(header), json([claims]), keys.privateKey),
    'malformed',
  ],
  ['typ JWT', withHeader({ typ: 'JWT' }), 'bad_type'],
  ['typ of the signed context', withHeader({ typ: 'countersign-context+jwt' }), 'bad_type'],
  ['typ in capitals', withHeader({ typ: 'AT+JWT' }), 'bad_type'],
  // Texts with two meanings.
  [
    'alg twice',
    withText((header, payload) => [`{"alg":"none",${header.slice(1)}`, payload]),
    'duplicate_member',
  ],
  [
    'kid twice',
    withText((header, payload) => [`{"kid":"other",${header.slice(1)}`, payload]),
    'duplicate_member',
  ],
  ['exp twice', withText((header, payload) => [header, `{"exp":1,${payload.slice(1)}`]), 'duplicate_member'],
  [
    'tenant twice, once escaped',
    withText((header, payload) => [header, `{"\\u0074enant":"globex",${payload.slice(1)}`]),
    'duplicate_member',
  ],
  [
    'terms twice',
    withText((header, payload) => [header, payload.replace('"terms":', '"terms":{},"terms":')]),
    'duplicate_member',
  ],
  ['a byte order mark', withText((header, payload) => [`\ufeff${header}`, payload]), 'malformed'],
  ['text behind the payload', withText((header, payload) => [header, `${payload}{}`]), 'malformed'],
  ['a comment in the payload', withText((header, payload) => [header, `${payload}/**/`]), 'malformed'],
  ['padding', ({ token }) => `${token}==`, 'malformed'],
  ['base64 in place of base64url', ({ token }) => `${token.slice(0, -1)}+`, 'malformed'],
  ['leftover bits in a last letter', ({ token }) => respelt(token), 'malformed'],
  ['a fourth part', ({ token }) => `${token}.${base64url('x')}`, 'malformed'],
  ['five parts, as if encrypted', ({ token }) => `${token}.${base64url('x')}.${base64url('y')}`, 'malformed'],
  ['flattened JSON serialisation', ({ token }) => flattened(token), 'malformed'],
  ['general JSON serialisation', ({ token }) => general(token), 'malformed'],
  ['a quoted token', ({ token }) => json(token), 'malformed'],
  ['a token beyond 7,680 bytes', withClaims({ padding: 'x'.repeat(7_000) }), 'malformed'],
  // Claims of other types, and invalid numbers.
  ...(
    [
      ['exp', '9999999999'],
      ['exp', [9_999_999_999]],
      ['exp', true],
      ['exp', null],
      ['exp', 1e21],
      ['exp', -1],
      ['exp', 1.5],
      ['nbf', '0'],
      ['iat', {}],
      ['grant_exp', '9999999999'],
      ['grant_nbf', false],
      ['jti', {}],
      ['sub', ['usr_x']],
      ['sub', 'usr_x'],
      ['tenant', ['acme']],
      ['tenant', 'ACME'],
      ['tenant', '*'],
      ['digest', ['sha256:0']],
      ['client_id', 'other'],
      ['grant_id', '../x'],
      ['authorization_details', {}],
      ['authorization_details', []],
      ['cnf', { jkt: 'x' }],
    ] as const
  ).map(([claim, value]): Attack => [`${claim} ${json(value)}`, withClaims({ [claim]: value }), 'malformed']),
  [
    'exp beyond all numbers',
    withText((header, payload) => [header, payload.replace(/"exp":\d+/, '"exp":1e400')]),
    'malformed',
  ],
  [
    'exp beyond exact numbers',
    withText((header, payload) => [header, payload.replace(/"exp":\d+/, '"exp":9007199254740993')]),
    'malformed',
  ],
  ...(
    [
      ['aud', ['billing']],
      ['aud', ['billing', 'crm']],
      ['aud', 'crm'],
      ['aud', 'Billing'],
      ['aud', ''],
      ['aud', { 0: 'billing' }],
    ] as const
  ).map(
    ([claim, value]): Attack => [`${claim} ${json(value)}`, withClaims({ [claim]: value }), 'bad_audience'],
  ),
  ...[
    'iss',
    'aud',
    'sub',
    'jti',
    'iat',
    'nbf',
    'exp',
    'grant_id',
    'digest',
    'tenant',
    'authorization_details',
  ].map((claim): Attack => [`no ${claim}`, withClaims({ [claim]: undefined }), 'missing_claim']),
  ['exp in the past', withClaims({ exp: 1 }), 'expired'],
  [
    'a digest that is not of the terms',
    withClaims({ digest: `sha256:${'0'.repeat(64)}` }),
    'digest_mismatch',
  ],
  ['another tenant than that of the terms', withClaims({ tenant: 'globex' }), 'digest_mismatch'],
];

/** The same signature in its other form (r, n − s). It signs the same bytes. */
export const malleated = withSignature((signature) => {
  const s = BigInt(`0x${signature.subarray(32).toString('hex')}`);
  return Buffer.concat([signature.subarray(0, 32), bytes32(P256_ORDER - s)]);
});

/** The last character of an encoded 64-byte signature has four bits that decoders ignore. */
function respelt(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + alphabet.charAt(alphabet.indexOf(token.at(-1) ?? '') + 1);
}

function flattened(token: string): string {
  const [header, payload, signature] = token.split('.');
  return json({ protected: header, payload, signature });
}

function general(token: string): string {
  const [header, payload, signature] = token.split('.');
  return json({ payload, signatures: [{ protected: header, signature }] });
}
