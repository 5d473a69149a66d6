import { sign } from 'node:crypto';
import type { Identity } from '../identity.js';

/** What the gateway asserts about a call. The upstream can verify it. */
type CallContextClaims = {
  tenant: string;
  /** `usr_…` */
  sub: string;
  grant_id: string;
  /** `rec_…` of the access record. */
  record: string;
  method: string;
  /** The request target that the upstream receives: path with query. */
  path: string;
};

/** `now`: the wall clock, in milliseconds. */
export type ContextSigner = (audience: string, claims: CallContextClaims, now: number) => string;

const LIFE_SECONDS = 30;

/**
 * Signs the `Countersign-Context` header: a compact EdDSA JWS (`typ: countersign-context+jwt`) by the gateway's
 * identity. It is bound to this method, path and audience, and valid for half a minute. An upstream that requires it
 * detects calls that went around the gateway.
 */
export function contextSigner({ kid, privateKey }: Identity, gateway: string): ContextSigner {
  const header = encode({ alg: 'EdDSA', typ: 'countersign-context+jwt', kid });
  return (audience, claims, now) => {
    const iat = Math.floor(now / 1000);
    const { tenant, sub, grant_id, record, method, path } = claims;
    const exp = iat + LIFE_SECONDS;
    const payload = { iss: gateway, aud: audience, iat, exp, tenant, sub, grant_id, record, method, path };
    const input = `${header}.${encode(payload)}`;
    return `${input}.${sign(null, Buffer.from(input, 'latin1'), privateKey).toString('base64url')}`;
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}
