import { createHash } from 'node:crypto';
import { type ByteRange, bytesOfContentRange } from '@countersign/contract';
import type { ReadResponse } from '../http1/response-reader.js';

/** Why a file, or the rest of it, does not reach the client. */
export type AnswerFault = 'range_not_confirmed' | 'file_unavailable' | 'file_too_large';

/**
 * The answer of a route with `download`: the hash of what is sent of it, and whether the upstream sends the part that the request
 * wants. Without that check a service, or a proxy before it, could answer a range with any other bytes, and the record would
 * show a status of 206 and nothing to tell them apart.
 */
export class Download {
  private readonly hash = createHash('sha256');
  /** Bytes of the one part that are still to come; undefined if the answer is no part. */
  private left: number | undefined;

  /** @param range what the request wants; undefined for the whole file */
  constructor(private readonly range: ByteRange | undefined) {}

  /**
   * Why the response cannot answer the request; undefined if it can. A part (206) is the one that was wanted, and never several
   * parts (RFC 9110 §15.3.7). A service may ignore a range and send the whole file.
   */
  faultOf(head: ReadResponse): AnswerFault | undefined {
    return this.isAnswer(head) ? undefined : 'range_not_confirmed';
  }

  private isAnswer({ status, fields, length, hasBody }: ReadResponse): boolean {
    const values = (wanted: string) => fields.flatMap(([name, value]) => (name === wanted ? [value] : []));
    if (values('content-type').some((type) => /^\s*multipart\/byteranges\b/i.test(type))) return false;
    if (status !== 206) return true;
    const [part = '', another] = values('content-range');
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

  /** Whether everything has arrived that the response says of its part. */
  get isWhole(): boolean {
    return this.left === undefined || this.left === 0;
  }

  /** These bytes are handed to the client's connection. */
  sent(bytes: Buffer): void {
    this.hash.update(bytes);
  }

  /** `sha256:` + hex of everything that was sent. Called once. */
  sha256(): string {
    return `sha256:${this.hash.digest('hex')}`;
  }
}
