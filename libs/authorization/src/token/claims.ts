import type { Terms } from '@countersign/contract';

/**
 * The claims of a grant token that has passed every check (CONTRACT §4). `iat nbf exp grant_nbf grant_exp` are whole
 * seconds since the epoch. `terms` are those of the one entry of `authorization_details`.
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
  /** `sha256:…` of the canonical terms. */
  digest: string;
  terms: Terms;
  /** As they stand in the token, unread; where there are any. */
  countersignatures?: readonly unknown[];
};
