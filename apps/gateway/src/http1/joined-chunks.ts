import type { BodySink } from './body-decoder.js';

/** A chunk of so many bytes is a piece by itself: to copy it would cost more than to pass it on. */
const LARGE_BYTES = 4_096;
/** So few bytes are copied faster in a loop than by Node, whose call takes as long as fifty of them. */
const FEW_BYTES = 64;

/**
 * The content of the chunks that one read of a socket contains, in few pieces. Each piece costs its receiver some microseconds, so a
 * body in chunks of one byte would otherwise cost many times as much as its bytes.
 */
export class JoinedChunks {
  private joined: Buffer | undefined;
  private length = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly sink: BodySink,
  ) {}

  /** Takes the content between two offsets. */
  add(from: number, end: number): void {
    const { bytes } = this;
    if (end - from >= LARGE_BYTES) {
      this.flush();
      this.sink(bytes.subarray(from, end));
      return;
    }
    this.joined ??= Buffer.allocUnsafe(bytes.length - from);
    const { joined } = this;
    if (end - from > FEW_BYTES) bytes.copy(joined, this.length, from, end);
    else for (let at = from; at < end; at += 1) joined[this.length + at - from] = bytes[at] as number;
    this.length += end - from;
  }

  /** Passes on what it has. */
  flush(): void {
    const { joined, length } = this;
    if (joined === undefined) return;
    this.joined = undefined;
    this.length = 0;
    this.sink(joined.subarray(0, length));
  }
}
