import type { ContextMode } from '@countersign/contract';
import type { ContextKey } from '@countersign/gateway-protocol';
import { hmacSigner, type Identity, jwsSigner } from '../identity.js';
import type { ContextKeys } from './context-keys.js';

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

/** Signs the context of one call. `now`: the wall clock, in milliseconds. */
export type ContextSigner = (audience: string, claims: CallContextClaims, now: number) => string;

/** How a service's calls are signed: `none` if they are not. */
export type ServiceContext = { mode: ContextMode; sign: ContextSigner | undefined };

/** The refusal of a call whose service needs a key that this host does not have. */
export const CONTEXT_KEY_MISSING = {
  code: 'context_key_missing',
  detail:
    'run `countersign gateways context-key SERVICE` on the gateway’s host, and give the key to the upstream',
} as const;

const LIFE_SECONDS = 30;
const TYPE = 'countersign-context+jwt';
const NONE: ServiceContext = { mode: 'none', sign: undefined };

/**
 * The `Countersign-Context` header: a compact JWS (`typ: countersign-context+jwt`). It is bound to this audience, method,
 * path with query, and to the body if that was read before the decision. It is valid for half a minute. An upstream that
 * requires it detects calls that went around the gateway (`countersignContext` of `@countersign/authorization/context`).
 *
 * By the service's mode it is signed with the gateway's identity (EdDSA, which every upstream can verify and none can
 * make), with a key that only this host and the one upstream have (HS256), or left out.
 */
export class CallContexts {
  private readonly byIdentity: ServiceContext;
  /** One signer for each key: the header is encoded once. Two services could have keys with the same id, so the id does not count. */
  private readonly byKey = new WeakMap<ContextKey, ServiceContext>();

  constructor(
    identity: Identity,
    private readonly gateway: string,
    private readonly keys: ContextKeys,
  ) {
    this.byIdentity = { mode: 'ed25519', sign: this.signer(jwsSigner(identity, TYPE)) };
  }

  /** How to sign now, by the service's setting; undefined if the key that the mode needs is missing: then no call may be made. */
  of(service: string, mode: ContextMode | undefined, now: number): ServiceContext | undefined {
    if (mode === undefined || mode === 'ed25519') return this.byIdentity;
    if (mode === 'none') return NONE;
    const found = this.keys.signing(service, now);
    if (found === undefined) return undefined;
    const known = this.byKey.get(found);
    if (known !== undefined) return known;
    const context: ServiceContext = { mode, sign: this.signer(hmacSigner(found, TYPE)) };
    this.byKey.set(found, context);
    return context;
  }

  private signer(sign: (claims: object) => string): ContextSigner {
    const { gateway } = this;
    return (audience, claims, now) => {
      const iat = Math.floor(now / 1000);
      const { tenant, sub, grant_id, record, method, path, body_sha256 } = claims;
      const exp = iat + LIFE_SECONDS;
      return sign({
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
}
