import { canonicalJson } from '../core/canonical-json.js';
import { ContractError } from '../core/errors.js';
import { type Hashing, sha256Digest } from '../core/hashing.js';
import type { Terms } from './terms.js';

/** The most bytes a grant token may have: with its header name it must fit one header line of a common proxy (8 kB). */
export const MAX_TOKEN_BYTES = 7_680;

const TOKEN_FRAME_BYTES = 950;
const COUNTERSIGNATURE_BYTES = 1_300;

/** The bytes that are shown, signed and hashed: canonical JSON (RFC 8785) of the terms. */
export function canonicalTerms(terms: Terms): string {
  return canonicalJson(terms);
}

/** `sha256:` + hex SHA-256 of the canonical terms. */
export function termsDigest(hashing: Hashing, terms: Terms): string {
  return sha256Digest(hashing, canonicalTerms(terms));
}

/**
 * Bytes that a token with these terms may come to: the terms in base64, 950 for its other parts, 1,300 for each
 * countersignature. `canonicalLength` is in bytes (canonical terms are ASCII).
 */
export function termsTokenBytes(canonicalLength: number, approvals: number): number {
  return Math.ceil((canonicalLength * 4) / 3) + TOKEN_FRAME_BYTES + COUNTERSIGNATURE_BYTES * approvals;
}

/** Throws `terms_too_large` when a token with these terms and that many approvals would not fit. */
export function requireTermsFit(terms: Terms, approvals: number): void {
  if (termsTokenBytes(canonicalTerms(terms).length, approvals) > MAX_TOKEN_BYTES) {
    throw new ContractError(
      'terms_too_large',
      'a token with these terms and approvals would be over 7,680 bytes',
    );
  }
}
