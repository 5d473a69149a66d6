import { decodeBase64url, encodeBase64url, utf8 } from '@countersign/contract';
import { hasDuplicateMember } from '../token/duplicate-members.js';
import type { AssertionStep } from './assertion.js';
import { readEcdsaSignature } from './ecdsa-signature.js';
import { refuse } from './refusal.js';

/** Authenticator data (WebAuthn Level 3 §6.1): hash of the RP id (32), flags (1), signature counter (4). */
const FLAGS_AT = 32;
const FIXED_BYTES = 37;
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const BACKUP_ELIGIBLE = 0x08;
const BACKED_UP = 0x10;
const ATTESTED_DATA = 0x40;
const EXTENSIONS = 0x80;

/** base64url can spell the same bytes in several ways; only one of them was signed and counted. */
export const isSpeltOnce: AssertionStep = (context) => {
  const { authenticatorData, clientDataJSON, signature } = context.signature;
  const [authenticator, client, bytes] = [authenticatorData, clientDataJSON, signature].map(decodeBase64url);
  if (authenticator === undefined || client === undefined || bytes === undefined)
    return refuse('malformed', 'a member is not in its canonical base64url spelling');
  context.authenticatorBytes = authenticator;
  context.clientBytes = client;
  context.signatureBytes = bytes;
  return undefined;
};

/** UTF-8 without a byte order mark, one JSON object, no member twice: it can be read in one way only. */
export const holdsClientData: AssertionStep = (context) => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(context.clientBytes);
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && !hasDuplicateMember(text)) {
      context.clientData = value as Readonly<Record<string, unknown>>;
      return undefined;
    }
  } catch {
    // Neither UTF-8 nor JSON.
  }
  return refuse('malformed', 'the client data is not one JSON object with each member once');
};

/** §7.2 step 11. A registration's client data is `webauthn.create`, a payment's `payment.get`. */
export const isAnAssertion: AssertionStep = ({ clientData }) =>
  clientData['type'] === 'webauthn.get'
    ? undefined
    : refuse('wrong_type', 'the ceremony is not webauthn.get');

/** §7.2 step 12. The bytes of the statement's hash, so that a signature says this statement and no other. */
export const answersChallenge: AssertionStep = ({ clientData, challenge }) =>
  clientData['challenge'] === encodeBase64url(challenge)
    ? undefined
    : refuse('wrong_challenge', 'the challenge is not the hash of the statement');

/** §7.2 step 13. Compared exactly, port included. */
export const isFromListedOrigin: AssertionStep = ({ clientData, origins }) =>
  origins.some((origin) => origin === clientData['origin'])
    ? undefined
    : refuse('wrong_origin', 'the page is not of an origin that the trust document lists');

/** §7.2 steps 14 and 15: never in another site's frame, where a page could be laid over it. */
export const isNotFramed: AssertionStep = ({ clientData }) =>
  clientData['crossOrigin'] === undefined || clientData['crossOrigin'] === false
    ? undefined
    : refuse('cross_origin', 'the page was in a frame of another origin');

export const hasNoTopOrigin: AssertionStep = ({ clientData }) =>
  clientData['topOrigin'] === undefined
    ? undefined
    : refuse('cross_origin', 'the page names another origin above it');

/** No attested data in an assertion, nothing behind the fixed part unless extensions are announced, no odd backup. */
export const holdsAuthenticatorData: AssertionStep = ({ authenticatorBytes }) => {
  const flags = authenticatorBytes[FLAGS_AT] ?? 0;
  const extended = (flags & EXTENSIONS) !== 0;
  const sized = extended
    ? authenticatorBytes.length > FIXED_BYTES
    : authenticatorBytes.length === FIXED_BYTES;
  const backed = (flags & BACKED_UP) === 0 || (flags & BACKUP_ELIGIBLE) !== 0;
  return sized && backed && (flags & ATTESTED_DATA) === 0
    ? undefined
    : refuse('malformed', 'the authenticator data is not that of an assertion');
};

/** §7.2 step 16. */
export const isForRelyingParty: AssertionStep = ({ authenticatorBytes, rpId, ports }) => {
  const expected = ports.hashing.sha256(utf8(rpId));
  return expected.every((byte, at) => byte === authenticatorBytes[at])
    ? undefined
    : refuse('wrong_relying_party', 'the assertion is for another relying party');
};

/** §7.2 step 17. */
export const hasUserPresent: AssertionStep = ({ authenticatorBytes }) =>
  ((authenticatorBytes[FLAGS_AT] ?? 0) & USER_PRESENT) !== 0
    ? undefined
    : refuse('user_absent', 'nobody touched the authenticator');

/** §7.2 step 18. A stolen authenticator alone must not be enough. */
export const hasUserVerified: AssertionStep = ({ authenticatorBytes }) =>
  ((authenticatorBytes[FLAGS_AT] ?? 0) & USER_VERIFIED) !== 0
    ? undefined
    : refuse('user_not_verified', 'the authenticator did not verify its user');

/** §7.2 steps 21 and 22: by this key, with the algorithm of its type, over authenticator data ‖ SHA-256(client data). */
export const isSignedByPasskey: AssertionStep = (context) => {
  const { ports, jwk, authenticatorBytes, clientBytes, signatureBytes } = context;
  const raw = jwk.kty === 'EC' ? readEcdsaSignature(signatureBytes) : signatureBytes;
  const data = new Uint8Array([...authenticatorBytes, ...ports.hashing.sha256(clientBytes)]);
  return raw !== undefined && ports.signatures.holds(jwk, data, raw)
    ? undefined
    : refuse('bad_signature', 'the signature is not of this passkey over this assertion');
};
