import { canonicalJson } from '../encoding/canonical-json.js';
import { type Hashing, sha256Digest, utf8 } from '../encoding/digest.js';
import type { Statement } from './signature.js';
import type { TrustDocument } from './trust-document.js';

/** `sha256:` + hex of SHA-256 over the canonical statement. For a trust document it is the fingerprint that `trust` and `prev` name. */
export function statementHash(hashing: Hashing, statement: Statement): string {
  return sha256Digest(hashing, canonicalJson(statement));
}

/** The WebAuthn challenge of a statement: the 32 bytes of SHA-256 over its canonical JSON. */
export function statementChallenge(hashing: Hashing, statement: Statement): Uint8Array {
  return hashing.sha256(utf8(canonicalJson(statement)));
}

/**
 * The bytes that a recovery key signs with Ed25519 (docs/contract.md, Signature):
 *
 *     UTF-8 `countersign-recovery/v1` ‖ 0x0A ‖ UTF-8 `sha256:` + hex of the document's hash
 *
 * The first line keeps the signature from being valid for anything else.
 */
export function recoverySignedBytes(hashing: Hashing, document: TrustDocument): Uint8Array {
  return utf8(`countersign-recovery/v1\n${statementHash(hashing, document)}`);
}
