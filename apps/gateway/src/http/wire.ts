import type { IncomingMessage } from 'node:http';
import { type AmbiguousRequest, demand } from './ambiguous.js';
import { type CanonicalRequest, readCanonicalRequest } from './canonical-request.js';
import { ChunkScanner } from './chunk-scanner.js';
import type { Framing } from './framing.js';
import { isHeadAsParsed } from './raw-head.js';

/** A request, and the reader that goes along with its body where that is chunked. */
export type Message = { canonical: CanonicalRequest; chunks: ChunkScanner | undefined };

/** Finds where a body ends. */
type Body = {
  readonly isDone: boolean;
  /** Takes the connection's next bytes; says how many of them were the body's. */
  take(bytes: Buffer): number;
  objection(): AmbiguousRequest | undefined;
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
export class Wire {
  /** Behind the last message's end: the next head as far as it has come, or more. */
  #unread: Buffer = NOTHING;
  #body: Body | undefined;
  #isLost = false;

  /** `maxHeadBytes`: more than a head may have, line ends and blanks included, before it is given up. */
  constructor(private readonly maxHeadBytes: number) {}

  /** Takes the connection's next bytes, before the parser does. */
  take(bytes: Buffer): void {
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
  begin(request: Pick<IncomingMessage, 'httpVersion' | 'method' | 'url' | 'rawHeaders'>): Message {
    try {
      demand(!this.#isLost, 'it comes behind what could not be read');
      const canonical = readCanonicalRequest(request);
      this.#passHead(request);
      const { body, chunks } = bodyOf(canonical.framing);
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
    demand(isHeadAsParsed(head, { method, url, rawHeaders }), 'the head is not written plainly');
    this.#unread = behind(this.#unread, end);
  }

  /** Lets the body have what is its own; remembers it while more is to come. */
  #withoutBody(body: Body, bytes: Buffer): Buffer {
    const taken = body.take(bytes);
    if (body.objection() !== undefined) {
      this.#lose();
      return NOTHING;
    }
    this.#body = body.isDone ? undefined : body;
    return behind(bytes, taken);
  }

  #lose(): void {
    this.#isLost = true;
    this.#unread = NOTHING;
    this.#body = undefined;
  }
}

/** What comes behind so many bytes. An empty part of a piece would keep all of it, while the connection idles. */
function behind(bytes: Buffer, taken: number): Buffer {
  return taken === bytes.length ? NOTHING : bytes.subarray(taken);
}

function bodyOf(framing: Framing): { body?: Body; chunks: ChunkScanner | undefined } {
  if (framing.kind === 'none') return { chunks: undefined };
  if (framing.kind === 'length') return { body: new CountedBody(framing.bytes), chunks: undefined };
  const chunks = new ChunkScanner();
  return { body: chunks, chunks };
}

class CountedBody implements Body {
  constructor(private left: number) {}

  get isDone(): boolean {
    return this.left === 0;
  }

  take(bytes: Buffer): number {
    const taken = Math.min(this.left, bytes.length);
    this.left -= taken;
    return taken;
  }

  objection(): undefined {
    return undefined;
  }
}
