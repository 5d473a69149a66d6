import type { Socket } from 'node:net';
import type { Framing } from './framing.js';
import { HeadTooLong } from './head-collector.js';
import type { IdlePlace } from './idle-connections.js';
import { largeReadCollector } from './large-read-collector.js';
import { MalformedMessage } from './malformed-message.js';
import { chunkLine, LAST_CHUNK, SMALL_BYTES } from './message-writer.js';
import { type ReadResponse, ResponseReader, type ResponseSink } from './response-reader.js';
import { type TlsFailure, tlsFailureOf } from './tls-failure.js';

/** Time limits, in milliseconds. `firstByteMs` counts from the last part of the request that was sent. */
export type UpstreamTimeouts = { connectMs: number; firstByteMs: number; idleMs: number };

/** Why an upstream gave no whole response. */
export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure';

  constructor(
    readonly code: 'unreachable' | 'timeout' | 'tls',
    detail: string,
    /** For `tls`. */
    readonly reason?: TlsFailure,
  ) {
    super(detail);
  }
}

/** A request whose head is written already. `isLast`: the head says that the connection ends after it. */
export type WrittenRequest = { isHead: boolean; head: string; framing: Framing; isLast: boolean };

/**
 * Receives what happens to one request. After `onUpstreamFailure` nothing more comes. After `onResponseEnd` only the
 * `onTurnEnd` of the same read may come, and the observer must not use the connection: it may carry another request.
 */
export interface UpstreamObserver {
  /** More of the body can be sent. Called for the first time when the request's head has been written. */
  onUpstreamReady(exchange: UpstreamExchange): void;
  onResponseHead(response: ReadResponse): void;
  onResponseData(piece: Buffer): void;
  /** All that has arrived in one read has been passed on. */
  onTurnEnd(): void;
  onResponseEnd(): void;
  onUpstreamFailure(failure: UpstreamFailure): void;
}

/** One request at an upstream, as its sender sees it. */
export type UpstreamExchange = Pick<
  UpstreamConnection,
  'isReady' | 'write' | 'endBody' | 'abort' | 'pause' | 'resume'
>;

/** As Node's own limit for a head. */
const MAX_HEAD_BYTES = 16_384;
/** How long an idle connection may be used again, if its server does not say. */
const DEFAULT_IDLE_MS = 4_000;
/** A server closes some time before it says: what is under way then must not meet its end. */
const IDLE_MARGIN_MS = 1_000;
const MAX_IDLE_MS = 600_000;
const NEVER = Number.POSITIVE_INFINITY;

/** How long a connection that carries no further request is still read, to see if excess comes. It comes within milliseconds. */
const WATCH_MS = 100;
/** Some servers send this when a connection was idle for too long, and close it (RFC 9110 §15.5.9). It is no excess. */
const TIMEOUT_NOTICE = /^HTTP\/1\.[01] 408 /;

/** What a connection needs of its pool. */
export type ConnectionParts = {
  timeouts: UpstreamTimeouts;
  monotonic(): number;
  /** The connection can carry another request. */
  released(connection: UpstreamConnection): void;
  /** The connection carries no further request. It is read a little longer, to see if excess comes. */
  watched(connection: UpstreamConnection): void;
  /** The upstream has sent bytes that belong to no response. */
  foundExcess(): void;
  /** An error of ours, and not of the upstream, has ended a call. */
  faulted(error: Error): void;
  /** The connection has ended. */
  ended(connection: UpstreamConnection): void;
};

type State = 'connecting' | 'idle' | 'busy' | 'watched' | 'ended';

/**
 * One connection to an upstream. It carries one request at a time, and a further one only if everything of the one before
 * was sent, received and plain, and its response could have a body. Nothing is ever sent twice.
 *
 *     connecting → busy → ( idle → busy )* → ( watched ) → ended
 */
export class UpstreamConnection implements ResponseSink {
  private readonly reader = new ResponseReader(MAX_HEAD_BYTES);
  private state: State = 'connecting';
  private observer: UpstreamObserver | undefined;
  private framing: Framing = { kind: 'none' };
  private isLast = false;
  private requestSent = false;
  private responseBegun = false;
  private responseEnded = false;
  /** Whether the response could have a body: it is none to HEAD, no 204 and no 304. */
  private hasBody = false;
  /** Whether it has carried another request before this one. */
  private isReused = false;
  private isPaused = false;
  /** The bytes that are being read are in memory that the next read overwrites. */
  private isSharedRead = false;
  private idleMs = DEFAULT_IDLE_MS;
  /** Milliseconds of the monotonic clock. */
  private deadline: number;
  /** Its place among the idle connections of its pool, which alone sets it. */
  idlePlace: IdlePlace | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly parts: ConnectionParts,
    /** Whose calls it carries. */
    readonly owner: string,
    private readonly connectEvent: 'connect' | 'secureConnect',
  ) {
    this.deadline = parts.monotonic() + parts.timeouts.connectMs;
    socket.on('data', (bytes: Buffer) => this.receive(bytes));
    socket.on('drain', () => this.drained());
    socket.on('end', () => this.peerEnded());
    socket.on('error', (error: NodeJS.ErrnoException) => this.broke(error));
    socket.on('close', () => this.close());
  }

  /** Whether an idle connection may be used at this moment. */
  isUsable(now: number): boolean {
    return this.state === 'idle' && now < this.deadline && this.socket.writable;
  }

  /** Sends a request. The connection must be usable, or just have been made. */
  send(request: WrittenRequest, observer: UpstreamObserver): void {
    this.observer = observer;
    this.framing = request.framing;
    this.isLast = request.isLast;
    this.responseBegun = false;
    this.responseEnded = false;
    this.isReused = this.state === 'idle';
    if (this.isReused) this.writeHead(request);
    else this.socket.once(this.connectEvent, () => this.writeHead(request));
  }

  /** Whether a part of the body can be written now. `onUpstreamReady` comes when that changes. */
  get isReady(): boolean {
    const { socket } = this;
    return this.state === 'busy' && !(socket.writableLength > 0 && socket.writableNeedDrain);
  }

  /** Sends a part of the body. */
  write(piece: Buffer): void {
    if (this.state !== 'busy' || piece.length === 0) return;
    const { socket } = this;
    if (this.framing.kind !== 'chunked') socket.write(piece);
    else if (piece.length <= SMALL_BYTES)
      socket.write(`${chunkLine(piece.length)}${piece.toString('latin1')}\r\n`, 'latin1');
    else {
      socket.cork();
      socket.write(chunkLine(piece.length), 'latin1');
      socket.write(piece);
      socket.write('\r\n', 'latin1');
      socket.uncork();
    }
    this.progressed();
  }

  /** The whole body has been written. */
  endBody(): void {
    if (this.state !== 'busy' || this.requestSent) return;
    if (this.framing.kind === 'chunked') this.socket.write(LAST_CHUNK, 'latin1');
    this.requestSent = true;
    this.progressed();
  }

  /** Reads nothing more from the upstream until `resume`. Its silence does not count meanwhile. */
  pause(): void {
    this.isPaused = true;
    this.deadline = NEVER;
    this.socket.pause();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.deadline = this.parts.monotonic() + this.parts.timeouts.idleMs;
    this.socket.resume();
  }

  /** Gives up the request and the connection. The observer is not notified. */
  abort(): void {
    this.observer = undefined;
    this.end();
  }

  /** Ends the connection. Its request fails. */
  close(): void {
    this.fail(new UpstreamFailure('unreachable', 'the connection was closed'));
  }

  /** Ends what takes too long. `now`: milliseconds of the monotonic clock. */
  checkTime(now: number): void {
    if (now < this.deadline) return;
    this.fail(new UpstreamFailure('timeout', `the upstream was late (${this.state})`));
  }

  onHead(response: ReadResponse): void {
    this.responseBegun = true;
    this.hasBody = response.hasBody;
    this.idleMs = idleTimeOf(response);
    this.observer?.onResponseHead(response);
  }

  onData(piece: Buffer): void {
    this.observer?.onResponseData(this.isSharedRead ? Buffer.from(piece) : piece);
  }

  onEnd(): void {
    this.responseEnded = true;
    const { observer } = this;
    this.observer = undefined;
    observer?.onResponseEnd();
  }

  /** Takes the connection's next bytes. Their memory belongs to the caller again when this returns. */
  receiveShared(bytes: Buffer): void {
    this.isSharedRead = true;
    this.receive(bytes);
    this.isSharedRead = false;
  }

  private writeHead({ isHead, head, framing }: WrittenRequest): void {
    this.state = 'busy';
    this.reader.begin(isHead, this);
    this.socket.write(head, 'latin1');
    this.requestSent = framing.kind === 'none';
    this.progressed();
    if (!this.requestSent) this.observer?.onUpstreamReady(this);
  }

  /** A part of the request was sent: the upstream's time for its first byte begins again. */
  private progressed(): void {
    if (!this.responseBegun) this.deadline = this.parts.monotonic() + this.parts.timeouts.firstByteMs;
  }

  private drained(): void {
    if (!this.requestSent) this.observer?.onUpstreamReady(this);
  }

  private receive(bytes: Buffer): void {
    largeReadCollector.note(bytes.length);
    const { observer } = this;
    if (this.state === 'idle' && TIMEOUT_NOTICE.test(bytes.toString('latin1', 0, 13))) {
      this.end();
      return;
    }
    try {
      this.reader.push(bytes);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) this.parts.faulted(error as Error);
      else if (this.isExcess(error)) this.parts.foundExcess();
      this.broke(error as Error);
      return;
    }
    if (this.responseEnded) this.release();
    else if (this.responseBegun && !this.isPaused)
      this.deadline = this.parts.monotonic() + this.parts.timeouts.idleMs;
    observer?.onTurnEnd();
  }

  /**
   * Whether bytes that could not be read belong to no response: no one waits for one, or they are in the place where the response
   * to a further request should begin, so that they may be left from the one before. A head that is only too long is the response: a
   * caller can make a service write one, and must not be able to have it counted among those that send excess.
   */
  private isExcess(error: MalformedMessage): boolean {
    if (this.reader.expectsNothing) return true;
    const isLongHead = error instanceof HeadTooLong && error.beginning === 'HTTP/1.';
    return this.isReused && !this.responseBegun && !isLongHead;
  }

  /** Another request may follow, but only if nothing of this one is left in either direction. */
  private release(): void {
    // Its observer may have given up within the response.
    if (this.state === 'ended') return;
    const isSent = this.requestSent && this.socket.writableLength === 0;
    if (isSent && !this.hasBody) this.watch();
    else if (isSent && this.reader.canReuse && !this.isLast) this.becomeIdle();
    else this.end();
  }

  private becomeIdle(): void {
    this.resume();
    this.state = 'idle';
    this.deadline = this.parts.monotonic() + this.idleMs;
    this.parts.released(this);
  }

  /** Reads on for a moment: an upstream that sends a body where there is none shows it here. */
  private watch(): void {
    this.resume();
    this.state = 'watched';
    this.deadline = this.parts.monotonic() + WATCH_MS;
    this.parts.watched(this);
  }

  private peerEnded(): void {
    try {
      this.reader.finish();
    } catch (error) {
      this.broke(error as Error);
      return;
    }
    this.end();
  }

  private broke(error: NodeJS.ErrnoException): void {
    if (error instanceof MalformedMessage) {
      this.fail(new UpstreamFailure('unreachable', error.message));
      return;
    }
    const { code = 'the connection broke' } = error;
    const reason = tlsFailureOf(code);
    if (reason !== undefined) this.fail(new UpstreamFailure('tls', code, reason));
    else this.fail(new UpstreamFailure(code === 'ETIMEDOUT' ? 'timeout' : 'unreachable', code));
  }

  private fail(failure: UpstreamFailure): void {
    const { observer } = this;
    this.observer = undefined;
    this.end();
    observer?.onUpstreamFailure(failure);
  }

  private end(): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.socket.destroy();
    this.parts.ended(this);
  }
}

/** How long the connection may be idle: what the server announces, less a margin (`Keep-Alive: timeout=…`). */
function idleTimeOf({ fields }: ReadResponse): number {
  for (const [name, value] of fields) {
    if (name !== 'keep-alive') continue;
    const seconds = /(?:^|[\s,])timeout=([0-9]{1,6})/i.exec(value)?.[1];
    if (seconds === undefined) break;
    return Math.min(MAX_IDLE_MS, Math.max(0, Number(seconds) * 1_000 - IDLE_MARGIN_MS));
  }
  return DEFAULT_IDLE_MS;
}
