import type { BodyDecoder } from './body-decoder.js';
import { MalformedMessage } from './malformed-message.js';

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
 * How much may wait before the connection stops reading. It reads on until then, because only a connection that reads
 * notices that its client has gone.
 */
const MAX_WAITING_BYTES = 16_384;

/**
 * The body of a request. The connection decodes its bytes as they arrive; what no one has taken yet waits here. So at most
 * these bytes and one read of the socket are in memory.
 */
export class RequestBody {
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private holdsBack = false;
  private receiver: BodyReceiver | undefined;
  private isPaused = true;
  private isClosed = false;
  private broken: MalformedMessage | undefined;
  private readonly take = (piece: Buffer): void => {
    if (this.isClosed) return;
    this.pending.push(piece);
    this.pendingBytes += piece.length;
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
   * Takes the connection's next bytes, from an offset on. Returns the offset after the body. After bytes that break a rule
   * `failure` is set, the receiver is notified, and the connection must not read on.
   */
  push(bytes: Buffer, from: number): number {
    const { decoder } = this;
    if (decoder === undefined) return from;
    try {
      const at = decoder.push(bytes, from, this.take);
      this.deliver();
      if (!decoder.isDone && this.pendingBytes >= MAX_WAITING_BYTES) this.holdBack();
      return at;
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.broken = error;
      this.deliver();
      return bytes.length;
    }
  }

  /** The rule that its bytes broke, if they did. No one knows where it ends then. */
  get failure(): MalformedMessage | undefined {
    return this.broken;
  }

  /** Begins to deliver. Called once. */
  read(receiver: BodyReceiver): void {
    this.receiver = receiver;
    this.resume();
  }

  /** Delivers nothing until `resume`. */
  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.deliver();
    if (!this.holdsBack || this.isPaused || this.isClosed) return;
    this.holdsBack = false;
    this.control.resume();
  }

  private holdBack(): void {
    if (this.holdsBack) return;
    this.holdsBack = true;
    this.control.pause();
  }

  /** Nothing more of it is wanted, or nothing more can come. */
  close(): void {
    this.isClosed = true;
    this.pending = [];
  }

  private deliver(): void {
    const { receiver } = this;
    if (receiver === undefined) return;
    while (!this.isPaused && !this.isClosed && this.pending.length > 0) {
      const piece = this.pending.shift() as Buffer;
      this.pendingBytes -= piece.length;
      receiver.onBodyPiece(piece);
    }
    if (this.isPaused || this.isClosed) return;
    if (this.broken !== undefined) {
      this.isClosed = true;
      receiver.onBodyFailure(this.broken);
    } else if (this.isDone) {
      this.isClosed = true;
      receiver.onBodyEnd();
    }
  }
}
