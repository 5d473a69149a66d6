import { type Fields, OF_REQUESTS, parseFields } from './fields.js';
import { MalformedMessage, requirePlain } from './malformed-message.js';

/** The head of a request, parsed and not interpreted. */
export type RequestHead = {
  method: string;
  /** As it was sent. */
  target: string;
  /** 1 for HTTP/1.1, 0 for HTTP/1.0. */
  minorVersion: 0 | 1;
  fields: Fields;
};

/** A head that is longer, in characters, is not kept: idle connections of strangers would hold much memory. */
const LONGEST_KEPT = 4_096;

/**
 * The field lines of the request before on a connection, parsed. Most clients send the same lines with each request, so what was
 * parsed once is used again while the text is the same, to the byte.
 */
export class PreviousFieldLines {
  #lines: string | undefined;
  #fields: Fields = [];

  /**
   * The fields of a head, whose lines begin at an offset. Returns the very same array as before only if the text was the same, so
   * the identity of the array proves it. Throws MalformedMessage.
   */
  of(head: string, from: number): Fields {
    if (head.length > LONGEST_KEPT) {
      this.#lines = undefined;
      this.#fields = [];
      return parseFields(head, from, OF_REQUESTS);
    }
    const lines = head.slice(from);
    if (lines !== this.#lines) {
      this.#fields = parseFields(head, from, OF_REQUESTS);
      this.#lines = lines;
    }
    return this.#fields;
  }

  /** Whether these are the fields that it keeps. */
  keeps(fields: Fields): boolean {
    return this.#fields === fields;
  }
}

const TARGET = /^[\x21-\x7e]+$/;
/** What begins like a request of any version of HTTP. Anything else is another protocol, or none. */
const LIKE_HTTP = /^[A-Z-]+ .*HTTP\/[0-9.]+ *$/i;

/** The registered methods that clients use. A method that no one knows is no method. */
const METHODS: ReadonlySet<string> = new Set(
  `ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY
  OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK
  UNLOCK UNSUBSCRIBE`.split(/\s+/),
);

/**
 * Parses the head of a request, without the empty line after it (RFC 9112 §3):
 *
 *     request-line = method SP request-target SP HTTP-version CRLF
 *     HTTP-version = "HTTP/1." ( "0" / "1" )
 *
 * Nothing may precede it, not even the empty line that §2.2 lets a server skip, and single spaces divide its parts.
 * Throws MalformedMessage, with `endsHttp` for what is no HTTP at all, and for CONNECT. `previous`: of this connection.
 */
export function parseRequestHead(text: string, previous: PreviousFieldLines): RequestHead {
  const lineEnd = text.indexOf('\r\n');
  const methodEnd = text.indexOf(' ');
  const targetEnd = text.indexOf(' ', methodEnd + 1);
  const version = text.slice(targetEnd + 1, lineEnd);
  const minorVersion = version === 'HTTP/1.1' ? 1 : version === 'HTTP/1.0' ? 0 : undefined;
  if (methodEnd < 1 || targetEnd === -1 || minorVersion === undefined) throw oddLine(text.slice(0, lineEnd));
  const method = text.slice(0, methodEnd);
  requirePlain(METHODS.has(method), 'the method is not known');
  if (method === 'CONNECT')
    throw new MalformedMessage('a method that is never forwarded', { endsHttp: true });
  const target = text.slice(methodEnd + 1, targetEnd);
  requirePlain(TARGET.test(target), 'the target has a character other than visible ASCII');
  return { method, target, minorVersion, fields: previous.of(text, lineEnd + 2) };
}

function oddLine(line: string): MalformedMessage {
  const isHttp = LIKE_HTTP.test(line);
  return new MalformedMessage(isHttp ? 'not a plain HTTP/1.1 request line' : 'not a request', {
    endsHttp: !isHttp,
  });
}
