import type { BodyDecoder } from './body-decoder.js';
import { ChunkedBody } from './chunked-body.js';
import { connectionOptions } from './connection-options.js';
import { readResponseFraming } from './framing.js';
import { HeadCollector } from './head-collector.js';
import { LengthBody } from './length-body.js';
import { MalformedMessage, requirePlain } from './malformed-message.js';
import { parseResponseHead, type ResponseHead } from './response-head.js';

/** Interim answers before the final one. A server that sends more never answers. */
const MAX_INTERIM = 16;
const BEYOND_INTERIM: ReadonlySet<string> = new Set(['connection', 'content-length', 'transfer-encoding']);

/** What a response says about its body and its connection. */
export type ReadResponse = ResponseHead & {
  /** Bytes of the body as `Content-Length` says them; undefined if only its end will show. */
  length: number | undefined;
  hasBody: boolean;
};

/** Receives one response. `onEnd` comes last and once. */
export interface ResponseSink {
  onHead(response: ReadResponse): void;
  onData(piece: Buffer): void;
  onEnd(): void;
}

/**
 * Reads the responses of one connection, one at a time:
 *
 *     idle → head → ( body | nothing ) → idle
 *
 * Interim answers (1xx) are dropped, also one that no one waited for (RFC 9110 §15.2). A response without a body is known
 * by its request and its status alone (RFC 9112 §6.3): HEAD, 204, 304. Bytes after the end of a response belong to no
 * request. They are an error: taken for the next response they would answer another caller's call.
 */
export class ResponseReader {
  private readonly heads: HeadCollector;
  private sink: ResponseSink | undefined;
  private isHeadRequest = false;
  private body: BodyDecoder | 'close' | undefined;
  private interim = 0;
  private mayReuse = true;
  private readonly take = (piece: Buffer): void => this.sink?.onData(piece);

  constructor(maxHeadBytes: number) {
    this.heads = new HeadCollector(maxHeadBytes);
  }

  /** Begins the response to a request. The one before must have ended. */
  begin(isHeadRequest: boolean, sink: ResponseSink): void {
    this.sink = sink;
    this.isHeadRequest = isHeadRequest;
    this.interim = 0;
  }

  /** Whether the connection can carry another request after this response. */
  get canReuse(): boolean {
    return this.mayReuse && this.sink === undefined;
  }

  /** Whether no request waits for its response, or for the rest of it. Whatever comes now is excess. */
  get expectsNothing(): boolean {
    return this.sink === undefined;
  }

  /** Takes the connection's next bytes. Throws MalformedMessage. */
  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      requirePlain(this.sink !== undefined, 'bytes that answer no request');
      if (this.body === undefined) at = this.readHead(bytes, at);
      else if (this.body === 'close') at = this.passAll(bytes, at);
      else at = this.readBody(this.body, bytes, at);
    }
  }

  /** The server has closed its side. Throws MalformedMessage if a response is not whole. */
  finish(): void {
    this.mayReuse = false;
    if (this.sink === undefined) return;
    requirePlain(this.body === 'close', 'the connection ended before the response');
    this.end();
  }

  private readHead(bytes: Buffer, from: number): number {
    const text = this.heads.push(bytes, from);
    if (text === undefined) return bytes.length;
    const head = parseResponseHead(text);
    if (head.status < 200) this.dropInterim(head);
    else this.beginBody(head);
    return this.heads.end;
  }

  /**
   * No call may switch protocols: what follows a 101 is no response. Nor may an interim answer be of HTTP/1.0, which has
   * none, or say how a body ends or that the connection does: some readers believe it.
   */
  private dropInterim({ status, minorVersion, fields }: ResponseHead): void {
    this.interim += 1;
    const saysMore = fields.some(([name]) => BEYOND_INTERIM.has(name));
    if (status === 101 || minorVersion === 0 || saysMore || this.interim > MAX_INTERIM)
      throw new MalformedMessage('an interim answer that no request expects');
  }

  private beginBody(head: ResponseHead): void {
    const { status, minorVersion, fields } = head;
    const isBodiless = this.isHeadRequest || status === 204 || status === 304;
    const framing = readResponseFraming(fields, { minorVersion, isBodiless });
    // Without a length and a coding the connection ends with the response, and `finish` says so.
    this.mayReuse = minorVersion === 1 && !connectionOptions(fields).has('close');
    const length = framing.kind === 'length' ? framing.bytes : framing.kind === 'none' ? 0 : undefined;
    const { sink } = this;
    if (framing.kind === 'close') this.body = 'close';
    else if (framing.kind === 'length') this.body = new LengthBody(framing.bytes);
    else if (framing.kind === 'chunked') this.body = new ChunkedBody('any');
    sink?.onHead({ minorVersion, status, fields, length, hasBody: !isBodiless });
    if (framing.kind === 'none') this.end();
  }

  private passAll(bytes: Buffer, from: number): number {
    this.take(from === 0 ? bytes : bytes.subarray(from));
    return bytes.length;
  }

  private readBody(body: BodyDecoder, bytes: Buffer, from: number): number {
    const at = body.push(bytes, from, this.take);
    if (body.isDone) {
      this.mayReuse &&= body.isPlain;
      this.end();
    }
    return at;
  }

  private end(): void {
    const { sink } = this;
    this.sink = undefined;
    this.body = undefined;
    sink?.onEnd();
  }
}
