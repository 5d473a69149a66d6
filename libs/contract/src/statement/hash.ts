import { canonicalJson } from '../core/canonical-json.js';
import { type Hashing, sha256Digest, utf8 } from '../core/hashing.js';
import type { Statement } from './signature.js';
import type { TrustDocument } from './trust-document.js';

/** `sha256:` + hex SHA-256 of the canonical statement: a trust document's is its fingerprint, what `trust` and `prev` name. */
export function statementHash(hashing: Hashing, statement: Statement): string {
  return sha256Digest(hashing, canonicalJson(statement));
}

/** The WebAuthn challenge of a statement: the 32 bytes of that hash. */
export function statementChallenge(hashing: Hashing, statement: Statement): Uint8Array {
  return hashing.sha256(utf8(canonicalJson(statement)));
}

/**
 * The bytes that a recovery key signs (Ed25519): a line that keeps the signature from meaning anything elsewhere, and
 * the document's hash as text.
 */
export function recoverySignedBytes(hashing: Hashing, document: TrustDocument): Uint8Array {
  return utf8(`countersign-recovery/v1\n${statementHash(hashing, document)}`);
}
