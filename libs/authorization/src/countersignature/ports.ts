import type { Hashing, PasskeyJwk, RecoveryJwk } from '@countersign/contract';

/**
 * Checking a signature, as a port: verifiers run in browsers too. The key's type names the algorithm, nothing else does:
 * EC P-256 is ES256 with `signature` as r ‖ s (64 bytes), RSA is RS256 (PKCS #1 v1.5, SHA-256), OKP is Ed25519. A key
 * that is none, a point off the curve for one, answers false.
 */
export interface SignatureCheck {
  holds(key: PasskeyJwk | RecoveryJwk, data: Uint8Array, signature: Uint8Array): boolean;
}

/** What the checks of customers' signatures need of the platform. */
export type CountersignPorts = { hashing: Hashing; signatures: SignatureCheck };
