import type {
  ApprovalStatement,
  Hashing,
  InvitationStatement,
  PasskeyJwk,
  RecoveryJwk,
  Signature,
  Terms,
  TrustDocument,
} from '@countersign/contract';

/** Why a customer's signature, or what should have one, does not count. Stable words, in the order of the checks. */
export type CountersignReason =
  // An assertion (WebAuthn Level 3 §7.2).
  | 'malformed'
  | 'wrong_type'
  | 'wrong_challenge'
  | 'wrong_origin'
  | 'cross_origin'
  | 'wrong_relying_party'
  | 'user_absent'
  | 'user_not_verified'
  | 'bad_signature'
  // A statement and who signed it.
  | 'wrong_deployment'
  | 'wrong_tenant'
  | 'wrong_digest'
  | 'wrong_decision'
  | 'wrong_trust'
  | 'unknown_person'
  | 'unknown_key'
  | 'invitation_misfits'
  | 'duplicate_person'
  | 'too_few'
  | 'outside_window'
  // What the trust document rules.
  | 'trust_expired'
  | 'basis_not_accepted'
  | 'forbidden'
  | 'not_pinned'
  // A version of a trust document.
  | 'wrong_pin'
  | 'wrong_place'
  | 'valid_too_long'
  | 'no_backup'
  | 'duplicate_signature'
  | 'key_has_not_signed';

/** `detail` says which rule was broken, and nothing of what was signed. */
export type CountersignRefusal = { reason: CountersignReason; detail: string };

export function refuse(reason: CountersignReason, detail: string): CountersignRefusal {
  return { reason, detail };
}

/**
 * Checking a signature, as a port: verifiers run in browsers too. The key's type names the algorithm, nothing else does:
 * EC P-256 is ES256 with `signature` as r ‖ s (64 bytes), RSA is RS256 (PKCS #1 v1.5, SHA-256), OKP is Ed25519. A key
 * that is none, a point off the curve for one, answers false.
 */
export interface SignatureCheck {
  verify(key: PasskeyJwk | RecoveryJwk, data: Uint8Array, signature: Uint8Array): boolean;
}

/** What the checks of customers' signatures need of the platform. */
export type CountersignPorts = { hashing: Hashing; signatures: SignatureCheck };

/** A tenant's trust as a checker holds it: the version in force, its hash, and the hashes of all that led to it. */
export type PinnedTrust = { document: TrustDocument; hash: string; versions: ReadonlySet<string> };

/** What countersignatures are held against. `digest` is computed from the terms, never taken from a claim. */
export type Countersigned = { terms: Terms; digest: string; trust: PinnedTrust };

/** A statement that says yes to terms: to exactly these, or to all that fit an invitation. */
export type Consent = ApprovalStatement | InvitationStatement;

/** Whose signature it is, and between which instants it opens; milliseconds since the epoch. */
export type Approver = { person: string; notBefore: number; notAfter: number };

/** What one step works on. */
export type ConsentContext = Countersigned & {
  signature: Signature;
  consent: Consent;
  ports: CountersignPorts;
};

export type ConsentStep = (context: ConsentContext) => CountersignRefusal | undefined;
