import type { PasskeyJwk, Signature, SignedTrustDocument } from '@countersign/scope';
import type { RelyingParty } from '../trust/relying-party.js';

/**
 * How customers' signatures are judged: by the very steps that gateways take, which whoever composes the process hands
 * in. Each says in words what is wrong, and nothing where nothing is.
 */
export interface SignatureRules {
  /** A passkey's signature over its statement (WebAuthn Level 3 §7.2). */
  assertion(signature: Signature, key: { jwk: PasskeyJwk } & RelyingParty): string | undefined;
  /** Whether a document takes the place of the one before; the first has none before. */
  succession(current: SignedTrustDocument | null, next: SignedTrustDocument): string | undefined;
}
