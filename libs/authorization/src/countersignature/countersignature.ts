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

/** Why a customer's signature, or a thing that needs one, is refused. Stable codes. docs/contract.md, Signature. */
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
  // The rules of the trust document.
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

/** `detail` says which rule was broken. It never repeats what was signed. */
export type CountersignRefusal = { reason: CountersignReason; detail: string };

export function refuse(reason: CountersignReason, detail: string): CountersignRefusal {
  return { reason, detail };
}

/**
 * Signature verification as a port, because verifiers also run in browsers. Only the type of the key decides the
 * algorithm: EC P-256 is ES256 with `signature` as r ‖ s (64 bytes), RSA is RS256 (PKCS #1 v1.5, SHA-256), OKP is Ed25519.
 * False for an invalid key, such as a point off the curve.
 */
export interface SignatureCheck {
  verify(key: PasskeyJwk | RecoveryJwk, data: Uint8Array, signature: Uint8Array): boolean;
}

/** What the checks of customers' signatures need from the platform. */
export type CountersignPorts = { hashing: Hashing; signatures: SignatureCheck };

/** A tenant's pinned chain of trust documents: the current version, its hash, and the hashes of all versions. */
export type PinnedTrust = { document: TrustDocument; hash: string; versions: ReadonlySet<string> };

/** What countersignatures are checked against. `digest` is computed from the terms, never taken from a claim. */
export type Countersigned = { terms: Terms; digest: string; trust: PinnedTrust };

/** A statement that approves terms: exactly these, or all that fit an invitation. */
export type Consent = ApprovalStatement | InvitationStatement;

/** Who approved, and between which instants the grant may lie. Milliseconds since the epoch. */
export type Approver = { person: string; notBefore: number; notAfter: number };

/** What the checks of one countersignature read. */
export type ConsentContext = Countersigned & {
  signature: Signature;
  consent: Consent;
  ports: CountersignPorts;
};

/** One named check: a refusal, or undefined to go on. */
export type ConsentStep = (context: ConsentContext) => CountersignRefusal | undefined;
