import { createHash } from 'node:crypto';
import { type ByteRange, bytesOfContentRange, readByteRange } from '@countersign/contract';
import type { CanonicalRequest } from '../http/canonical-request.js';
import { valuesOf } from '../http1/fields.js';
import type { ReadResponse } from '../http1/response-reader.js';

/** The range that a request wants; undefined if it wants the whole file. */
export function requestedRange({ headers }: Pick<CanonicalRequest, 'headers'>): ByteRange | undefined {
  const range = headers.one('range');
  return range === undefined ? undefined : readByteRange(range);
}

/** Why a file, or the rest of it, does not reach the client. */
export type AnswerFault = 'range_not_confirmed' | 'file_unavailable' | 'file_too_large';

/**
 * The answer of a route with `download`. It computes the hash of the bytes that are sent, and checks that the upstream sends the part
 * that was requested. Without that check a service, or a proxy before it, could answer a range with any other bytes: the record
 * would show a status of 206 and nothing more.
 */
export class Download {
  private readonly hash = createHash('sha256');
  /** Bytes of the part that are still to come; undefined if the answer is not a part (206). */
  private left: number | undefined;

  /** @param range the requested range; undefined for the whole file */
  constructor(private readonly range: ByteRange | undefined) {}

  /**
   * Why the response is not an answer to the request; undefined if it is. A part (206) must be the requested one, and there must not be
   * several (RFC 9110 §15.3.7). A service may ignore a range and send the whole file.
   */
  faultOf(head: ReadResponse): AnswerFault | undefined {
    return this.isAnswer(head) ? undefined : 'range_not_confirmed';
  }

  private isAnswer({ status, fields, length, hasBody }: ReadResponse): boolean {
    const types = valuesOf(fields, 'content-type');
    if (types.some((type) => /^\s*multipart\/byteranges\b/i.test(type))) return false;
    if (status !== 206) return true;
    const [part = '', another] = valuesOf(fields, 'content-range');
    if (this.range === undefined || another !== undefined) return false;
    const bytes = bytesOfContentRange(part, this.range);
    if (bytes === undefined || (hasBody && length !== undefined && length !== bytes)) return false;
    if (hasBody) this.left = bytes;
    return true;
  }

  /** Takes a piece that has arrived. Returns a fault if the part is longer than the response says. */
  faultOfPiece(piece: Buffer): AnswerFault | undefined {
    if (this.left === undefined) return undefined;
    this.left -= piece.length;
    return this.left < 0 ? 'range_not_confirmed' : undefined;
  }

  /** Whether all bytes have arrived that the response's `Content-Range` announces. */
  get isWhole(): boolean {
    return this.left === undefined || this.left === 0;
  }

  /** Called with the bytes that are handed to the client's connection. */
  sent(bytes: Buffer): void {
    this.hash.update(bytes);
  }

  /** `sha256:` + hex of everything that was sent. Called once. */
  sha256(): string {
    return `sha256:${this.hash.digest('hex')}`;
  }
}
