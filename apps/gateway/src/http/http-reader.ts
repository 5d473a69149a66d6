import type { IncomingMessage } from 'node:http';
import type { Framing } from './canonical-request.js';
import { type CanonicalRequest, readCanonicalRequest } from './canonical-request.js';
import { ChunkScanner } from './chunk-scanner.js';
import { type AmbiguousRequest, requireUnambiguous } from './refusals.js';

/** A request, its body's arrival if it has a body, and the scanner of the body if that is chunked. */
export type ReadRequest = {
  canonical: CanonicalRequest;
  arrival: BodyArrival | undefined;
  chunks: ChunkScanner | undefined;
};

/** Whether the last byte of a body has been read from the connection. */
export type BodyArrival = { readonly isDone: boolean };

/** Finds where a body ends. */
type BodyReader = BodyArrival & {
  /** Takes the connection's next bytes. Returns how many of them belong to the body. */
  push(bytes: Buffer): number;
  violation(): AmbiguousRequest | undefined;
};

const HEAD_END = '\r\n\r\n';
const NOTHING = Buffer.alloc(0);

/**
 * Reads a connection's bytes a second time, beside Node's parser. The parser silently drops some bytes: spaces and
 * empty lines in a head, extensions of chunks. Another server on the way may have understood what the parser drops. So
 * a request is accepted only if both readers agree: the head byte for byte, the body strictly.
 *
 * The reader knows where each message ends, and so where the next one begins. After a request that it could not read it
 * does not know that any more, and accepts nothing more on the connection.
 */
export class HttpReader {
  /** The bytes after the end of the last message: the part of the next head that has arrived, or more. */
  #unread: Buffer = NOTHING;
  #body: BodyReader | undefined;
  #isLost = false;

  /** `maxHeadBytes`: the limit for a head with its line ends and blanks. It is higher than the parser's own limit. */
  constructor(private readonly maxHeadBytes: number) {}

  /** Takes the connection's next bytes. Must run before the parser does. */
  push(bytes: Buffer): void {
    if (this.#isLost) return;
    const rest = this.#body === undefined ? bytes : this.#withoutBody(this.#body, bytes);
    // The parser does not count empty lines or blanks before a value towards the size of a head. They are limited here.
    if (rest.length > 0 && this.#unread.length > this.maxHeadBytes) this.#lose();
    else if (rest.length > 0)
      this.#unread = this.#unread.length === 0 ? rest : Buffer.concat([this.#unread, rest]);
  }

  /**
   * Reads the request that the parser has just reported. Must run in the same turn, because the bytes at hand may
   * already contain the body. Throws AmbiguousRequest for everything that `readCanonicalRequest` refuses, and for a
   * head that differs from what the parser read.
   */
  readRequest(request: Pick<IncomingMessage, 'httpVersion' | 'method' | 'url' | 'rawHeaders'>): ReadRequest {
    try {
      requireUnambiguous(!this.#isLost, 'an earlier request on this connection could not be read');
      const canonical = readCanonicalRequest(request);
      this.#passHead(request);
      const { body, chunks } = bodyReaderFor(canonical.framing);
      if (body !== undefined) this.#unread = this.#withoutBody(body, this.#unread);
      return { canonical, arrival: body, chunks };
    } catch (error) {
      this.#lose();
      throw error;
    }
  }

  #passHead({ method = '', url = '', rawHeaders }: Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'>) {
    const end = this.#unread.indexOf(HEAD_END, 0, 'latin1') + HEAD_END.length;
    const head = this.#unread.toString('latin1', 0, end);
    requireUnambiguous(
      isHeadAsParsed(head, { method, url, rawHeaders }),
      'the head has bytes that readers may drop',
    );
    this.#unread = bytesAfter(this.#unread, end);
  }

  /** Gives the body its bytes and returns the rest. Remembers the body while more of it is to come. */
  #withoutBody(body: BodyReader, bytes: Buffer): Buffer {
    const taken = body.push(bytes);
    if (body.violation() !== undefined) {
      this.#lose();
      return NOTHING;
    }
    this.#body = body.isDone ? undefined : body;
    return bytesAfter(bytes, taken);
  }

  #lose(): void {
    this.#isLost = true;
    this.#unread = NOTHING;
    this.#body = undefined;
  }
}

/**
 * The bytes after the first `taken` ones. An empty slice would keep the whole piece in memory while the connection
 * idles.
 */
function bytesAfter(bytes: Buffer, taken: number): Buffer {
  return taken === bytes.length ? NOTHING : bytes.subarray(taken);
}

function bodyReaderFor(framing: Framing): { body?: BodyReader; chunks: ChunkScanner | undefined } {
  if (framing.kind === 'none') return { chunks: undefined };
  if (framing.kind === 'length') return { body: new LengthBodyReader(framing.bytes), chunks: undefined };
  const chunks = new ChunkScanner();
  return { body: chunks, chunks };
}

class LengthBodyReader implements BodyReader {
  constructor(private left: number) {}

  get isDone(): boolean {
    return this.left === 0;
  }

  push(bytes: Buffer): number {
    const taken = Math.min(this.left, bytes.length);
    this.left -= taken;
    return taken;
  }

  violation(): undefined {
    return undefined;
  }
}

/** A head as the parser read it. `rawHeaders`: names and values in turn, as Node gives them. */
export type ParsedHead = { method: string; url: string; rawHeaders: readonly string[] };

/**
 * A tab beside a field that says how the body ends. Readers disagree on it: Node's parser takes `chunked` followed by a
 * tab for another coding, and refuses it only after it has reported the request.
 */
const TABBED_FRAMING = /\r\n(?:content-length|transfer-encoding):[^\r]*\t/i;

/**
 * Whether a head is exactly what the parser says, from its first byte to its empty line (RFC 9112 §2.1): a request line
 * with single spaces and `HTTP/1.1`; then for each field its name, a colon, its value with blanks around it, CRLF.
 * Blanks around a length or a transfer coding contain no tab.
 * Node's parser also accepts several spaces in the request line, empty lines before it, and the names of two other
 * protocols, without saying so.
 */
export function isHeadAsParsed(head: string, { method, url, rawHeaders }: ParsedHead): boolean {
  const line = `${method} ${url} HTTP/1.1\r\n`;
  if (!head.startsWith(line)) return false;
  let at = line.length;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    if (!head.startsWith(name, at)) return false;
    at += name.length;
    if (!head.startsWith(':', at)) return false;
    at = skipBlanks(head, at + 1);
    if (!head.startsWith(value, at)) return false;
    at = skipBlanks(head, at + value.length);
    if (!head.startsWith('\r\n', at)) return false;
    at += 2;
  }
  return head.slice(at) === '\r\n' && !TABBED_FRAMING.test(head);
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}
