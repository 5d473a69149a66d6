import type { GrantTokenClaims } from './claims.js';

/** Why a token is refused: the stable codes that `token-check` answers (CONTRACT §4). */
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

/** `detail` says which rule was broken; it never repeats the token or a part of it. */
export type TokenRefusal = { reason: TokenReason; detail: string };

export type TokenVerdict = { ok: true; claims: GrantTokenClaims } | ({ ok: false } & TokenRefusal);

export function refuse(reason: TokenReason, detail: string): TokenRefusal {
  return { reason, detail };
}
