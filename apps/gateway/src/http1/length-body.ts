import type { BodyDecoder, BodySink } from './body-decoder.js';

/** A body of as many bytes as `Content-Length` says (RFC 9112 §6.2). */
export class LengthBody implements BodyDecoder {
  readonly isPlain = true;

  constructor(private left: number) {}

  get isDone(): boolean {
    return this.left === 0;
  }

  push(bytes: Buffer, from: number, sink: BodySink): number {
    const end = Math.min(bytes.length, from + this.left);
    this.left -= end - from;
    if (end > from) sink(bytes.subarray(from, end));
    return end;
  }
}
