import type { IncomingMessage } from 'node:http';
import type { Framing } from './canonical-request.js';
import { type CanonicalRequest, readCanonicalRequest } from './canonical-request.js';
import { ChunkScanner } from './chunk-scanner.js';
import { type AmbiguousRequest, requireUnambiguous } from './refusals.js';

/** A request, and the reader that goes along with its body where that is chunked. */
export type ReadRequest = { canonical: CanonicalRequest; chunks: ChunkScanner | undefined };

/** Finds where a body ends. */
type BodyReader = {
  readonly isDone: boolean;
  /** Takes the connection's next bytes; says how many of them were the body's. */
  push(bytes: Buffer): number;
  violation(): AmbiguousRequest | undefined;
};

const HEAD_END = '\r\n\r\n';
const NOTHING = Buffer.alloc(0);

/**
 * A connection's bytes, read once more beside Node's parser, which drops some without a word: spaces and empty lines of
 * a head, extensions of chunks. What one reader drops, another on the way may have understood. So a request is only
 * taken where both read the same: its head byte for byte, its body strictly.
 *
 * It knows where each message ends and so where the next begins. After a request that could not be read it does not,
 * and takes none any more.
 */
export class HttpReader {
  /** Behind the last message's end: the next head as far as it has come, or more. */
  #unread: Buffer = NOTHING;
  #body: BodyReader | undefined;
  #isLost = false;

  /** `maxHeadBytes`: more than a head may have, line ends and blanks included, before it is given up. */
  constructor(private readonly maxHeadBytes: number) {}

  /** Takes the connection's next bytes, before the parser does. */
  push(bytes: Buffer): void {
    if (this.#isLost) return;
    const rest = this.#body === undefined ? bytes : this.#withoutBody(this.#body, bytes);
    // The parser counts neither empty lines nor blanks before a value against the size of a head: here they have an end.
    if (rest.length > 0 && this.#unread.length > this.maxHeadBytes) this.#lose();
    else if (rest.length > 0)
      this.#unread = this.#unread.length === 0 ? rest : Buffer.concat([this.#unread, rest]);
  }

  /**
   * Reads the request that the parser has just told of: in the same turn, since its body may follow in the bytes at hand.
   * Throws AmbiguousRequest for all that `readCanonicalRequest` refuses, and where the head is not as the parser read it.
   */
  readRequest(request: Pick<IncomingMessage, 'httpVersion' | 'method' | 'url' | 'rawHeaders'>): ReadRequest {
    try {
      requireUnambiguous(!this.#isLost, 'it comes behind what could not be read');
      const canonical = readCanonicalRequest(request);
      this.#passHead(request);
      const { body, chunks } = bodyReaderFor(canonical.framing);
      if (body !== undefined) this.#unread = this.#withoutBody(body, this.#unread);
      return { canonical, chunks };
    } catch (error) {
      this.#lose();
      throw error;
    }
  }

  #passHead({ method = '', url = '', rawHeaders }: Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'>) {
    const end = this.#unread.indexOf(HEAD_END, 0, 'latin1') + HEAD_END.length;
    const head = this.#unread.toString('latin1', 0, end);
    requireUnambiguous(isHeadAsParsed(head, { method, url, rawHeaders }), 'the head is not written plainly');
    this.#unread = bytesAfter(this.#unread, end);
  }

  /** Lets the body have what is its own; remembers it while more is to come. */
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

/** What comes behind so many bytes. An empty part of a piece would keep all of it, while the connection idles. */
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

/** What a parser made of a head. `rawHeaders`: names and values in turn, as Node gives them. */
export type ParsedHead = { method: string; url: string; rawHeaders: readonly string[] };

/**
 * A tab beside what says how the body ends. Readers differ there: to Node's parser `chunked` with one behind it is another
 * coding, which it refuses only after it has told of the request.
 */
const TABBED_FRAMING = /\r\n(?:content-length|transfer-encoding):[^\r]*\t/i;

/**
 * Whether a head, from its first byte to its empty line, is what the parser says of it and nothing more (RFC 9112 §2.1):
 * a request line with single spaces and `HTTP/1.1`, then each field's name, a colon, its value with blanks around, CRLF.
 * No tab is among the blanks around a length or a coding.
 * Node's parser passes more than one space in the request line, empty lines before it and the names of two other
 * protocols, and says nothing of any.
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
