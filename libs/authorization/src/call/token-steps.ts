import type { CallStep } from './call.js';

// The token was verified when the call arrived. These steps repeat what may have changed while the call waited.

/** A signing key that was revoked, or that has retired, opens nothing. */
export const signingKeyIsActive: CallStep = ({ view, kid, now }) =>
  view.hasActiveSigningKey(kid, now)
    ? undefined
    : {
        code: 'invalid_token',
        detail: 'the signing key was revoked or has retired',
        reason: 'unknown_key',
      };

/** A token that has expired opens nothing. Its end has no clock tolerance. */
export const tokenHasNotExpired: CallStep = ({ claims, now }) =>
  now < claims.exp * 1_000
    ? undefined
    : { code: 'invalid_token', detail: 'the token has ended meanwhile', reason: 'expired' };
