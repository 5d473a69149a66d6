import { hash } from 'node:crypto';
import {
  canonicalTerms,
  isId,
  isInstant,
  isSealedLog,
  isTenantSlug,
  jwsToSign,
  latestEndOfTerms,
  MAX_TOKEN_BYTES,
  type Signature,
  type Terms,
  type ToSign,
  termsDigest,
} from '@countersign/contract';

type MintErrorCode =
  | 'outside_window'
  | 'invalid_claims'
  | 'digest_mismatch'
  | 'token_too_large'
  | 'unusable_key';

/** Why no token was minted. The message never repeats a claim or a part of a key. */
export class MintError extends Error {
  readonly code: MintErrorCode;

  constructor(code: MintErrorCode, detail: string) {
    super(detail);
    this.name = 'MintError';
    this.code = code;
  }
}

/** The content of a grant token and which key signs it. Instants are RFC 3339 in whole seconds. */
export type MintOrder = {
  issuer: string;
  /** The service's audience. */
  audience: string;
  /** `usr_…`, the requester of the terms. */
  subject: string;
  jti: string;
  now: Date;
  /** The longest life. The end of the grant may cut it. */
  tokenTtlSeconds: number;
  grant: { id: string; startsAt: string; endsAt: string };
  tenant: string;
  /** The sealed log that the calls are recorded in, for access under a gag. Absent: the tenant's own. */
  log?: string;
  terms: Terms;
  digest: string;
  /** The customer's signatures. Absent or empty if there are none. */
  countersignatures?: readonly Signature[];
  signer: { kid: string; alg: string };
};

/** `expiresIn` is in seconds from `iat`, `exp` in seconds since the epoch. */
export type UnsignedGrantToken = ToSign<string> & { expiresIn: number; exp: number };

/** Of ES256: 64 bytes as base64url, and the dot before them. */
const SIGNATURE_CHARS = 87;

/**
 * A grant token before it is signed with ES256 (docs/contract.md, Token):
 *
 *     base64url( {"alg":"ES256","typ":"at+jwt","kid":…} ) . base64url( claims ) . base64url( signature )
 *
 * The caller has decided that a token may be minted. This function refuses only tokens that must never exist.
 *
 * P3: the token is valid from now, for `tokenTtlSeconds` or until the grant ends, whichever is first. Throws MintError
 * `outside_window` if no such time lies inside the grant's window, `digest_mismatch` or `invalid_claims` if the parts of
 * the order disagree, `token_too_large` above 7,680 bytes, `unusable_key` for a key that signs with another algorithm.
 */
export function grantTokenToSign(order: MintOrder): UnsignedGrantToken {
  requireConsistent(order);
  const { iat, exp, grantBegins, grantEnds } = lifeOf(order);
  const header = { alg: 'ES256', typ: 'at+jwt', kid: order.signer.kid };
  const token = jwsToSign(header, {
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
    ...(order.log === undefined ? {} : { log: order.log }),
    digest: order.digest,
    // In canonical order, so that a checker need not sort the members to hash them.
    authorization_details: [{ type: 'tenant_data', terms: JSON.parse(canonicalTerms(order.terms)) }],
    ...((order.countersignatures ?? []).length === 0 ? {} : { countersignatures: order.countersignatures }),
  });
  if (token.bytes.length + SIGNATURE_CHARS > MAX_TOKEN_BYTES)
    throw new MintError('token_too_large', 'the token would be over 7,680 bytes');
  return { ...token, expiresIn: exp - iat, exp };
}

type Life = { iat: number; exp: number; grantBegins: number; grantEnds: number };

function lifeOf({ now, tokenTtlSeconds, grant }: MintOrder): Life {
  const iat = Math.floor(now.getTime() / 1_000);
  const grantBegins = Date.parse(grant.startsAt) / 1_000;
  const grantEnds = Date.parse(grant.endsAt) / 1_000;
  const exp = Math.min(iat + tokenTtlSeconds, grantEnds);
  if (!(grantBegins <= iat && iat < exp)) {
    throw new MintError('outside_window', 'the token would have no lifetime inside the window of the grant');
  }
  return { iat, exp, grantBegins, grantEnds };
}

type Check = (order: MintOrder) => boolean;

/** A checker would refuse a token that contradicts itself. It is a fault of the caller, so it is not even signed. */
const CHECKS: readonly (readonly [what: string, holds: Check])[] = [
  ['issuer', ({ issuer }) => issuer !== ''],
  ['audience', ({ audience }) => audience !== ''],
  ['jti', ({ jti }) => jti !== ''],
  ['key id', ({ signer }) => signer.kid !== ''],
  ['life', ({ tokenTtlSeconds }) => Number.isSafeInteger(tokenTtlSeconds) && tokenTtlSeconds > 0],
  ['grant', ({ grant }) => isId('grt', grant.id) && isInstant(grant.startsAt) && isInstant(grant.endsAt)],
  ['subject', ({ subject, terms }) => isId('usr', subject) && terms.requester === subject],
  ['tenant', ({ tenant, terms }) => isTenantSlug(tenant) && terms.tenant === tenant],
  ['log', ({ log, terms }) => log === undefined || (isSealedLog(log) && terms.basis === 'legal')],
  ['window', ({ grant, terms }) => liesInTerms(grant, terms)],
];

/** Throws MintError `invalid_claims`, naming the part that contradicts the terms, or `digest_mismatch`. */
export function requireConsistent(order: MintOrder): void {
  if (order.signer.alg !== 'ES256') throw new MintError('unusable_key', 'the key does not sign ES256');
  for (const [what, holds] of CHECKS) {
    if (!holds(order))
      throw new MintError('invalid_claims', `the ${what} cannot be that of a token with these terms`);
  }
  const digest = termsDigest({ sha256: (data) => hash('sha256', data, 'buffer') }, order.terms);
  if (digest !== order.digest) throw new MintError('digest_mismatch', 'the digest is not that of the terms');
}

function liesInTerms(grant: MintOrder['grant'], terms: Terms): boolean {
  const begins = Date.parse(grant.startsAt);
  const early = terms.startsAt !== undefined && begins < Date.parse(terms.startsAt);
  const ends = Date.parse(grant.endsAt);
  return !early && ends <= begins + terms.seconds * 1_000 && ends <= latestEndOfTerms(terms);
}
