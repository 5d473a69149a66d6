import type {
  PasskeyJwk,
  RecoveryJwk,
  Signature,
  SignedTrustDocument,
  Terms,
  TrustDocument,
} from '@countersign/contract';
import type { RelyingParty } from '../domain/trust/passkey.js';

/** Why a signature does not count: a stable word, and a sentence that tells nothing of what was signed. */
export interface Objection {
  reason: string;
  detail: string;
}

/** What a token says that countersignatures are held against; the window in seconds since the epoch. */
export interface CountersignedClaims {
  tenant: string;
  terms: Terms;
  grant_nbf: number;
  grant_exp: number;
  countersignatures: Signature[];
}

/** The version in force, its hash, and the hashes of all of its chain. */
export interface TrustInForce {
  document: TrustDocument;
  hash: string;
  versions: ReadonlySet<string>;
}

/**
 * How customers' signatures are judged: by the very steps that gateways take, which whoever composes the process hands
 * in. Each says what is wrong, and nothing where nothing is.
 */
export interface SignatureRules {
  /** A passkey's signature over its statement (WebAuthn Level 3 §7.2). */
  assertion(signature: Signature, key: { jwk: PasskeyJwk } & RelyingParty): Objection | undefined;
  /**
   * Whether a document takes the place of the one before; the first has none before.
   *
   * @param now milliseconds since the epoch
   */
  succession(
    place: { current: TrustDocument | null; now: number },
    next: SignedTrustDocument,
  ): Objection | undefined;
  /** Whether this printed key made the signature over the document. */
  recovery(signature: Signature, document: TrustDocument, jwk: RecoveryJwk): boolean;
  /** Whether a gateway that holds this trust would take a token with these claims for countersigned. */
  countersigned(claims: CountersignedClaims, trust: TrustInForce): Objection | undefined;
}
