import type { EnrolmentBegun, ProvenPasskey, RelyingParty } from '@countersign/access';
import { passkeyJwk, readStrictJson } from '@countersign/contract';
import type { RegistrationResponseJSON, VerifiedRegistrationResponse } from '@simplewebauthn/server';
import { HttpProblem } from '../http/problem.js';

/** ES256, and RS256 for platform authenticators that support nothing else (docs/decisions/0018). */
const ALGORITHMS = [-7, -257];
const TIMEOUT_MS = 5 * 60_000;

/** Loaded on first use: it is an eighth of the cost of starting a broker, and few brokers need it. */
const library = () => import('@simplewebauthn/server');
const helpers = () => import('@simplewebauthn/server/helpers');

/** The options for `navigator.credentials.create` (PublicKeyCredentialCreationOptionsJSON). */
export async function registrationOptions({
  person,
  challenge,
  relyingParty,
  known,
  consent,
}: EnrolmentBegun) {
  const { generateRegistrationOptions } = await library();
  const options = await generateRegistrationOptions({
    rpName: 'Countersign',
    rpID: relyingParty.rpId,
    userID: new Uint8Array(Buffer.from(person.id)),
    userName: person.email,
    userDisplayName: person.name,
    challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
    timeout: TIMEOUT_MS,
    attestationType: 'none',
    excludeCredentials: known.map((id) => ({ id })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    supportedAlgorithmIDs: ALGORITHMS,
  });
  return { ...options, rp: { ...options.rp, id: relyingParty.rpId }, consent };
}

/**
 * Verifies a browser's answer (WebAuthn Level 3 §7.1): it was made for this relying party, at these origins, with user
 * verification. The challenge is only read; the use case checks that it is ours and can be used once.
 *
 * @throws HttpProblem `invalid_request`
 */
export async function readRegistration(
  response: RegistrationResponseJSON,
  { rpId, origins }: RelyingParty,
): Promise<ProvenPasskey> {
  const { verifyRegistrationResponse } = await library();
  let challenge = '';
  const { registrationInfo } = await hideReason(
    verifyRegistrationResponse({
      response,
      expectedChallenge: (received) => {
        challenge = received;
        return true;
      },
      expectedOrigin: origins,
      expectedRPID: rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
  const { clientDataJSON, attestationObject } = response.response;
  if (registrationInfo === undefined || isFramed(clientDataJSON)) throw invalidPasskey();
  const { id, publicKey } = registrationInfo.credential;
  const { data: jwk } = passkeyJwk.safeParse(await jwkOf(publicKey));
  if (jwk === undefined) throw invalidPasskey();
  return { id, jwk, clientDataJson: clientDataJSON, attestationObject, rpId, challenge };
}

/** The library's errors name expected and actual values, which the caller must not see. */
function hideReason(verified: Promise<VerifiedRegistrationResponse>): Promise<VerifiedRegistrationResponse> {
  return verified.catch(() => {
    throw invalidPasskey();
  });
}

/**
 * Whether it was made in a frame of another site (WebAuthn Level 3 §5.8.1), which the library does not check.
 *
 * @throws ContractError `invalid_json` if the client data has more than one reading
 */
function isFramed(clientDataJson: string): boolean {
  const clientData = readStrictJson(Buffer.from(clientDataJson, 'base64url'));
  const { crossOrigin, topOrigin } = Object(clientData) as Record<string, unknown>;
  return crossOrigin === true || topOrigin !== undefined;
}

/** A COSE_Key (RFC 9053 §7, RFC 8230 §4) as a JWK. The caller checks that trust documents allow it. */
async function jwkOf(publicKey: Uint8Array<ArrayBuffer>): Promise<Record<string, string>> {
  const { cose, decodeCredentialPublicKey } = await helpers();
  const key = decodeCredentialPublicKey(publicKey);
  const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('base64url');
  if (cose.isCOSEPublicKeyEC2(key) && key.get(cose.COSEKEYS.crv) === cose.COSECRV.P256)
    return { kty: 'EC', crv: 'P-256', x: text(key.get(cose.COSEKEYS.x)), y: text(key.get(cose.COSEKEYS.y)) };
  if (cose.isCOSEPublicKeyRSA(key))
    return { kty: 'RSA', n: text(key.get(cose.COSEKEYS.n)), e: text(key.get(cose.COSEKEYS.e)) };
  throw invalidPasskey();
}

const invalidPasskey = (): HttpProblem =>
  new HttpProblem(
    'invalid_request',
    'The passkey must be made on this page, with a supported algorithm and user verification.',
    { pointer: '/response' },
  );
