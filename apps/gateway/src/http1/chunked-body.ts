import type { BodyDecoder, BodySink } from './body-decoder.js';
import { OF_RESPONSES, parseFields } from './fields.js';
import { JoinedChunks } from './joined-chunks.js';
import { MalformedMessage, requirePlain } from './malformed-message.js';

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;
/** More hex digits would mean a chunk of over 4 GiB. No one sends one, and some readers' numbers overflow. */
const MAX_SIZE_DIGITS = 8;
/** Extensions and trailers of one body together. They are read only to be dropped. */
const MAX_DROPPED = 8_192;
/**
 * The least average of bytes in the chunks of a request's body, after the first 4,096 chunks. To read a chunk costs more than to read
 * its bytes, so chunks of one byte would let one client take the processor from all tenants. A client that sends small events, each in a
 * chunk of its own, has more bytes in each.
 */
const MIN_AVERAGE_BYTES = 8;
const ANY_SIZE_CHUNKS = 4_096;
const EXTENSION = /^(?:;[A-Za-z0-9!#$%&'*+.^_`|~-]+(?:=[A-Za-z0-9!#$%&'*+.^_`|~-]+)?)+$/;

const FRAMING: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'connection']);

type State =
  | 'size'
  | 'size-lf'
  | 'extension'
  | 'data'
  | 'data-cr'
  | 'data-lf'
  | 'end-cr'
  | 'end-lf'
  | 'trailer'
  | 'trailer-lf'
  | 'done';

/**
 * A chunked body (RFC 9112 §7.1):
 *
 *     chunked-body = *chunk last-chunk trailer-section CRLF
 *     chunk        = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
 *     chunk-size   = 1*8HEXDIG
 *     last-chunk   = 1*8"0" [ chunk-ext ] CRLF
 *     chunk-ext    = 1*( ";" token [ "=" token ] )
 *     trailer-section = *( field-line CRLF )
 *
 * `plain` has no extensions and no trailers: each reader drops them in its own way, and request smuggling depends on
 * readers that disagree where a body ends. Its chunks are not all tiny. `any` reads and drops them (a recipient has to ignore what it does not know, §7.1.1), without
 * quoted values, and `isPlain` is false then.
 */
export class ChunkedBody implements BodyDecoder {
  private state: State = 'size';
  private digits = 0;
  private left = 0;
  private dropped = 0;
  private chunks = 0;
  /** Bytes of content that the chunks have announced. */
  private announced = 0;
  /** The extension or the trailer that is being read. */
  private line = '';

  constructor(private readonly kind: 'plain' | 'any') {}

  get isDone(): boolean {
    return this.state === 'done';
  }

  get isPlain(): boolean {
    return this.dropped === 0;
  }

  push(bytes: Buffer, from: number, sink: BodySink): number {
    const content = new JoinedChunks(bytes, sink);
    try {
      return this.read(bytes, from, content);
    } finally {
      content.flush();
    }
  }

  private read(bytes: Buffer, from: number, content: JoinedChunks): number {
    let at = from;
    while (at < bytes.length && this.state !== 'done') {
      if (this.state === 'data') {
        const end = Math.min(bytes.length, at + this.left);
        this.left -= end - at;
        content.add(at, end);
        at = end;
        if (this.left === 0) this.state = 'data-cr';
      } else {
        this.state = this.next(bytes[at] as number);
        at += 1;
      }
    }
    return at;
  }

  private next(byte: number): State {
    switch (this.state) {
      case 'size':
        return this.size(byte);
      case 'extension':
        return byte === CR ? this.endExtension() : this.drop(byte, 'extension');
      case 'size-lf':
        requireByte(byte, LF);
        return this.left === 0 ? 'end-cr' : this.beginData();
      case 'data-cr':
        requireByte(byte, CR);
        return 'data-lf';
      case 'data-lf':
        requireByte(byte, LF);
        this.digits = 0;
        return 'size';
      case 'end-cr':
        return byte === CR ? 'end-lf' : this.drop(byte, 'trailer');
      case 'trailer':
        return byte === CR ? this.endTrailer() : this.drop(byte, 'trailer');
      case 'trailer-lf':
        requireByte(byte, LF);
        return 'end-cr';
      default:
        requireByte(byte, LF);
        return 'done';
    }
  }

  private size(byte: number): State {
    if (byte === CR && this.digits > 0) return 'size-lf';
    if (byte === SEMICOLON && this.digits > 0) return this.drop(byte, 'extension');
    const digit = hexDigit(byte);
    if (digit === undefined || this.digits === MAX_SIZE_DIGITS)
      throw new MalformedMessage('the size of a chunk is not 1 to 8 hex digits');
    this.digits += 1;
    this.left = this.left * 16 + digit;
    return 'size';
  }

  private beginData(): State {
    this.chunks += 1;
    this.announced += this.left;
    const areTiny = this.chunks > ANY_SIZE_CHUNKS && this.announced < MIN_AVERAGE_BYTES * this.chunks;
    requirePlain(this.kind === 'any' || !areTiny, 'its chunks contain too few bytes each');
    return 'data';
  }

  /** A byte of an extension or a trailer. */
  private drop(byte: number, state: State): State {
    if (this.kind === 'plain')
      throw new MalformedMessage('a chunk has an extension, or the body has trailers');
    this.dropped += 1;
    if (this.dropped > MAX_DROPPED) throw new MalformedMessage('too many extensions or trailers');
    this.line += String.fromCharCode(byte);
    return state;
  }

  private endExtension(): State {
    requirePlain(EXTENSION.test(this.line), 'an odd extension of a chunk');
    this.line = '';
    return 'size-lf';
  }

  private endTrailer(): State {
    const trailer = parseFields(`${this.line}\r\n`, 0, OF_RESPONSES);
    requirePlain(!trailer.some(([name]) => FRAMING.has(name)), 'a trailer that says how the body ends');
    this.line = '';
    return 'trailer-lf';
  }
}

function requireByte(byte: number, expected: number): void {
  if (byte !== expected) throw new MalformedMessage('a line of the chunked coding does not end with CRLF');
}

function hexDigit(byte: number): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : undefined;
}
