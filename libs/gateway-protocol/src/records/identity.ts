import { z } from 'zod';
import { bytes32, parseWith } from '../shapes.js';

const registration = z.strictObject({ publicKey: bytes32 });
/** The body of `POST /gateway/v1/identity`: the gateway's own Ed25519 public key, raw, base64url. */
type IdentityRegistration = z.infer<typeof registration>;

/** Strict reading of it. Throws ProtocolError `invalid_records`. */
export function parseIdentityRegistration(value: unknown): IdentityRegistration {
  return parseWith(registration, value, 'invalid_records');
}
