import { isUtf8 } from 'node:buffer';
import { verify } from 'node:crypto';
import { hasDuplicateMember, MAX_TOKEN_BYTES } from '@countersign/contract';
import { type JsonObject, refuse, type TokenStep } from './grant-token.js';
import { isEs256Key } from './jwks.js';

export const isOfTokenSize: TokenStep = ({ token }) =>
  token.length > 0 && token.length <= MAX_TOKEN_BYTES
    ? undefined
    : refuse('malformed', `a token is 1 to ${MAX_TOKEN_BYTES} bytes`);

/** The signature may be empty here (RFC 7515 §A.5), so that `alg: none` gets `bad_algorithm`. `isSigned` refuses the rest. */
export const hasCompactForm: TokenStep = (context) => {
  const { token } = context;
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  if (first < 1 || second <= first + 1 || token.indexOf('.', second + 1) !== -1) {
    return refuse('malformed', 'a token is three parts of base64url, divided by dots');
  }
  context.parts = {
    header: token.slice(0, first),
    payload: token.slice(first + 1, second),
    signature: token.slice(second + 1),
  };
  return undefined;
};

/**
 * The bytes of the token that is being verified, each part in its own place, and the bytes that were signed. Verifying takes one
 * turn and nothing keeps these bytes, so all verifications share the memory: new buffers would cost as much as decoding.
 */
const space = {
  header: Buffer.alloc(MAX_TOKEN_BYTES),
  payload: Buffer.alloc(MAX_TOKEN_BYTES),
  signature: Buffer.alloc(MAX_TOKEN_BYTES),
  signed: Buffer.alloc(MAX_TOKEN_BYTES),
};

/**
 * base64url can spell the same bytes in several ways, and decoders skip letters that are outside its alphabet. Only the spelling
 * that encoding gives is accepted (RFC 4648 §3.5).
 */
export const isSpelledCanonically: TokenStep = (context) => {
  const header = decode(context.parts.header, space.header);
  const payload = decode(context.parts.payload, space.payload);
  const signature = decode(context.parts.signature, space.signature);
  if (header === undefined || payload === undefined || signature === undefined) {
    return refuse('malformed', 'a part is not in its canonical base64url spelling');
  }
  context.bytes = { header, payload, signature };
  return undefined;
};

/** The bytes of a part; undefined if it is not their canonical spelling. */
function decode(part: string, into: Buffer): Buffer | undefined {
  const bytes = into.subarray(0, into.write(part, 'base64url'));
  return bytes.toString('base64url') === part ? bytes : undefined;
}

export const holdsJsonObjects: TokenStep = (context) => {
  const { bytes } = context;
  const [header, payload] = [readObject(bytes.header), readObject(bytes.payload)];
  if (header === undefined || payload === undefined)
    return refuse('malformed', 'header and payload are JSON objects in UTF-8');
  context.json = [header.json, payload.json];
  context.header = header.value;
  context.payload = payload.value;
  return undefined;
};

export const namesMembersOnce: TokenStep = ({ json }) =>
  json.some(hasDuplicateMember) ? refuse('duplicate_member', 'an object names a member twice') : undefined;

function readObject(bytes: Buffer): { json: string; value: JsonObject } | undefined {
  if (!isUtf8(bytes)) return undefined;
  const json = bytes.toString('utf8');
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? { json, value } : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const SIGNATURE_BYTES = 64;

/** The algorithm is fixed. The header must agree and never chooses. */
export const usesEs256: TokenStep = ({ header }) =>
  header['alg'] === 'ES256' ? undefined : refuse('bad_algorithm', 'the algorithm must be ES256');

/** Runs after the check of the algorithm, so that an unsecured JWS (RFC 7518 §3.6) gets `bad_algorithm`. */
export const isSigned: TokenStep = ({ parts }) =>
  parts.signature !== '' ? undefined : refuse('malformed', 'the token has no signature');

/** The type of RFC 9068. The same key may sign tokens of other kinds, which must not pass as grants. */
export const isAccessToken: TokenStep = ({ header }) =>
  header['typ'] === 'at+jwt' ? undefined : refuse('bad_type', 'the type must be at+jwt');

/** No `jwk`, `jku`, `x5u`, `x5c`, `crit` or `b64`: a header must not bring its own key or rules. */
export const hasNoFurtherHeader: TokenStep = ({ header }) =>
  Object.keys(header).every((name) => name === 'alg' || name === 'typ' || name === 'kid')
    ? undefined
    : refuse('malformed', 'the header must have alg, typ and kid, and nothing else');

export const namesKnownKey: TokenStep = (context) => {
  const kid = context.header['kid'];
  context.key = typeof kid === 'string' ? context.rules.key(kid, context.now) : undefined;
  return context.key !== undefined && isEs256Key(context.key)
    ? undefined
    : refuse('unknown_key', 'no trusted ES256 key has this kid');
};

export const isSignedByThatKey: TokenStep = ({ key, token, parts, bytes: { signature } }) => {
  const { signed } = space;
  const length = signed.write(token, 0, parts.header.length + 1 + parts.payload.length, 'latin1');
  const holds =
    key !== undefined &&
    signature.length === SIGNATURE_BYTES &&
    verify('sha256', signed.subarray(0, length), { key, dsaEncoding: 'ieee-p1363' }, signature);
  return holds ? undefined : refuse('bad_signature', 'the signature is not of this key over this token');
};
