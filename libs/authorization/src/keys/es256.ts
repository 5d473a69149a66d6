import type { KeyObject } from 'node:crypto';

/** True for a public key on P-256, the only kind that ES256 (RFC 7518 §3.4) knows. */
export function isEs256Key(key: KeyObject): boolean {
  return (
    key.type === 'public' &&
    key.asymmetricKeyType === 'ec' &&
    key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  );
}
