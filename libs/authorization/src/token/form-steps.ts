import { isUtf8 } from 'node:buffer';
import { MAX_TOKEN_BYTES } from '@countersign/contract';
import type { JsonObject, TokenStep } from './context.js';
import { hasDuplicateMember } from './duplicate-members.js';
import { refuse } from './verdict.js';

/** With `Authorization: Bearer ` in front this still fits the 8 kB that common proxies allow one header line. */

/** The third part may be empty here (RFC 7515 §A.5), so that `alg: none` is told by its name; `isSigned` refuses the rest. */
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

/** base64url can spell the same bytes in several ways; only one of them is the token that was minted. */
export const isSpeltCanonically: TokenStep = (context) => {
  const { header, payload, signature } = context.parts;
  if (!isCanonical(header) || !isCanonical(payload) || !isCanonical(signature)) {
    return refuse('malformed', 'a part is not in its canonical base64url spelling');
  }
  context.bytes = { header: decode(header), payload: decode(payload), signature: decode(signature) };
  return undefined;
};

const decode = (part: string) => Buffer.from(part, 'base64url');

/**
 * Letters of the alphabet alone are known. Then only the last one can spell the same bytes in two ways: it carries 2 or 4
 * bits that a decoder drops, which have to be zero (RFC 4648 §3.5); and one letter alone is no byte.
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
