import { type Identity, jwsSigner } from '../identity.js';

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
  /** `sha256:` + hex of the body, if it was read whole before the decision; otherwise undefined: it streams. */
  body_sha256: string | undefined;
};

/** `now`: the wall clock, in milliseconds. */
export type ContextSigner = (audience: string, claims: CallContextClaims, now: number) => string;

const LIFE_SECONDS = 30;

/**
 * Signs the `Countersign-Context` header: a compact EdDSA JWS (`typ: countersign-context+jwt`) by the gateway's
 * identity. It is bound to this audience, method, path with query, and to the body if that was read before the decision.
 * It is valid for half a minute. An upstream that requires it detects calls that went around the gateway
 * (`countersignContext` of `@countersign/authorization/context`).
 */
export function contextSigner(identity: Identity, gateway: string): ContextSigner {
  const signed = jwsSigner(identity, 'countersign-context+jwt');
  return (audience, claims, now) => {
    const iat = Math.floor(now / 1000);
    const { tenant, sub, grant_id, record, method, path, body_sha256 } = claims;
    const exp = iat + LIFE_SECONDS;
    return signed({
      iss: gateway,
      aud: audience,
      iat,
      exp,
      tenant,
      sub,
      grant_id,
      record,
      method,
      path,
      // JSON leaves an undefined member out.
      body_sha256,
    });
  };
}
