import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import type { MoreBudget } from '../budget/budgets.js';
import type { CutReason, OpenCall } from '../budget/open-calls.js';
import type { Framing } from '../http/canonical-request.js';
import type { ChunkScanner } from '../http/chunk-scanner.js';
import { AmbiguousRequest } from '../http/refusals.js';
import { BodyTap, BodyTooLarge } from './body-tap.js';
import { clientHeaders, type Origin } from './forwarded-headers.js';

/** An allowed call whose record is durable. */
type Forwarding = {
  upstream: Dispatcher;
  origin: Origin;
  method: string;
  /** Path with query. */
  target: string;
  /** Flat list for the upstream, without framing and Host. `start` adds the framing. */
  headers: string[];
  framing: Framing;
  /** The body, if it had to be read whole before the decision. Otherwise it streams from the request. */
  body: Buffer | undefined;
  chunks: ChunkScanner | undefined;
  maxBodyBytes: number;
  request: IncomingMessage;
  response: ServerResponse;
  /** `rec_…` */
  record: string;
  call: OpenCall;
  /** Called when the last byte of the request's body has passed. */
  onBodyArrived(): void;
  /** The monotonic clock, in milliseconds. */
  now(): number;
  /** How many of these bytes of response body the budget allows now. Counts them as used. */
  takeBytes(bytes: number): number;
  /** Resolves when there may be more, or when none is left. */
  moreBytes(bytes: number): Promise<MoreBudget>;
};

/** Why the upstream gave no response. */
type ForwardFailure = 'upstream_unreachable' | 'upstream_timeout' | 'ambiguous_request' | 'body_too_large';

/** How the call ended. `failure` is set only if nothing was sent to the client yet: then the caller answers. */
export type Forwarded = {
  status: number | null;
  bytes: number;
  bodySha256: string | null;
  outcome: 'completed' | 'cut' | 'failed';
  failure?: ForwardFailure | undefined;
  cutBy?: CutReason | undefined;
};

/** Sends the call to its upstream and the response to the client, both as streams. Never throws. */
export function forwardCall(forwarding: Forwarding): Promise<Forwarded> {
  return new Promise((resolve) => new ForwardedCall(forwarding, resolve).start());
}

const NOTHING = Buffer.alloc(0);
const SMALL_BYTES = 8_192;
/** RFC 9110 §15: higher numbers are no status, and a record cannot hold them. */
const HIGHEST_STATUS = 599;
const UNREACHABLE_PAUSE_MS = 250;
const TIMEOUTS = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

class ForwardedCall implements Dispatcher.DispatchHandler {
  private readonly tap: BodyTap | undefined;
  private controller: Dispatcher.DispatchController | undefined;
  private status: number | null = null;
  private bytes = 0;
  private upstreamEnded = false;
  private settled = false;
  /**
   * A head and a body that arrive together are sent together. This holds the head (empty buffer) or the first piece
   * until the end of the turn.
   */
  private held: Buffer | undefined;

  constructor(
    private readonly parts: Forwarding,
    private readonly settle: (result: Forwarded) => void,
  ) {
    const { framing, chunks, maxBodyBytes: maxBytes, call } = parts;
    const onWaitForClient = () => call.waitForClient(parts.now());
    const onClientDone = () => call.clientDone();
    const { onBodyArrived } = parts;
    this.tap =
      framing.kind === 'none'
        ? undefined
        : new BodyTap({ chunks, maxBytes, onWaitForClient, onClientDone, onBodyArrived });
  }

  start(): void {
    const { upstream, method, target, request, response, call, body, framing } = this.parts;
    const { headers } = this.parts;
    if (framing.kind === 'length') headers.push('content-length', String(framing.bytes));
    if (this.tap !== undefined) {
      // The dispatcher reports an error of the body to us. Without a listener it would end the process.
      this.tap.on('error', () => undefined);
      (body === undefined ? request : Readable.from([body])).pipe(this.tap);
    }
    response.on('close', () => this.closed());
    call.onCut((reason) => this.cut(reason));
    if (this.settled) return;
    upstream.dispatch({ method, path: target, headers, body: this.tap ?? null }, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.settled) controller.abort(new Error('the call was cut'));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // Interim responses stay between the upstream and us.
    if (status < 200 || this.settled) return;
    if (status > HIGHEST_STATUS) {
      this.finish('failed', { failure: 'upstream_unreachable' });
      controller.abort(new Error('the upstream answered with an invalid status'));
      return;
    }
    const { response, origin, record } = this.parts;
    this.status = status;
    const sent = clientHeaders(headers, origin);
    sent.push('Countersign-Record', record);
    response.writeHead(status, sent);
    this.held = NOTHING;
    process.nextTick(sendHeld, this);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.settled) return;
    const sent = this.parts.takeBytes(chunk.length);
    this.bytes += sent;
    if (sent === chunk.length && this.held === NOTHING) {
      this.held = chunk;
      return;
    }
    this.sendHeld();
    if (sent < chunk.length) {
      controller.pause();
      void this.sendAsPaid(chunk, sent).then((whole) => {
        if (whole) controller.resume();
      });
    } else this.send(chunk);
  }

  /**
   * Sends what was held for the rest of its turn. A head is sent as bytes: `flushHeaders` would encode non-ASCII bytes
   * again.
   */
  sendHeld(): void {
    const { held } = this;
    this.held = undefined;
    if (held !== undefined && !this.settled) this.send(held);
  }

  private send(chunk: Buffer): void {
    const { controller } = this;
    const { response, call } = this.parts;
    if (response.write(chunk)) return;
    controller?.pause();
    call.waitForClient(this.parts.now());
    response.once('drain', () => {
      call.clientDone();
      controller?.resume();
    });
  }

  /**
   * Sends the part of a chunk that the budget allows, piece by piece. `paid` bytes of it are counted already. When the budget
   * is used up, what it paid for has arrived, and the response breaks off.
   *
   * @returns whether all of it was sent
   */
  private async sendAsPaid(chunk: Buffer, paid: number): Promise<boolean> {
    const { call, takeBytes, moreBytes } = this.parts;
    let [from, to] = [0, paid];
    for (;;) {
      if (to > from) await this.written(chunk.subarray(from, to));
      if (this.settled || to === chunk.length) return !this.settled;
      const more = await moreBytes(chunk.length - to);
      if (this.settled) return false;
      if (more === 'none') {
        call.cut('budget_exhausted');
        return false;
      }
      // While the broker cannot be reached the response pauses. It continues later, or is cut when the gateway is out
      // of touch.
      if (more === 'unreachable') await pause(UNREACHABLE_PAUSE_MS);
      from = to;
      to += this.settled ? 0 : takeBytes(chunk.length - to);
      this.bytes += to - from;
    }
  }

  private written(bytes: Buffer): Promise<void> {
    const { response, call, now } = this.parts;
    call.waitForClient(now());
    return new Promise((resolve) => {
      response.write(bytes, () => {
        call.clientDone();
        resolve();
      });
    });
  }

  onResponseEnd(): void {
    if (this.settled) return;
    const { response, call } = this.parts;
    this.upstreamEnded = true;
    // The client still has to read what is buffered.
    call.waitForClient(this.parts.now());
    const { held = NOTHING } = this;
    this.held = undefined;
    // Node writes text, but not bytes, together with the head: so a small response that arrived whole is sent in one
    // write.
    if (held === NOTHING) response.end();
    else if (held.length <= SMALL_BYTES) response.end(held.toString('latin1'), 'latin1');
    else response.end(held);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.settled) return;
    const { response, call } = this.parts;
    if (call.cutBy !== undefined) {
      this.finish('cut', { cutBy: call.cutBy });
    } else if (response.headersSent) {
      response.destroy();
      this.finish('failed');
    } else {
      this.finish('failed', { failure: failureOf(error) });
    }
  }

  /** The client has received the whole response, or has gone away. */
  private closed(): void {
    if (this.settled) return;
    if (this.upstreamEnded && this.parts.response.writableFinished) this.finish('completed');
    else this.parts.call.cut('client_gone');
  }

  private cut(reason: CutReason): void {
    if (this.settled) return;
    const { response } = this.parts;
    // A partial response cannot be taken back. Closing the connection is the only honest way to end it.
    if (response.headersSent) response.destroy();
    this.finish('cut', { cutBy: reason });
    this.controller?.abort(new Error('the call was cut'));
  }

  private finish(outcome: Forwarded['outcome'], more: Pick<Forwarded, 'failure' | 'cutBy'> = {}): void {
    this.settled = true;
    const { request, response } = this.parts;
    const bodySha256 = this.tap?.sha256 ?? null;
    if (this.tap !== undefined) {
      request.unpipe(this.tap);
      this.tap.destroy();
    }
    // An upload that no one reads any more must not keep the connection open after the response.
    if (response.headersSent && !request.complete) request.destroy();
    const { status, bytes } = this;
    this.settle({ status, bytes, bodySha256, outcome, failure: more.failure, cutBy: more.cutBy });
  }
}

function sendHeld(call: ForwardedCall): void {
  call.sendHeld();
}

function failureOf(error: Error): ForwardFailure {
  if (error instanceof AmbiguousRequest || error instanceof BodyTooLarge) return error.code;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && TIMEOUTS.has(code) ? 'upstream_timeout' : 'upstream_unreachable';
}
