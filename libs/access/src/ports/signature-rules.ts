import type {
  PasskeyJwk,
  RecoveryJwk,
  Signature,
  SignedTrustDocument,
  Terms,
  TrustDocument,
} from '@countersign/contract';
import type { RelyingParty } from '../domain/trust/passkey.js';

/** Why a signature is invalid: a stable word, and a sentence that repeats nothing of what was signed. */
export interface Objection {
  reason: string;
  detail: string;
}

/** The claims of a token that countersignatures must match; the window in seconds since the epoch. */
interface CountersignedClaims {
  tenant: string;
  terms: Terms;
  grant_nbf: number;
  grant_exp: number;
  countersignatures: Signature[];
}

/** The version in force, its hash, and the hashes of all of its chain. */
interface TrustInForce {
  document: TrustDocument;
  hash: string;
  versions: ReadonlySet<string>;
}

/**
 * Verifies customers' signatures by the very steps that gateways take; the process that composes the broker passes them
 * in. Each step returns an objection, or nothing if the signature is valid.
 */
export interface SignatureRules {
  /** A passkey's signature over its statement (WebAuthn Level 3 §7.2). */
  checkAssertion(signature: Signature, key: { jwk: PasskeyJwk } & RelyingParty): Objection | undefined;
  /**
   * Whether a document may replace the one before; the first one has no predecessor.
   *
   * @param now milliseconds since the epoch
   */
  checkSuccession(
    place: { current: TrustDocument | null; now: number },
    next: SignedTrustDocument,
  ): Objection | undefined;
  /** Whether this printed key made the signature over the document. */
  isSignedByRecoveryKey(signature: Signature, document: TrustDocument, jwk: RecoveryJwk): boolean;
  /** Whether a gateway with this trust would accept a token with these claims as countersigned. */
  checkCountersigned(claims: CountersignedClaims, trust: TrustInForce): Objection | undefined;
}
