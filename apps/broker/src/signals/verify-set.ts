import { constants, type KeyObject, verify } from 'node:crypto';
import type { SecurityEvent } from '@countersign/access';
import { isClaimProblem, readSecurityEvent, SIGNAL_MAX_AGE, SIGNAL_MAX_SKEW } from '@countersign/access';
import { ContractError, decodeBase64url, jsonPointer, readStrictJson } from '@countersign/contract';
import { pathOfNul } from '../http/request-body.js';
import { SignalError } from './signal-error.js';

/** What one side accepts, and where its provider's keys come from. */
export interface SetRules {
  issuer: string;
  audience: string;
  /** The provider's key with this id; undefined if its key set has none for this algorithm. */
  key(kid: string, algorithm: SetAlgorithm): Promise<KeyObject | undefined>;
  now: Date;
}

/**
 * How a SET may be signed: RFC 7518 §3.3 to §3.5, RFC 8037. The header names one, and the key must be of its type. There
 * is no `none`, and nothing symmetric.
 */
const ALGORITHMS = {
  RS256: { kty: 'RSA', hash: 'sha256', options: { padding: constants.RSA_PKCS1_PADDING } },
  PS256: {
    kty: 'RSA',
    hash: 'sha256',
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  },
  ES256: { kty: 'EC', crv: 'P-256', hash: 'sha256', options: { dsaEncoding: 'ieee-p1363' } },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', hash: null, options: {} },
} as const;
export type SetAlgorithm = keyof typeof ALGORITHMS;

type Members = Readonly<Record<string, unknown>>;

/** Whether a JWK (RFC 7517) may verify this algorithm. Honours `use`, `alg` and `key_ops` if present. */
export function mayVerify(jwk: Members, algorithm: SetAlgorithm): boolean {
  const keyType: { kty: string; crv?: string } = ALGORITHMS[algorithm];
  const { kty, crv, use, alg, key_ops: operations } = jwk;
  return (
    kty === keyType.kty &&
    (keyType.crv === undefined || crv === keyType.crv) &&
    (use === undefined || use === 'sig') &&
    (alg === undefined || alg === algorithm) &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')))
  );
}

/**
 * Verifies a Security Event Token (RFC 8417) and reads its event: form, type, issuer, audience, signature, age, claims, in
 * this order. The type keeps ID tokens and logout tokens of the same provider out (RFC 8417 §4.6).
 *
 * @param token a compact JWS
 * @throws SignalError
 */
export async function verifySet(token: string, rules: SetRules): Promise<SecurityEvent> {
  const [header, payload, signature] = readParts(token);
  const { algorithm, kid } = readHeader(readObject(header, 'header'));
  const claims = readObject(payload, 'payload');
  requireSide(claims, rules);
  const key = await rules.key(kid, algorithm);
  if (key === undefined)
    throw new SignalError('invalid_key', `The provider publishes no ${algorithm} key with this kid.`);
  const { hash, options } = ALGORITHMS[algorithm];
  const signed = Buffer.from(token.slice(0, token.lastIndexOf('.')), 'latin1');
  if (!verify(hash, signed, { key, ...options }, signature))
    throw new SignalError('authentication_failed', 'The signature is not of this key over this token.');
  requireAge(claims, rules.now);
  const event = readSecurityEvent(claims);
  if (isClaimProblem(event)) throw new SignalError('invalid_request', `${event.pointer} ${event.detail}.`);
  return event;
}

function readParts(token: string): [Uint8Array, Uint8Array, Uint8Array] {
  const parts = token.split('.').map((part) => decodeBase64url(part));
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || !header?.length || !payload?.length || !signature?.length)
    throw new SignalError('invalid_request', 'The body is not a compact JWS in canonical base64url.');
  return [header, payload, signature];
}

function readObject(bytes: Uint8Array, part: string): Members {
  try {
    const value = readStrictJson(bytes);
    const path = pathOfNul(value);
    if (path !== null)
      throw new SignalError('invalid_request', `/${part}${jsonPointer(path)}: no text may have a NUL.`);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw new SignalError('invalid_request', `/${part}: ${error.message}`);
  }
  throw new SignalError('invalid_request', `The ${part} is not a JSON object.`);
}

/** No `crit`: this receiver knows no extension. It takes no key from the header (`jwk`, `jku`, `x5u`, `x5c`). */
function readHeader({ typ, alg, kid, crit }: Members): { algorithm: SetAlgorithm; kid: string } {
  if (typ !== 'secevent+jwt')
    throw new SignalError('invalid_request', 'The type (`typ`) must be secevent+jwt.');
  if (crit !== undefined) throw new SignalError('invalid_request', 'No critical extension is known here.');
  if (typeof alg !== 'string' || !Object.hasOwn(ALGORITHMS, alg))
    throw new SignalError('invalid_key', `Sign with one of ${Object.keys(ALGORITHMS).join(', ')}.`);
  if (typeof kid !== 'string' || kid === '')
    throw new SignalError('invalid_key', 'The header must name its key (`kid`).');
  return { algorithm: alg as SetAlgorithm, kid };
}

/** One provider may serve several sides, so an event must name this one as its audience. */
function requireSide({ iss, aud }: Members, { issuer, audience }: SetRules): void {
  if (iss !== issuer)
    throw new SignalError('invalid_issuer', 'This side accepts events of its own provider only.');
  const audiences = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(audience))
    throw new SignalError('invalid_audience', 'This event is for another receiver.');
}

function requireAge({ iat }: Members, now: Date): void {
  const seconds = now.getTime() / 1000;
  if (typeof iat !== 'number' || !Number.isFinite(iat))
    throw new SignalError('invalid_request', '/iat is required, in seconds.');
  if (iat > seconds + SIGNAL_MAX_SKEW)
    throw new SignalError('invalid_request', '/iat is in the future. Check the transmitter’s clock.');
  if (iat < seconds - SIGNAL_MAX_AGE)
    throw new SignalError('invalid_request', `/iat is more than ${SIGNAL_MAX_AGE / 86_400} days ago.`);
}
