import { createPrivateKey, sign } from 'node:crypto';
import type { StoredKey } from '@countersign/access';

/** How long one authorization is valid. Push services accept a day at most (RFC 8292, section 2). */
const VALID_SECONDS = 12 * 3_600;

/** The key as browsers take it when they subscribe: the uncompressed point, base64url. */
export function applicationServerKey({ publicJwk }: Pick<StoredKey, 'publicJwk'>): string {
  const point = ['x', 'y'].map((name) => Buffer.from(String(publicJwk[name]), 'base64url'));
  return Buffer.concat([Buffer.of(4), ...point]).toString('base64url');
}

/**
 * Says to a push service who sends (VAPID, RFC 8292): a JSON Web Token over ES256, and the key that the browser subscribed with.
 * The token names the service's origin, so that it is worth nothing to another one.
 *
 * @param contact where the operator of the push service can complain: an `https:` or `mailto:` address
 */
export function vapidAuthorization(endpoint: string, key: StoredKey, contact: string, now: Date): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
  const exp = Math.floor(now.getTime() / 1_000) + VALID_SECONDS;
  const signed = `${part({ typ: 'JWT', alg: 'ES256' })}.${part({ aud: new URL(endpoint).origin, exp, sub: contact })}`;
  const signature = sign('sha256', Buffer.from(signed, 'latin1'), {
    key: createPrivateKey(key.privatePem),
    dsaEncoding: 'ieee-p1363',
  });
  return `vapid t=${signed}.${signature.toString('base64url')}, k=${applicationServerKey(key)}`;
}
