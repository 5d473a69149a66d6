import type { BodyDecoder } from './body-decoder.js';
import type { MalformedMessage } from './malformed-message.js';

/** Takes the body of a request. After `onBodyEnd` or `onBodyFailure` nothing more comes. */
export interface BodyReceiver {
  onBodyPiece(piece: Buffer): void;
  onBodyEnd(): void;
  /** What has arrived is no plain body. */
  onBodyFailure(error: MalformedMessage): void;
}

/** Makes the connection's socket stop or go on reading. */
export type ReadControl = { pause(): void; resume(): void };

/**
 * The body of a request. The connection decodes its bytes as they arrive; what no one has taken yet waits here, and the
 * connection stops reading meanwhile. So at most one read of the socket is in memory.
 */
export class RequestBody {
  private pending: Buffer[] = [];
  private receiver: BodyReceiver | undefined;
  private isPaused = true;
  private isClosed = false;
  private failure: MalformedMessage | undefined;
  private readonly take = (piece: Buffer): void => {
    this.pending.push(piece);
  };

  /** `decoder` is absent if there is no body. */
  constructor(
    private readonly decoder: BodyDecoder | undefined,
    private readonly control: ReadControl,
  ) {}

  /** Whether the last byte has been read from the connection. */
  get isDone(): boolean {
    return this.decoder === undefined || this.decoder.isDone;
  }

  /**
   * Takes the connection's next bytes, from an offset on. Returns the offset after the body. Throws MalformedMessage if
   * no one has begun to read; else the receiver is notified, and the connection must not read on.
   */
  push(bytes: Buffer, from: number): number {
    const { decoder } = this;
    if (decoder === undefined) return from;
    try {
      const at = decoder.push(bytes, from, this.take);
      this.deliver();
      return at;
    } catch (error) {
      this.failure = error as MalformedMessage;
      if (this.receiver === undefined) throw error;
      this.deliver();
      return bytes.length;
    }
  }

  /** Whether its bytes broke a rule. No one knows where it ends then. */
  get hasFailed(): boolean {
    return this.failure !== undefined;
  }

  /** Begins to deliver. Called once. */
  read(receiver: BodyReceiver): void {
    this.receiver = receiver;
    this.resume();
  }

  /** Delivers nothing until `resume`, and reads nothing more from the connection. */
  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    if (!this.isDone) this.control.pause();
  }

  resume(): void {
    this.isPaused = false;
    this.deliver();
    if (!this.isPaused && !this.isDone && !this.isClosed) this.control.resume();
  }

  /** Nothing more of it is wanted, or nothing more can come. */
  close(): void {
    this.isClosed = true;
    this.pending = [];
  }

  private deliver(): void {
    const { receiver } = this;
    if (receiver === undefined) return;
    while (!this.isPaused && !this.isClosed && this.pending.length > 0)
      receiver.onBodyPiece(this.pending.shift() as Buffer);
    if (this.isPaused || this.isClosed || this.pending.length > 0) return;
    if (this.failure !== undefined) {
      this.isClosed = true;
      receiver.onBodyFailure(this.failure);
    } else if (this.isDone) {
      this.isClosed = true;
      receiver.onBodyEnd();
    }
  }
}
