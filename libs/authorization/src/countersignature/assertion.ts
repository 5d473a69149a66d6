import {
  ContractError,
  decodeBase64url,
  encodeBase64url,
  type PasskeyJwk,
  readStrictJson,
  type Signature,
  statementChallenge,
  type TrustDocument,
  utf8,
} from '@countersign/contract';
import { type CountersignPorts, type CountersignRefusal, refuse } from './countersignature.js';
import { readEcdsaSignature } from './ecdsa-signature.js';

/** A WebAuthn assertion (Level 3 §7.2) and what it is checked against, which comes from a pinned trust document. */
export type Assertion = {
  signature: Pick<Signature, 'authenticatorData' | 'clientDataJSON' | 'signature'>;
  /** The 32 bytes of the statement's hash. */
  challenge: Uint8Array;
  /** The passkey's public key. Its type decides the algorithm. */
  jwk: PasskeyJwk;
  rpId: string;
  origins: readonly string[];
};

/** What the checks read. `clientData` is empty until it is parsed, so that a check that ran too early would refuse. */
export type AssertionContext = Assertion & {
  ports: CountersignPorts;
  authenticatorBytes: Uint8Array;
  clientBytes: Uint8Array;
  signatureBytes: Uint8Array;
  clientData: Readonly<Record<string, unknown>>;
};

/** One named check: a refusal, or undefined to go on. */
type AssertionStep = (context: AssertionContext) => CountersignRefusal | undefined;

/** Authenticator data (WebAuthn Level 3 §6.1): SHA-256 of the RP id (32 bytes) ‖ flags (1) ‖ signature counter (4). */
const FLAGS_AT = 32;
const FIXED_BYTES = 37;
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const BACKUP_ELIGIBLE = 0x08;
const BACKED_UP = 0x10;
const ATTESTED_DATA = 0x40;
const EXTENSIONS = 0x80;

/** base64url can spell the same bytes in several ways. Only the canonical spelling is accepted. */
export const isSpelledCanonically: AssertionStep = (context) => {
  const { authenticatorData, clientDataJSON, signature } = context.signature;
  const [authenticator, client, bytes] = [authenticatorData, clientDataJSON, signature].map(decodeBase64url);
  if (authenticator === undefined || client === undefined || bytes === undefined)
    return refuse('malformed', 'a member is not in its canonical base64url spelling');
  context.authenticatorBytes = authenticator;
  context.clientBytes = client;
  context.signatureBytes = bytes;
  return undefined;
};

/** One JSON object that has only one reading. */
const holdsClientData: AssertionStep = (context) => {
  try {
    const value = readStrictJson(context.clientBytes);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      context.clientData = value as Readonly<Record<string, unknown>>;
      return undefined;
    }
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
  }
  return refuse('malformed', 'the client data is not one JSON object with each member once');
};

/** §7.2 step 11. A registration's client data is `webauthn.create`, a payment's `payment.get`. */
const isAnAssertion: AssertionStep = ({ clientData }) =>
  clientData['type'] === 'webauthn.get'
    ? undefined
    : refuse('wrong_type', 'the ceremony is not webauthn.get');

/** §7.2 step 12. The challenge is the statement's hash, so that the signature covers this statement and no other. */
const answersChallenge: AssertionStep = ({ clientData, challenge }) =>
  clientData['challenge'] === encodeBase64url(challenge)
    ? undefined
    : refuse('wrong_challenge', 'the challenge is not the hash of the statement');

/** §7.2 step 13. Compared exactly, port included. */
const isFromListedOrigin: AssertionStep = ({ clientData, origins }) =>
  origins.some((origin) => origin === clientData['origin'])
    ? undefined
    : refuse('wrong_origin', 'the page is not of an origin that the trust document lists');

/** §7.2 steps 14 and 15: never in a frame of another site, which could cover the page. */
const isNotFramed: AssertionStep = ({ clientData }) =>
  clientData['crossOrigin'] === undefined || clientData['crossOrigin'] === false
    ? undefined
    : refuse('cross_origin', 'the page was in a frame of another origin');

const hasNoTopOrigin: AssertionStep = ({ clientData }) =>
  clientData['topOrigin'] === undefined
    ? undefined
    : refuse('cross_origin', 'the page names another origin above it');

/** No attested data, nothing after the fixed part unless the flags announce extensions, no backup without eligibility. */
const holdsAuthenticatorData: AssertionStep = ({ authenticatorBytes }) => {
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
const isForRelyingParty: AssertionStep = ({ authenticatorBytes, rpId, ports }) => {
  const expected = ports.hashing.sha256(utf8(rpId));
  return expected.every((byte, at) => byte === authenticatorBytes[at])
    ? undefined
    : refuse('wrong_relying_party', 'the assertion is for another relying party');
};

/** §7.2 step 17. */
const hasUserPresent: AssertionStep = ({ authenticatorBytes }) =>
  ((authenticatorBytes[FLAGS_AT] ?? 0) & USER_PRESENT) !== 0
    ? undefined
    : refuse('user_absent', 'no one touched the authenticator');

/** §7.2 step 18. A stolen authenticator alone is not enough. */
const hasUserVerified: AssertionStep = ({ authenticatorBytes }) =>
  ((authenticatorBytes[FLAGS_AT] ?? 0) & USER_VERIFIED) !== 0
    ? undefined
    : refuse('user_not_verified', 'the authenticator did not verify its user');

/** §7.2 steps 21 and 22. The signed bytes are authenticator data ‖ SHA-256(client data JSON). */
const isSignedByPasskey: AssertionStep = (context) => {
  const { ports, jwk, authenticatorBytes, clientBytes, signatureBytes } = context;
  const raw = jwk.kty === 'EC' ? readEcdsaSignature(signatureBytes) : signatureBytes;
  const data = new Uint8Array([...authenticatorBytes, ...ports.hashing.sha256(clientBytes)]);
  return raw !== undefined && ports.signatures.verify(jwk, data, raw)
    ? undefined
    : refuse('bad_signature', 'the signature is not of this passkey over this assertion');
};

/** Every check of an assertion, in order: form before content, and the signature last because it costs most. */
export const assertionSteps: readonly AssertionStep[] = [
  isSpelledCanonically,
  holdsClientData,
  isAnAssertion,
  answersChallenge,
  isFromListedOrigin,
  isNotFramed,
  hasNoTopOrigin,
  holdsAuthenticatorData,
  isForRelyingParty,
  hasUserPresent,
  hasUserVerified,
  isSignedByPasskey,
];

const NOTHING = new Uint8Array();

/** Checks an assertion. Returns why it is refused, or undefined if it is valid. Pure. */
export function checkAssertion(
  assertion: Assertion,
  ports: CountersignPorts,
): CountersignRefusal | undefined {
  const context: AssertionContext = {
    ...assertion,
    ports,
    authenticatorBytes: NOTHING,
    clientBytes: NOTHING,
    signatureBytes: NOTHING,
    clientData: {},
  };
  for (const step of assertionSteps) {
    const refusal = step(context);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/**
 * Checks that a signature is by a passkey of that person. Returns why it is refused, or undefined if it is valid. People
 * and keys are those of this document, the current version: a removed person or passkey no longer counts.
 */
export function checkPersonSignature(
  signature: Signature,
  person: string,
  { people, rpId, origins }: TrustDocument,
  ports: CountersignPorts,
): CountersignRefusal | undefined {
  const holder = people.find((each) => each.person === person);
  if (holder === undefined)
    return refuse('unknown_person', 'the trust document does not list the person of the statement');
  const key = holder.passkeys.find(({ id }) => id === signature.credential);
  if (key === undefined) return refuse('unknown_key', 'the passkey is not one of this person');
  const challenge = statementChallenge(ports.hashing, signature.statement);
  return checkAssertion({ signature, challenge, jwk: key.jwk, rpId, origins }, ports);
}
