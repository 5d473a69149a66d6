import type { Socket } from 'node:net';
import { requestBodyDecoder } from './body-decoder.js';
import type { Framing } from './framing.js';
import { HeadCollector } from './head-collector.js';
import { largeReadCollector } from './large-read-collector.js';
import { MalformedMessage } from './malformed-message.js';
import type { DateLine } from './message-writer.js';
import { RequestBody } from './request-body.js';
import { PreviousFieldLines, parseRequestHead, type RequestHead } from './request-head.js';
import { KEEP_ALIVE_SECONDS, type ResponseConnection, ServerResponse } from './server-response.js';

/** What a request says about its message and its connection. */
export type MessageRules = {
  method: string;
  minorVersion: 0 | 1;
  framing: Framing;
  /** Whether the connection ends after its response. */
  closes: boolean;
};

/** One request with its response. */
export type ServerExchange<R extends MessageRules> = {
  canonical: R;
  body: RequestBody;
  response: ServerResponse;
  /** The address of the other end; empty if the connection is gone. */
  peer: string;
};

/** What a server does with requests. No method may throw, except `read`. */
export type ServerBehaviour<R extends MessageRules> = {
  maxHeadBytes: number;
  /**
   * Interprets a head. Throws MalformedMessage. `sameFields`: what this returned for the request before on the connection, if its
   * fields were the same.
   */
  read(head: RequestHead, sameFields: R | undefined): R;
  serve(exchange: ServerExchange<R>): void;
  /** Answers something that is no plain request. The connection is closed after the response. */
  refuse(response: ServerResponse, rule: string): void;
  /** Answers a head that did not arrive in time. The connection is closed after the response. */
  refuseLate(response: ServerResponse): void;
  /** Something that is no plain request gets no answer: another one is under way. */
  countUnanswered(): void;
  /** A TLS handshake has failed, or was not over in time. */
  countHandshake(isLate: boolean): void;
  /** An error of ours. `response` is absent if another one is under way. The connection is closed after this. */
  onFault(error: unknown, response: ServerResponse | undefined): void;
  /** The wall clock, in milliseconds since the epoch. */
  wallClock(): number;
};

/** From the start of a connection, or from the first byte of a further head, to the end of that head. */
const HEAD_MS = 10_000;
/** How long the client of a connection has to read its last response and to close it. */
const LINGER_MS = 1_000;
/**
 * How long an idle connection stays open when the server shuts down. A client may just be sending a request on it, and a balancer's
 * checks notice the end of the server within two seconds.
 */
const SHUT_DOWN_IDLE_MS = 2_500;
/** How long a response that is no call's may wait for its client to read on. Open calls have their own limit. */
const UNREAD_MS = 20_000;
/** Behind the request that is being answered. Clients that pipeline at all send about ten requests ahead. */
const MAX_WAITING = 99;
/** Requests that one connection begins before other connections have their turn. A client's read may have thousands. */
const REQUESTS_PER_TURN = 16;

/** For answers to what is no request. */
const NO_REQUEST = { method: 'GET', minorVersion: 1, closes: true } as const;

/** Something to answer, in its turn: a request, or the rule that it broke. */
type Waiting<R extends MessageRules> = ServerExchange<R> | { rule: string; response: ServerResponse };

/**
 * One connection of a client (RFC 9112 §9). Requests are answered one at a time, in order. Heads behind the request that
 * is being answered are read ahead, at most 99, so that a client that goes away or sends something else is noticed;
 * they are not served before their turn. Nothing after a request with a body is read ahead of that body.
 *
 * The socket's events drive it: `data` (receive), `drain`, `end` and `close`. `checkTime` is called a few times a second.
 */
export class ServerConnection<R extends MessageRules> implements ResponseConnection {
  private readonly heads: HeadCollector;
  private readonly previousLines = new PreviousFieldLines();
  /** The request before, and the array of its fields. */
  private previous: { fields: RequestHead['fields']; canonical: R } | undefined;
  private current: ServerResponse | undefined;
  private readonly waiting: Waiting<R>[] = [];
  /** The body that the next bytes belong to. */
  private body: RequestBody | undefined;
  /** Nothing more is read as a request: its bytes are discarded. */
  private isLast = false;
  private isServing = false;
  /** Requests that may still begin in this turn. */
  private leftInTurn = 0;
  /** Milliseconds of the monotonic clock. */
  private deadline: number;
  private hasAnswered = false;
  private isShuttingDown = false;

  constructor(
    readonly socket: Socket,
    private readonly behaviour: ServerBehaviour<R>,
    readonly date: DateLine,
    private readonly monotonic: () => number,
    /** What the socket runs on: itself, or the TCP connection below TLS. */
    private readonly tcp: Socket = socket,
  ) {
    this.heads = new HeadCollector(behaviour.maxHeadBytes);
    this.deadline = monotonic() + HEAD_MS;
    socket.on('data', (bytes: Buffer) => {
      largeReadCollector.note(bytes.length);
      this.receive(bytes);
    });
    socket.on('drain', () => this.current?.drained());
    socket.on('end', () => this.peerEnded());
    socket.on('close', () => this.closed());
    // `close` follows.
    socket.on('error', () => undefined);
  }

  get isClosing(): boolean {
    return this.isShuttingDown;
  }

  wallClock(): number {
    return this.behaviour.wallClock();
  }

  /** Ends the connection after the response that is under way, or after the next one if a request comes in time. */
  shutDown(): void {
    this.isShuttingDown = true;
    if (this.current === undefined && !this.isLast)
      this.deadline = Math.min(this.deadline, this.monotonic() + SHUT_DOWN_IDLE_MS);
  }

  reset(): void {
    this.tcp.resetAndDestroy();
  }

  /** Ends what takes too long. `now`: milliseconds of the monotonic clock. */
  checkTime(now: number): void {
    if (now < this.deadline) return;
    const isHeadLate = this.current === undefined && !this.isLast;
    if (!isHeadLate || ((this.hasAnswered || this.isShuttingDown) && !this.heads.hasBegun)) {
      this.socket.destroy();
      return;
    }
    this.isLast = true;
    this.behaviour.refuseLate(this.startOwnResponse());
  }

  private receive(bytes: Buffer): void {
    if (this.isLast) return;
    this.leftInTurn = REQUESTS_PER_TURN;
    try {
      this.read(bytes);
    } catch (error) {
      this.fail(error);
    }
  }

  /** An error of ours refuses the request that was being read. If an answer is under way, only the connection can end. */
  private fail(error: unknown): void {
    this.isLast = true;
    const isAnswering = this.current !== undefined;
    this.behaviour.onFault(error, isAnswering ? undefined : this.startOwnResponse());
    if (isAnswering) this.socket.destroy();
  }

  /** A response that answers no request of the queue. */
  private startOwnResponse(): ServerResponse {
    this.current = this.newResponse();
    return this.current;
  }

  private read(bytes: Buffer): void {
    let at = this.body === undefined ? 0 : this.readBody(this.body, bytes, 0);
    while (at < bytes.length && this.body === undefined && !this.isLast) {
      if (this.leftInTurn === 0) {
        this.yieldTurn(bytes.subarray(at));
        return;
      }
      at = this.readHead(bytes, at);
    }
  }

  /**
   * Reads on in the next turn of the event loop. Until then the socket is paused, so nothing overtakes these bytes, and no body
   * pauses it: none is being read.
   */
  private yieldTurn(rest: Buffer): void {
    this.socket.pause();
    setImmediate(() => {
      // The socket goes on later in this turn, unless something in these bytes pauses it again: a body, or too many requests.
      this.socket.resume();
      this.receive(rest);
    });
  }

  /** Reads a body's bytes. Its failure ends the reading of this connection. */
  private readBody(body: RequestBody, bytes: Buffer, from: number): number {
    const at = body.push(bytes, from);
    if (body.failure !== undefined) this.isLast = true;
    if (body.isDone) this.body = undefined;
    return at;
  }

  private readHead(bytes: Buffer, from: number): number {
    const isFirst = !this.heads.hasBegun;
    let canonical: R;
    try {
      if (isFirst) requireMethodStart(bytes[from] as number);
      const text = this.heads.push(bytes, from);
      if (text === undefined) {
        if (isFirst && this.current === undefined && this.hasAnswered)
          this.deadline = this.monotonic() + HEAD_MS;
        return bytes.length;
      }
      canonical = this.interpret(text);
    } catch (error) {
      this.refuse(error);
      return bytes.length;
    }
    return this.beginRequest(canonical, bytes, this.heads.end);
  }

  private interpret(text: string): R {
    const head = parseRequestHead(text, this.previousLines);
    const { fields } = head;
    // The same array: the text of the field lines was the same.
    const sameFields = this.previous?.fields === fields ? this.previous.canonical : undefined;
    const canonical = this.behaviour.read(head, sameFields);
    this.previous = this.previousLines.keeps(fields) ? { fields, canonical } : undefined;
    return canonical;
  }

  private beginRequest(canonical: R, bytes: Buffer, from: number): number {
    this.leftInTurn -= 1;
    const response = this.newResponse(canonical);
    const body = new RequestBody(requestBodyDecoder(canonical.framing), this.socket);
    const at = body.push(bytes, from);
    if (body.failure !== undefined) {
      this.refuse(body.failure);
      return bytes.length;
    }
    if (!body.isDone) this.body = body;
    this.enqueue({ canonical, body, response, peer: this.socket.remoteAddress ?? '' });
    return at;
  }

  /** Queues the refusal of what was read last. Reads nothing more: no one knows where the next request would begin. */
  private refuse(error: unknown): void {
    if (!(error instanceof MalformedMessage)) throw error;
    this.isLast = true;
    if (error.endsHttp && this.current !== undefined) this.drop();
    else this.enqueue({ rule: error.message, response: this.newResponse() });
  }

  private enqueue(next: Waiting<R>): void {
    if (this.waiting.length >= MAX_WAITING) this.drop();
    else this.waiting.push(next);
    this.serveWaiting();
  }

  /** Breaks the connection: an answer in the middle of another one would be read as a part of it. */
  private drop(): void {
    this.isLast = true;
    this.behaviour.countUnanswered();
    this.socket.destroy();
  }

  /**
   * Serves what waits, one after another. A response that ends at once lets this loop go on. Once this side of the connection
   * has ended, nothing more is served.
   */
  private serveWaiting(): void {
    if (this.isServing) return;
    this.isServing = true;
    while (this.current === undefined && this.socket.writable) {
      const next = this.waiting.shift();
      if (next === undefined) break;
      this.current = next.response;
      this.deadline = Number.POSITIVE_INFINITY;
      if ('rule' in next) this.behaviour.refuse(next.response, next.rule);
      else this.behaviour.serve(next);
    }
    this.isServing = false;
  }

  waitsForReader(): void {
    this.deadline = this.monotonic() + UNREAD_MS;
  }

  finished(response: ServerResponse): void {
    this.current = undefined;
    this.hasAnswered = true;
    // A body that was not read whole, perhaps because it broke a rule: no one knows where another request would begin.
    const cannotFollow = this.body?.isDone === false;
    if (response.mustClose || this.isShuttingDown || (cannotFollow && this.waiting.length === 0)) {
      this.closeSoon();
      return;
    }
    this.deadline = this.monotonic() + (this.heads.hasBegun ? HEAD_MS : KEEP_ALIVE_SECONDS * 1_000);
    this.serveWaiting();
  }

  /**
   * Closes after the last response. What still comes is read and discarded for a moment: closing over unread bytes would
   * reset the connection before the client has read the response.
   */
  private closeSoon(): void {
    this.isLast = true;
    this.body?.close();
    this.deadline = this.monotonic() + LINGER_MS;
    this.socket.end();
    this.socket.resume();
  }

  /** The client sends nothing more. A client that has left does the same, so its calls end. */
  private peerEnded(): void {
    if (this.current === undefined) this.socket.destroySoon();
    else this.socket.destroy();
  }

  private closed(): void {
    this.isLast = true;
    this.body?.close();
    this.current?.connectionEnded();
  }

  private newResponse(request: { method: string; minorVersion: 0 | 1; closes: boolean } = NO_REQUEST) {
    return new ServerResponse(this, request);
  }
}

/** Rejects at its first byte what cannot be a request. A TLS handshake would otherwise wait until its time is over. */
function requireMethodStart(byte: number): void {
  const isLetter = byte >= 0x41 && byte <= 0x5a;
  const isLineEnd = byte === 0x0d || byte === 0x0a;
  if (!isLetter) throw new MalformedMessage('not a request', { endsHttp: !isLineEnd });
}
