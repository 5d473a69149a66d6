import type { Signer } from '@countersign/access';
import { jwsToSign, signWith } from '@countersign/contract';

/** How long one authorization is valid. Push services accept a day at most (RFC 8292, section 2). */
const VALID_SECONDS = 12 * 3_600;

/** The key as browsers take it when they subscribe: the uncompressed point, base64url. */
export function applicationServerKey(publicKey: Signer['publicKey']): string {
  const point = ['x', 'y'].map((name) => Buffer.from(String(publicKey[name]), 'base64url'));
  return Buffer.concat([Buffer.of(4), ...point]).toString('base64url');
}

/**
 * Says to a push service who sends (VAPID, RFC 8292): a JSON Web Token over ES256, and the key that the browser subscribed with.
 * The token names the service's origin, so that it is worth nothing to another one.
 *
 * @param contact where the operator of the push service can complain: an `https:` or `mailto:` address
 */
export async function vapidAuthorization(
  endpoint: string,
  signer: Signer,
  contact: string,
  now: Date,
): Promise<string> {
  const exp = Math.floor(now.getTime() / 1_000) + VALID_SECONDS;
  const claims = { aud: new URL(endpoint).origin, exp, sub: contact };
  const token = await signWith(signer, jwsToSign({ typ: 'JWT', alg: signer.alg }, claims));
  return `vapid t=${token}, k=${applicationServerKey(signer.publicKey)}`;
}
