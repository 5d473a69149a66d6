import type { KeyObject } from 'node:crypto';
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

/** What a good token says, and the key that has signed it. */
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
