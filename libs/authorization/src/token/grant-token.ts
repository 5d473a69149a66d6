import type { KeyObject } from 'node:crypto';
import type { Hashing, Terms } from '@countersign/contract';

/**
 * The claims of a grant token that has passed every check (docs/contract.md, Token). `iat nbf exp grant_nbf grant_exp` are
 * whole seconds since the epoch. `terms` are those of the one entry of `authorization_details`.
 */
export type GrantTokenClaims = {
  iss: string;
  /** The service's audience. */
  aud: string;
  /** `usr_…`, the requester of the terms. */
  sub: string;
  client_id: 'countersign';
  jti: string;
  iat: number;
  nbf: number;
  exp: number;
  /** `grt_…` */
  grant_id: string;
  grant_nbf: number;
  grant_exp: number;
  tenant: string;
  /** The sealed log that the calls are recorded in, for access under a gag. Absent: the tenant's own. */
  log?: string;
  /** `sha256:…` of the canonical terms. */
  digest: string;
  terms: Terms;
  /** As they are in the token, not parsed. Absent if there are none. */
  countersignatures?: readonly unknown[];
};

/** The log that the calls under a token are recorded in. */
export const logOf = ({ log, tenant }: Pick<GrantTokenClaims, 'log' | 'tenant'>): string => log ?? tenant;

/** Why a token is refused: the stable codes of `token-check`. docs/contract.md, Token. */
export type TokenReason =
  | 'malformed'
  | 'bad_algorithm'
  | 'unknown_key'
  | 'bad_signature'
  | 'bad_type'
  | 'bad_issuer'
  | 'bad_audience'
  | 'expired'
  | 'not_yet_valid'
  | 'missing_claim'
  | 'duplicate_member'
  | 'digest_mismatch';

/** `detail` says which rule was broken. It never repeats the token or a part of it. */
export type TokenRefusal = { reason: TokenReason; detail: string };

/** The claims of a valid token, and the key that signed it. */
export type GoodToken = {
  readonly ok: true;
  readonly claims: GrantTokenClaims;
  readonly kid: string;
  readonly key: KeyObject;
};

export type TokenVerdict = GoodToken | ({ ok: false } & TokenRefusal);

export function refuse(reason: TokenReason, detail: string): TokenRefusal {
  return { reason, detail };
}

/** What a token is checked against. Every member is required: a checker without issuer or audience checks nothing. */
export type TokenRules = {
  issuer: string;
  audience: string;
  /** The public key of that id. Undefined if it is not trusted, or no longer, at that time. */
  key(kid: string, now: number): KeyObject | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
  hashing: Hashing;
};

export type JsonObject = Readonly<Record<string, unknown>>;

/** The three parts of the compact form (RFC 7515 §7.1) as text, or as the bytes that they encode. */
type TokenParts<Part> = { header: Part; payload: Part; signature: Part };

/**
 * What the checks read, and what one check leaves for the next. Header and payload are empty until they are parsed, so that
 * a check that ran too early would refuse.
 */
export type TokenContext = {
  readonly token: string;
  readonly rules: TokenRules;
  /** Milliseconds since the epoch, read once. */
  readonly now: number;
  parts: TokenParts<string>;
  bytes: TokenParts<Buffer>;
  /** The JSON of header and payload. */
  json: readonly string[];
  header: JsonObject;
  payload: JsonObject;
  key: KeyObject | undefined;
  claims: GrantTokenClaims | undefined;
  /** The terms as they are in the token. Set together with the claims. */
  rawTerms: unknown;
};

/** One named check: a refusal, or undefined to go on. */
export type TokenStep = (context: TokenContext) => TokenRefusal | undefined;

/** A check that depends on the time. It is repeated for a cached token. */
export type TimeStep = (context: Pick<TokenContext, 'payload' | 'now'>) => TokenRefusal | undefined;
