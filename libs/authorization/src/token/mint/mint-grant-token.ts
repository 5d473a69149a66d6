import type { KeyObject } from 'node:crypto';
import { canonicalTerms, MAX_TOKEN_BYTES, type Signature, type Terms } from '@countersign/contract';
import jsonwebtoken from 'jsonwebtoken';
import { requireConsistent } from './consistency.js';
import { MintError } from './errors.js';

/** What a grant token says and who signs it. Instants are RFC 3339 in whole seconds. */
export type MintOrder = {
  issuer: string;
  /** The service's audience. */
  audience: string;
  /** `usr_…`, the requester of the terms. */
  subject: string;
  jti: string;
  now: Date;
  /** The longest life; the grant's end may cut it. */
  tokenTtlSeconds: number;
  grant: { id: string; startsAt: string; endsAt: string };
  tenant: string;
  terms: Terms;
  digest: string;
  /** The customer's signatures; absent or empty where there are none. */
  countersignatures?: readonly Signature[];
  key: { kid: string; privateKey: KeyObject };
};

/** `expiresIn` is in seconds from `iat`, `exp` in seconds since the epoch. */
type MintedGrantToken = { token: string; expiresIn: number; exp: number };

/**
 * Signs a grant token (ES256, CONTRACT §4). Whether one may be minted was decided before; what is refused here is
 * what no token may ever be.
 *
 * P3: its life begins now and ends after `tokenTtlSeconds` or with the grant, whichever is first. Throws MintError
 * `outside_window` when no such life lies inside the grant's window, `digest_mismatch` or `invalid_claims` when the
 * parts of the order disagree, `token_too_large` above 7,680 bytes, `unusable_key` for a key that is not P-256.
 */
export function mintGrantToken(order: MintOrder): MintedGrantToken {
  requireConsistent(order);
  const { iat, exp, grantBegins, grantEnds } = lifeOf(order);
  const token = sign(order, {
    iss: order.issuer,
    aud: order.audience,
    sub: order.subject,
    client_id: 'countersign',
    jti: order.jti,
    iat,
    nbf: iat,
    exp,
    grant_id: order.grant.id,
    grant_nbf: grantBegins,
    grant_exp: grantEnds,
    tenant: order.tenant,
    digest: order.digest,
    // In canonical order, so that a checker need not sort them to hash them.
    authorization_details: [{ type: 'tenant_data', terms: JSON.parse(canonicalTerms(order.terms)) }],
    ...((order.countersignatures ?? []).length === 0 ? {} : { countersignatures: order.countersignatures }),
  });
  if (token.length > MAX_TOKEN_BYTES)
    throw new MintError('token_too_large', 'the token would be over 7,680 bytes');
  return { token, expiresIn: exp - iat, exp };
}

type Life = { iat: number; exp: number; grantBegins: number; grantEnds: number };

function lifeOf({ now, tokenTtlSeconds, grant }: MintOrder): Life {
  const iat = Math.floor(now.getTime() / 1_000);
  const grantBegins = Date.parse(grant.startsAt) / 1_000;
  const grantEnds = Date.parse(grant.endsAt) / 1_000;
  const exp = Math.min(iat + tokenTtlSeconds, grantEnds);
  if (!(grantBegins <= iat && iat < exp)) {
    throw new MintError('outside_window', 'no life of the token lies inside the window of the grant');
  }
  return { iat, exp, grantBegins, grantEnds };
}

function sign(order: MintOrder, claims: object): string {
  const { kid, privateKey } = order.key;
  try {
    return jsonwebtoken.sign(claims, privateKey, {
      algorithm: 'ES256',
      header: { alg: 'ES256', typ: 'at+jwt', kid },
    });
  } catch (cause) {
    throw new MintError('unusable_key', 'the key cannot sign ES256', { cause });
  }
}
