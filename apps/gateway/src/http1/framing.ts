import { type Fields, onlyValue } from './fields.js';
import { requirePlain } from './malformed-message.js';

/** How the body of a request is delimited. `length`: so many bytes, at least one. */
export type Framing = { kind: 'none' } | { kind: 'length'; bytes: number } | { kind: 'chunked' };

/** How the body of a response is delimited. `close`: it ends when the server closes the connection. */
export type ResponseFraming = Framing | { kind: 'close' };

/** Shared, because most messages have no body. */
const NONE: Framing = { kind: 'none' };
const CHUNKED: Framing = { kind: 'chunked' };

/** Content-Length = 1*DIGIT (RFC 9110 §8.6), in one spelling, and small enough to be counted exactly. */
const LENGTH = /^(?:0|[1-9][0-9]{0,14})$/;

/**
 * Reads how the body of a request ends (RFC 9112 §6.3). Throws MalformedMessage for a length and a coding at once, for
 * either of them twice, for any coding but `chunked` in exactly that spelling, and for a length that is not plain decimal.
 */
export function readRequestFraming(fields: Fields): Framing {
  return readFraming(fields, (coding) => coding === 'chunked');
}

/**
 * The same for a response. Names of codings have no case (RFC 9112 §7), and servers are not refused for it. A response
 * without either ends with its connection.
 *
 * @param minorVersion of the response. HTTP/1.0 knows no codings (RFC 9112 §6.1)
 * @param isBodiless whether it has no body whatever its fields say: an answer to HEAD, or a status that has none
 */
export function readResponseFraming(
  fields: Fields,
  { minorVersion, isBodiless }: { minorVersion: 0 | 1; isBodiless: boolean },
): ResponseFraming {
  const framing = readFraming(fields, (coding) => minorVersion === 1 && coding.toLowerCase() === 'chunked');
  if (isBodiless) return NONE;
  if (framing !== NONE) return framing;
  return onlyValue(fields, 'content-length') === undefined ? { kind: 'close' } : NONE;
}

function readFraming(fields: Fields, isChunked: (coding: string) => boolean): Framing {
  const coding = onlyValue(fields, 'transfer-encoding');
  const length = onlyValue(fields, 'content-length');
  requirePlain(coding === undefined || length === undefined, 'both Content-Length and Transfer-Encoding');
  requirePlain(coding === undefined || isChunked(coding), 'a transfer coding other than chunked');
  requirePlain(length === undefined || LENGTH.test(length), 'Content-Length is not a plain number');
  if (coding !== undefined) return CHUNKED;
  return length === undefined || length === '0' ? NONE : { kind: 'length', bytes: Number(length) };
}
