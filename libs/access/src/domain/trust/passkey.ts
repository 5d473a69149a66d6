import type { PasskeyJwk, RecoveryJwk } from '@countersign/contract';

/** A WebAuthn credential of one person. Its attestation is kept, so that anyone can check the enrolment again. */
export interface EnrolledPasskey {
  /** The credential's id, base64url. */
  id: string;
  tenant: string;
  person: string;
  /** What its owner calls it. */
  name: string;
  jwk: PasskeyJwk;
  /** As the browser made them, base64url. The attestation object holds the authenticator data. */
  clientDataJson: string;
  attestationObject: string;
  /** For which relying party it signs. */
  rpId: string;
  createdAt: string;
  removedAt: string | null;
}

/** An Ed25519 key whose private half is printed and kept in a drawer; signs trust documents only. */
export interface RecoveryKey {
  /** RFC 7638 thumbprint of `jwk`. */
  id: string;
  tenant: string;
  person: string;
  jwk: RecoveryJwk;
  createdAt: string;
  removedAt: string | null;
}
