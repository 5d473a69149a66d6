import { MalformedMessage } from './malformed-message.js';

const HEAD_END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);
const FIRST_BYTES = 1_024;

/** A head that is longer than a head may be. */
export class HeadTooLong extends MalformedMessage {
  /** @param beginning its first bytes, at most seven: as many as `HTTP/1.` has */
  constructor(readonly beginning: string) {
    super('the head is too long');
  }
}

/**
 * Finds where a head ends (RFC 9112 §2.1), in whatever pieces it arrives:
 *
 *     HTTP-message = start-line CRLF *( field-line CRLF ) CRLF [ message-body ]
 *
 * A head that arrives in one piece is not copied. Otherwise each byte is copied at most three times (the memory doubles)
 * and searched once, plus three bytes for each piece: the work is linear in the size of the head.
 */
export class HeadCollector {
  #kept: Buffer = NOTHING;
  #length = 0;
  #end = 0;

  constructor(private readonly maxBytes: number) {}

  /** Whether a part of a head has arrived. */
  get hasBegun(): boolean {
    return this.#length > 0;
  }

  /** The offset in the bytes of the last `push` at which the head ended. */
  get end(): number {
    return this.#end;
  }

  /**
   * Takes the connection's next bytes, from an offset on. Returns the head without its empty line once it is whole, each
   * byte as one character (Latin-1). Throws MalformedMessage for more than `maxBytes`.
   */
  push(bytes: Buffer, from: number): string | undefined {
    if (this.#length > 0) return this.#continue(bytes, from);
    const at = bytes.indexOf(HEAD_END, from);
    const length = (at === -1 ? bytes.length : at + HEAD_END.length) - from;
    this.#requireSize(length, bytes, from);
    if (at === -1) {
      this.#keep(bytes, from, length);
      return undefined;
    }
    this.#end = at + HEAD_END.length;
    return bytes.toString('latin1', from, at + 2);
  }

  #continue(bytes: Buffer, from: number): string | undefined {
    const before = this.#length;
    // What is more than a head may have need not be copied to be refused.
    this.#keep(bytes, from, Math.min(bytes.length - from, this.maxBytes + 1 - before));
    // The end may have begun in the pieces before.
    const searched = Math.max(0, before - (HEAD_END.length - 1));
    const found = this.#kept.subarray(searched, this.#length).indexOf(HEAD_END);
    if (found === -1) {
      this.#requireSize(this.#length, this.#kept, 0);
      return undefined;
    }
    const end = searched + found + HEAD_END.length;
    this.#requireSize(end, this.#kept, 0);
    const text = this.#kept.toString('latin1', 0, end - 2);
    this.#end = from + end - before;
    this.#kept = NOTHING;
    this.#length = 0;
    return text;
  }

  #keep(bytes: Buffer, from: number, count: number): void {
    const length = this.#length + count;
    if (length > this.#kept.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, 2 * length));
      this.#kept.copy(larger, 0, 0, this.#length);
      this.#kept = larger;
    }
    bytes.copy(this.#kept, this.#length, from, from + count);
    this.#length = length;
  }

  #requireSize(count: number, bytes: Buffer, from: number): void {
    if (count > this.maxBytes) throw new HeadTooLong(bytes.toString('latin1', from, from + 7));
  }
}
