import type { Socket } from 'node:net';
import {
  chunkLine,
  type DateLine,
  type FieldLines,
  type FlatFields,
  LAST_CHUNK,
  SMALL_BYTES,
  writeFields,
  writeResponseHead,
} from './message-writer.js';

/** How long a client may keep an idle connection, in seconds. Sent to it as `Keep-Alive`. */
export const KEEP_ALIVE_SECONDS = 65;
const KEEP = `Connection: keep-alive\r\nKeep-Alive: timeout=${KEEP_ALIVE_SECONDS}\r\n`;
const CLOSE = 'Connection: close\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n';
const NO_CONTENT = 'Content-Length: 0\r\n';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

/** What the connection of a response does for it. */
export interface ResponseConnection {
  readonly socket: Socket;
  readonly date: DateLine;
  /** The wall clock, in milliseconds since the epoch. */
  wallClock(): number;
  /** Whether the connection ends after this response whatever its head says. */
  readonly isClosing: boolean;
  /** Ends the connection so that no client takes it for an orderly end. */
  reset(): void;
  /** The last byte is written, and waits for the client to read on. */
  waitsForReader(): void;
  /** The last byte has been handed to the operating system. */
  finished(response: ServerResponse): void;
}

/** Is notified of what happens to a response. */
export interface ResponseObserver {
  /** The client has read on: more can be written. */
  onClientDrain(): void;
  /** The whole response has been handed to the operating system. */
  onSent(): void;
  /** The connection has ended before that. */
  onClientGone(): void;
}

/** What a response must know of its request. */
export type AnsweredRequest = { method: string; minorVersion: 0 | 1; closes: boolean };

/**
 * One response on a connection (RFC 9112 §4, §6, §9). Small parts that come in one turn leave in one write: the caller
 * says with `flush` that the turn is over.
 */
export class ServerResponse {
  #hasBegun = false;
  #hasEnded = false;
  #isGone = false;
  #isWritten = false;
  #mustClose: boolean;
  #body: 'none' | 'length' | 'chunked' | 'close' = 'none';
  #held = '';
  #added: FlatFields = [];
  #observer: ResponseObserver | undefined;

  constructor(
    private readonly connection: ResponseConnection,
    private readonly request: AnsweredRequest,
  ) {
    this.#mustClose = request.closes;
  }

  /** Whether a head has been written, or waits for the end of the turn. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Whether the last byte has been written. It may not have left this process. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether the connection ended before the response did. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Whether the connection is closed after this response. */
  get mustClose(): boolean {
    return this.#mustClose;
  }

  /** Whether the client reads more slowly than is written. `onClientDrain` comes when that is over. */
  get isBlocked(): boolean {
    const { socket } = this.connection;
    return socket.writableLength > 0 && socket.writableNeedDrain;
  }

  /** Sets the observer. There is one at a time. */
  observe(observer: ResponseObserver | undefined): void {
    this.#observer = observer;
  }

  /** The connection is closed after this response. The client is notified only if its head has not been written yet. */
  closeAfter(): void {
    this.#mustClose = true;
  }

  /** Fields that this response has whatever it turns out to be: an answer or a refusal. */
  addFields(fields: FlatFields): void {
    this.#added = [...this.#added, ...fields];
  }

  /** Invites the body of a request that expects it (RFC 9110 §10.1.1). */
  writeContinue(): void {
    if (!this.#isGone) this.connection.socket.write(CONTINUE);
  }

  /** Sends a whole response. `fields` has no `Content-Length`. */
  send(status: number, fields: FlatFields, body: string): void {
    const bytes = Buffer.from(body);
    const hasLength = status !== 204 && status !== 304;
    const length = hasLength ? ['Content-Length', String(bytes.length)] : [];
    this.begin(status, [...fields, ...length], bytes.length);
    this.write(bytes);
    this.end();
  }

  /** Sends a response without content. `lines`: its fields, of which none is `Content-Length` or `Date`. */
  sendEmpty(status: number, lines: FieldLines): void {
    this.#begin(status, `${lines}${NO_CONTENT}` as FieldLines, 0, true);
    this.end();
  }

  /**
   * Begins a response. `length`: bytes of its body, which `fields` states as `Content-Length` too; undefined if only its
   * end will show. Nothing is written before `flush` or `end`. Throws UnwritableHead, and then nothing has begun.
   */
  begin(status: number, fields: FlatFields, length: number | undefined): void {
    this.#begin(status, writeFields(fields), length, !hasField(fields, 'date'));
  }

  #begin(status: number, lines: FieldLines, length: number | undefined, isUndated: boolean): void {
    const { request, connection } = this;
    const hasBody = request.method !== 'HEAD' && status !== 204 && status !== 304;
    let body: 'none' | 'length' | 'chunked' | 'close' = 'none';
    if (hasBody && length !== undefined) body = 'length';
    else if (hasBody) body = request.minorVersion === 1 ? 'chunked' : 'close';
    if (connection.isClosing || body === 'close') this.#mustClose = true;
    const date = isUndated ? connection.date.at(connection.wallClock()) : '';
    const more = `${date}${this.#mustClose ? CLOSE : KEEP}${body === 'chunked' ? CHUNKED : ''}`;
    const added = this.#added;
    const all = added.length === 0 ? lines : (`${lines}${writeFields(added)}` as FieldLines);
    this.#held = writeResponseHead(status, all, more);
    this.#body = body;
    this.#hasBegun = true;
  }

  /** Writes a part of the body. An answer that has none drops it. */
  write(piece: Buffer): void {
    if (this.#isGone || this.#hasEnded || this.#body === 'none' || piece.length === 0) return;
    const isChunked = this.#body === 'chunked';
    if (this.#held.length + piece.length <= SMALL_BYTES) {
      const content = piece.toString('latin1');
      this.#held += isChunked ? `${chunkLine(piece.length)}${content}\r\n` : content;
      return;
    }
    const before = isChunked ? `${this.#held}${chunkLine(piece.length)}` : this.#held;
    const { socket } = this.connection;
    this.#held = isChunked ? '\r\n' : '';
    socket.cork();
    if (before !== '') socket.write(before, 'latin1');
    socket.write(piece);
    socket.uncork();
  }

  /** Writes what was held for the rest of the turn. */
  flush(): void {
    const head = this.#held;
    if (head === '' || this.#isGone) return;
    this.#held = '';
    this.connection.socket.write(head, 'latin1');
  }

  /** Writes a part of the body and resolves when it has left this process, or never can. */
  writeOut(piece: Buffer): Promise<void> {
    this.write(piece);
    this.flush();
    return new Promise((resolve) => {
      this.connection.socket.write('', () => resolve());
    });
  }

  end(): void {
    if (this.#isGone || this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#body === 'chunked') this.#held += LAST_CHUNK;
    const head = this.#held;
    this.#held = '';
    const { socket } = this.connection;
    if (head !== '') socket.write(head, 'latin1');
    // Most writes leave at once. Their callback would come a turn later, so only a write that waits gets one.
    if (socket.writableLength === 0) {
      this.#written();
      return;
    }
    socket.write('', () => this.#written());
    this.connection.waitsForReader();
  }

  /**
   * Breaks the connection. A response that has begun must not look whole: where only the end of the connection would
   * show its end, the connection is reset.
   */
  destroy(): void {
    const { connection } = this;
    if (this.#body === 'close' && !this.#hasEnded) connection.reset();
    else connection.socket.destroy();
  }

  /** The connection calls this when it has ended. */
  connectionEnded(): void {
    if (this.#isGone || this.#isWritten) return;
    this.#isGone = true;
    this.#observer?.onClientGone();
  }

  /** The connection calls this when the client has read on. */
  drained(): void {
    if (!this.isBlocked) this.#observer?.onClientDrain();
  }

  #written(): void {
    const { socket } = this.connection;
    // A failed write leaves nothing to write either. `connectionEnded` follows.
    if (socket.destroyed || socket.errored !== null) return;
    this.#isWritten = true;
    this.#observer?.onSent();
    this.connection.finished(this);
  }
}

function hasField(fields: FlatFields, name: string): boolean {
  for (let at = 0; at < fields.length; at += 2) {
    const field = fields[at] as string;
    if (field.length === name.length && field.toLowerCase() === name) return true;
  }
  return false;
}
