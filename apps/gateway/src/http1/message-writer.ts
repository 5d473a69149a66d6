import { STATUS_CODES } from 'node:http';
import type { Framing } from './framing.js';

/** Field lines to send, names and values in turn. */
export type FlatFields = readonly string[];

/** The writer has its own alphabet, apart from the reader's: a mistake there must not let a line end through here. */
const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const METHOD = /^[A-Z-]+$/;
const TARGET = /^\/[\x21-\x7e]*$/;

/** Something that cannot be a part of a head. It would become another line, or another message. */
export class UnwritableHead extends Error {
  override readonly name = 'UnwritableHead';
}

/** A request for an upstream. */
export type RequestToWrite = {
  method: string;
  /** Path with query. */
  target: string;
  /** Without Host, `Connection` and the framing: the writer sets these. */
  fields: FlatFields;
  framing: Framing;
};

/**
 * Whether the connection must end after this request. After a `GET` with a body, because a server that ignores such a body would
 * take it for the next request (RFC 9110 §9.3.1); one that is told that the connection closes reads no next request. After `HEAD`,
 * because some servers send the body all the same, and late.
 */
export function endsConnection({ method, framing }: Pick<RequestToWrite, 'method' | 'framing'>): boolean {
  return method === 'HEAD' || (method === 'GET' && framing.kind !== 'none');
}

/** Methods for which servers expect a body. `Content-Length: 0` says that there is none (RFC 9110 §8.6). */
const EXPECT_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/**
 * The head of a request, with its empty line (RFC 9112 §3):
 *
 *     METHOD SP target SP HTTP/1.1 CRLF
 *     host: … CRLF connection: ( keep-alive | close ) CRLF *( name: value CRLF ) [ content-length | transfer-encoding ] CRLF
 *
 * Throws UnwritableHead if a part holds a character that could end its line.
 *
 * @param isLast the connection ends after this request
 */
export function writeRequestHead(
  { method, target, fields, framing }: RequestToWrite,
  host: string,
  isLast: boolean,
): string {
  if (!METHOD.test(method) || !TARGET.test(target)) throw new UnwritableHead('a request line');
  const connection = isLast ? 'close' : 'keep-alive';
  const line = `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: ${connection}\r\n`;
  return `${line}${writeFields(fields)}${framingOf(method, framing)}\r\n`;
}

function framingOf(method: string, framing: Framing): string {
  if (framing.kind === 'chunked') return 'transfer-encoding: chunked\r\n';
  if (framing.kind === 'length') return `content-length: ${framing.bytes}\r\n`;
  return EXPECT_BODY.has(method) ? 'content-length: 0\r\n' : '';
}

/** Whole field lines, of which none can end before its line does. Only `writeFields` makes them, and they may be joined. */
export type FieldLines = string & { readonly areFieldLines: true };

/**
 * The head of a response, with its empty line (RFC 9112 §4). `connection` is a list of whole lines that the writer of the
 * connection adds.
 */
export function writeResponseHead(status: number, fields: FieldLines, connection: string): string {
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${fields}${connection}\r\n`;
}

/** Throws UnwritableHead if a field holds a character that could end its line. */
export function writeFields(fields: FlatFields): FieldLines {
  let text = '';
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] as string;
    const value = fields[at + 1] as string;
    if (!NAME.test(name) || !VALUE.test(value)) throw new UnwritableHead('a header field');
    text += `${name}: ${value}\r\n`;
  }
  return text as FieldLines;
}

/** Pieces up to this size are joined with what leaves with them: one more write costs more than copying so much. */
export const SMALL_BYTES = 16_384;

/** The line before the data of a chunk of so many bytes, at least one (RFC 9112 §7.1). */
export const chunkLine = (bytes: number): string => `${bytes.toString(16)}\r\n`;

/** The end of a chunked body: the last chunk, and no trailers. */
export const LAST_CHUNK = '0\r\n\r\n';

/** The `Date` of now (RFC 9110 §6.6.1). It is written once a second. */
export class DateLine {
  private second = Number.NaN;
  private text = '';

  /** `now`: milliseconds since the epoch. */
  at(now: number): string {
    const second = Math.floor(now / 1_000);
    if (second !== this.second) {
      this.second = second;
      this.text = `Date: ${new Date(now).toUTCString()}\r\n`;
    }
    return this.text;
  }
}
