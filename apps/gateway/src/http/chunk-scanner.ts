import { AmbiguousRequest } from './refusals.js';

const CR = 0x0d;
const LF = 0x0a;
/** More hex digits would mean a chunk of over 4 GiB. No one sends one, and some readers' numbers overflow. */
const MAX_SIZE_DIGITS = 8;

type State = 'size' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'end-cr' | 'end-lf' | 'done' | 'odd';

/**
 * Reads the chunked coding (RFC 9112 §7.1) strictly, beside the parser: a size of at most 8 hex digits, a line end,
 * that many bytes, a line end; at the end `0` and an empty line. Chunk extensions and trailers are violations: each
 * parser drops them in its own way, and request smuggling lives on disagreement about where a body ends.
 */
export class ChunkScanner {
  private state: State = 'size';
  private digits = 0;
  private left = 0;

  /** What is wrong with the part of the body that has arrived. */
  violation(): AmbiguousRequest | undefined {
    if (this.state !== 'odd') return undefined;
    return new AmbiguousRequest('a chunk has an extension, or the body has trailers');
  }

  /** Whether the body has ended. Also true after a violation, because then no one knows where the body ends. */
  get isDone(): boolean {
    return this.state === 'done' || this.state === 'odd';
  }

  /**
   * Takes the connection's next bytes. Returns how many belong to the body; the bytes after its end are not examined.
   */
  push(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length && !this.isDone) {
      if (this.state === 'data') {
        const taken = Math.min(this.left, bytes.length - at);
        this.left -= taken;
        at += taken;
        if (this.left === 0) this.state = 'data-cr';
      } else {
        this.state = this.next(bytes[at] ?? 0);
        at += 1;
      }
    }
    return at;
  }

  private next(byte: number): State {
    switch (this.state) {
      case 'size':
        return this.size(byte);
      case 'size-lf':
        if (byte !== LF) return 'odd';
        return this.left === 0 ? 'end-cr' : 'data';
      case 'data-cr':
        return byte === CR ? 'data-lf' : 'odd';
      case 'data-lf':
        this.digits = 0;
        return byte === LF ? 'size' : 'odd';
      case 'end-cr':
        return byte === CR ? 'end-lf' : 'odd';
      case 'end-lf':
        return byte === LF ? 'done' : 'odd';
      default:
        return 'odd';
    }
  }

  private size(byte: number): State {
    if (byte === CR && this.digits > 0) return 'size-lf';
    const digit = hexDigit(byte);
    this.digits += 1;
    if (digit === undefined || this.digits > MAX_SIZE_DIGITS) return 'odd';
    this.left = this.left * 16 + digit;
    return 'size';
  }
}

function hexDigit(byte: number): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : undefined;
}
