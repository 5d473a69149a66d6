import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Hashing, type Terms, termsDigest } from '@countersign/contract';

export const hashing: Hashing = { sha256: (data) => createHash('sha256').update(data).digest() };

/** The moment at which the sample token is minted and checked. */
export const NOW = Date.parse('2026-11-24T15:00:00.400Z');
export const ISSUER = 'http://localhost:4000';
export const AUDIENCE = 'billing';
export const KID = 'sample-key';

export const sampleTerms: Terms = {
  v: 1,
  deployment: 'dep_0199f0a0-7b2c-7001-8000-000000000001',
  request: 'req_0199f0a0-7b2c-7002-8000-000000000002',
  basis: 'approval',
  tenant: 'acme',
  service: 'billing',
  routes: `sha256:${'ab'.repeat(32)}`,
  scope: [{ resource: 'invoices/*', actions: ['list', 'read'] }],
  seconds: 3_600,
  startsOn: 'approval',
  lapsesAt: '2026-11-25T03:00:00Z',
  requester: 'usr_0199f0a0-7b2c-7003-8000-000000000003',
  justification: `c1:${'A'.repeat(43)}`,
};

export const sampleHeader: Record<string, unknown> = { alg: 'ES256', typ: 'at+jwt', kid: KID };

/** Claims as the broker mints them, with some replaced. A member set to undefined is omitted. */
export function sampleClaims(change: Record<string, unknown> = {}): Record<string, unknown> {
  const now = Math.floor(NOW / 1_000);
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: sampleTerms.requester,
    client_id: 'countersign',
    jti: 'sample-jti',
    iat: now,
    nbf: now,
    exp: now + 300,
    grant_id: 'grt_0199f0a0-7b2c-7004-8000-000000000004',
    grant_nbf: now - 60,
    grant_exp: now + 3_540,
    tenant: sampleTerms.tenant,
    digest: termsDigest(hashing, sampleTerms),
    authorization_details: [{ type: 'tenant_data', terms: sampleTerms }],
    ...change,
  };
}

export type TokenKeys = { publicKey: KeyObject; privateKey: KeyObject };

export function tokenKeys(namedCurve = 'P-256'): TokenKeys {
  return generateKeyPairSync('ec', { namedCurve });
}

const encoded = (text: string) => Buffer.from(text, 'utf8').toString('base64url');

/** A token over exactly these texts, signed with ES256 even if the header names another algorithm. */
export function signedToken(header: string, payload: string, privateKey: KeyObject): string {
  const input = `${encoded(header)}.${encoded(payload)}`;
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** A token with this header and these claims as JSON. */
export function forgedToken(
  header: Record<string, unknown>,
  claims: Record<string, unknown>,
  privateKey: KeyObject,
): string {
  return signedToken(JSON.stringify(header), JSON.stringify(claims), privateKey);
}
