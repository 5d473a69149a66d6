import { isUtf8 } from 'node:buffer';
import { verify } from 'node:crypto';
import { hasDuplicateMember, MAX_TOKEN_BYTES } from '@countersign/contract';
import { type JsonObject, refuse, type TokenStep } from './grant-token.js';
import { isEs256Key } from './jwks.js';

/** The signature may be empty here (RFC 7515 §A.5), so that `alg: none` gets `bad_algorithm`. `isSigned` refuses the rest. */
const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)$/;

export const isOfTokenSize: TokenStep = ({ token }) =>
  token.length > 0 && token.length <= MAX_TOKEN_BYTES
    ? undefined
    : refuse('malformed', `a token is 1 to ${MAX_TOKEN_BYTES} bytes`);

export const hasCompactForm: TokenStep = (context) => {
  const [, header, payload, signature] = COMPACT.exec(context.token) ?? [];
  if (header === undefined || payload === undefined || signature === undefined) {
    return refuse('malformed', 'a token is three parts of base64url, divided by dots');
  }
  context.parts = { header, payload, signature };
  return undefined;
};

/** base64url can spell the same bytes in several ways. Only the canonical spelling is accepted. */
export const isSpelledCanonically: TokenStep = (context) => {
  const { header, payload, signature } = context.parts;
  if (!isCanonical(header) || !isCanonical(payload) || !isCanonical(signature)) {
    return refuse('malformed', 'a part is not in its canonical base64url spelling');
  }
  context.bytes = { header: decode(header), payload: decode(payload), signature: decode(signature) };
  return undefined;
};

const decode = (part: string) => Buffer.from(part, 'base64url');

/**
 * The caller has checked the alphabet. Then only the last letter can vary: it has 2 or 4 spare bits that a decoder drops and
 * that must be zero (RFC 4648 §3.5). One letter alone encodes no byte.
 */
function isCanonical(part: string): boolean {
  switch (part.length % 4) {
    case 0:
      return true;
    case 2:
      return 'AQgw'.includes(part.slice(-1));
    case 3:
      return 'AEIMQUYcgkosw048'.includes(part.slice(-1));
    default:
      return false;
  }
}

export const holdsJsonObjects: TokenStep = (context) => {
  const header = readObject(context.bytes.header);
  const payload = readObject(context.bytes.payload);
  if (header === undefined || payload === undefined) {
    return refuse('malformed', 'header and payload are JSON objects in UTF-8');
  }
  context.headerText = header.text;
  context.header = header.object;
  context.payloadText = payload.text;
  context.payload = payload.object;
  return undefined;
};

export const namesMembersOnce: TokenStep = ({ headerText, payloadText }) =>
  hasDuplicateMember(headerText) || hasDuplicateMember(payloadText)
    ? refuse('duplicate_member', 'an object names a member twice')
    : undefined;

function readObject(bytes: Buffer): { text: string; object: JsonObject } | undefined {
  if (!isUtf8(bytes)) return undefined;
  try {
    const text = bytes.toString('utf8');
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { text, object: value } : undefined;
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
  const holds =
    key !== undefined &&
    signature.length === SIGNATURE_BYTES &&
    verify(
      'sha256',
      Buffer.from(token.slice(0, parts.header.length + 1 + parts.payload.length), 'latin1'),
      { key, dsaEncoding: 'ieee-p1363' },
      signature,
    );
  return holds ? undefined : refuse('bad_signature', 'the signature is not of this key over this token');
};
