import { createHash, type Hash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { CutReason } from '../budget/open-calls.js';
import { type Fields, withoutFields } from '../http1/fields.js';
import { UnwritableHead } from '../http1/message-writer.js';
import type { BodyReceiver } from '../http1/request-body.js';
import type { ReadResponse } from '../http1/response-reader.js';
import type { ResponseObserver } from '../http1/server-response.js';
import type { TlsFailure } from '../http1/tls-failure.js';
import type { UpstreamExchange, UpstreamFailure, UpstreamObserver } from '../http1/upstream-connection.js';
import { type AnswerBody, AnswerWithheld } from './answer-body.js';
import { clientHeaders } from './forwarded-headers.js';
import type { Forwarded, ForwardFailure, Forwarding } from './forwarding.js';

/**
 * Sends the call to its upstream and the response to the client, both as streams. `settle` is called once, when the call has
 * ended; it must not throw. It may be called before this function returns.
 *
 * @throws only by a fault of ours. `settle` is then never called
 */
export function forwardCall(forwarding: Forwarding, settle: (result: Forwarded) => void): void {
  new ForwardedCall(forwarding, settle).start();
}

const FAILURES = {
  unreachable: 'upstream_unreachable',
  timeout: 'upstream_timeout',
  tls: 'upstream_tls_failed',
} as const;

const UNREACHABLE_PAUSE_MS = 250;
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * One call between a client's connection and an upstream's. Pieces pass as they arrive. If one side takes no more bytes, the
 * gateway stops reading from the other side.
 */
class ForwardedCall implements UpstreamObserver, BodyReceiver, ResponseObserver {
  /** Undefined before the request is sent, and after the response: the connection may carry another call then. */
  private upstream: UpstreamExchange | undefined;
  private readonly hash: Hash | undefined;
  private bodySha256: string | null = null;
  private bodyBytes = 0;
  private isBodyBegun = false;
  private status: number | null = null;
  private bytes = 0;
  private isUpstreamPaused = false;
  private settled = false;
  /** Pieces of the response that wait until the budget allows the previous piece. Undefined while none waits. */
  private unpaid: Buffer[] | undefined;
  private upstreamEnded = false;
  /** Changes the body of the response; undefined if it passes as it is. */
  private answerBody: AnswerBody | undefined;
  /** The head of a response whose body is changed, until the first byte of the changed body is sent. */
  private heldHead: { status: number; fields: string[]; hasBody: boolean } | undefined;
  private withheld: AnswerWithheld | undefined;
  private tlsFailure: TlsFailure | undefined;

  constructor(
    private readonly parts: Forwarding,
    private readonly settle: (result: Forwarded) => void,
  ) {
    if (parts.framing.kind !== 'none') this.hash = createHash('sha256');
  }

  start(): void {
    const {
      upstream,
      connectionOwner,
      method,
      target,
      headers: fields,
      framing,
      response,
      call,
    } = this.parts;
    response.observe(this);
    call.onCut((reason) => this.cut(reason));
    if (this.settled) return;
    try {
      this.upstream = upstream.send({ method, target, fields, framing }, this, connectionOwner);
    } catch (error) {
      if (!(error instanceof UnwritableHead)) {
        this.letGo();
        throw error;
      }
      this.finish('failed', 'upstream_unreachable');
    }
  }

  onUpstreamReady(upstream: UpstreamExchange): void {
    this.upstream = upstream;
    const { body, readBody, call, now } = this.parts;
    if (this.settled) return;
    if (readBody !== undefined) {
      this.onBodyPiece(readBody);
      this.onBodyEnd();
      return;
    }
    call.waitForClient(now());
    if (this.isBodyBegun) body.resume();
    else {
      this.isBodyBegun = true;
      body.read(this);
    }
  }

  onBodyPiece(piece: Buffer): void {
    const { upstream } = this;
    const { maxBodyBytes, body, call, now } = this.parts;
    if (this.settled || upstream === undefined) return;
    this.bodyBytes += piece.length;
    if (this.bodyBytes > maxBodyBytes) {
      this.giveUp('body_too_large');
      return;
    }
    this.hash?.update(piece);
    upstream.write(piece);
    if (upstream.isReady) call.waitForClient(now());
    else {
      // The upstream takes no more now, so the client's time does not count.
      body.pause();
      call.clientDone();
    }
  }

  onBodyEnd(): void {
    const { call, onBodyArrived } = this.parts;
    if (this.settled) return;
    this.bodySha256 = this.hash === undefined ? null : `sha256:${this.hash.digest('hex')}`;
    call.clientDone();
    onBodyArrived();
    this.upstream?.endBody();
  }

  onBodyFailure(): void {
    this.giveUp('ambiguous_request');
  }

  onResponseHead(head: ReadResponse): void {
    if (this.settled) return;
    const { status, fields, length, hasBody } = head;
    const { response, origin, record, confirmedTenant, download, changeAnswer, answerFields } = this.parts;
    if (confirmedTenant !== undefined && !namesTenant(fields, confirmedTenant)) {
      this.status = status;
      this.giveUp('tenant_not_confirmed');
      return;
    }
    const fault = download?.faultOf(head);
    if (fault !== undefined) {
      this.status = status;
      this.giveUp(fault);
      return;
    }
    const sent = answerFields === undefined ? clientHeaders(fields, origin) : answerFields(fields);
    // RFC 9110 §8.6 forbids a length with 204. With 304 it may be left out, and clients on undici take it for a body.
    const plain = status === 204 || status === 304 ? withoutLength(sent) : sent;
    plain.push('Countersign-Record', record);
    this.orGiveUp(() => {
      this.answerBody = changeAnswer?.(head);
      if (this.answerBody === undefined) response.begin(status, plain, hasBody ? length : 0);
      else this.heldHead = { status, fields: this.answerBody.fields(plain), hasBody };
    }, status);
  }

  /** Sends the head of a changed response. `length`: bytes of its body, if the whole body is known already. */
  private beginChanged(length: number | undefined): void {
    const { heldHead } = this;
    if (heldHead === undefined) return;
    this.heldHead = undefined;
    const { status, fields, hasBody } = heldHead;
    const known = hasBody && length !== undefined ? ['Content-Length', String(length)] : [];
    this.parts.response.begin(status, [...fields, ...known], hasBody ? length : 0);
  }

  /** Runs a step that may find that the response must not be sent. In that case it ends the call and returns undefined. */
  private orGiveUp<Result>(run: () => Result, status = this.status): Result | undefined {
    try {
      const result = run();
      this.status = status;
      return result;
    } catch (error) {
      if (error instanceof UnwritableHead) this.giveUp('upstream_unreachable');
      else if (error instanceof AnswerWithheld) {
        this.status = status;
        this.withheld = error;
        this.giveUp('answer_withheld');
      } else throw error;
      return undefined;
    }
  }

  onResponseData(piece: Buffer): void {
    if (this.settled) return;
    const fault = this.parts.download?.faultOfPiece(piece);
    if (fault !== undefined) {
      this.giveUp(fault);
      return;
    }
    const leaving = this.applyChange(piece);
    if (!this.settled) this.pay(leaving);
  }

  /**
   * Sends the bytes that the budget allows. The record and the budget count the bytes that the client gets, not those that the
   * service sent: the engineer can read both counts, and the original length would reveal something about hidden values.
   */
  private pay(piece: Buffer): void {
    if (piece.length === 0) return;
    if (this.unpaid !== undefined) {
      this.unpaid.push(piece);
      return;
    }
    const sent = this.parts.takeBytes(piece.length);
    this.bytes += sent;
    if (sent === piece.length) {
      this.parts.download?.sent(piece);
      this.parts.response.write(piece);
    } else {
      this.unpaid = [];
      this.pauseUpstream();
      void this.sendAsPaid(piece, sent);
    }
  }

  onTurnEnd(): void {
    const { response, call, now } = this.parts;
    if (this.settled || !response.hasBegun) return;
    // Even if the budget allows no byte of the body, the client gets the head.
    response.flush();
    if (this.unpaid !== undefined || !response.isBlocked) return;
    this.pauseUpstream();
    call.waitForClient(now());
  }

  onClientDrain(): void {
    if (this.settled || this.unpaid !== undefined) return;
    this.parts.call.clientDone();
    this.resumeUpstream();
  }

  /**
   * Sends a piece in parts, each as large as the budget allows. `paid` bytes of it are counted already. When the budget is used
   * up, the response breaks off after the bytes that were counted.
   */
  private async sendAsPaid(first: Buffer, paid: number): Promise<void> {
    const { call, takeBytes, moreBytes } = this.parts;
    let piece = first;
    let [from, to] = [0, paid];
    for (;;) {
      if (to > from) await this.writeOut(piece.subarray(from, to));
      if (this.settled) return;
      if (to === piece.length) {
        const next = this.unpaid?.shift();
        if (next === undefined) break;
        piece = next;
        to = 0;
      } else {
        const more = await moreBytes(piece.length - to);
        if (this.settled) return;
        if (more === 'none') {
          call.cut('budget_exhausted');
          return;
        }
        // While the broker cannot be reached the response pauses. It continues later, or is cut when the gateway is out
        // of touch.
        if (more === 'unreachable') await pause(UNREACHABLE_PAUSE_MS);
        if (this.settled) return;
      }
      from = to;
      to += takeBytes(piece.length - to);
      this.bytes += to - from;
    }
    this.unpaid = undefined;
    if (this.upstreamEnded) this.endResponse();
    else this.resumeUpstream();
  }

  /** The bytes to send in place of these bytes of the upstream's body. */
  private applyChange(bytes: Buffer): Buffer {
    const { answerBody } = this;
    if (answerBody === undefined) return bytes;
    const passed = this.orGiveUp(() => {
      const changed = answerBody.pass(bytes);
      if (changed.length > 0) this.beginChanged(undefined);
      return changed;
    });
    return passed ?? NOTHING;
  }

  private async writeOut(bytes: Buffer): Promise<void> {
    const { response, call, now, download } = this.parts;
    download?.sent(bytes);
    call.waitForClient(now());
    await response.writeOut(bytes);
    call.clientDone();
  }

  onResponseEnd(): void {
    if (this.settled) return;
    if (this.parts.download?.isWhole === false) {
      this.giveUp('range_not_confirmed');
      return;
    }
    this.upstreamEnded = true;
    this.upstream = undefined;
    // If the response came before the whole body, the rest of the body goes nowhere.
    this.parts.body.close();
    this.payRest();
    if (!this.settled && this.unpaid === undefined) this.endResponse();
  }

  /** What a changed response still holds back. */
  private payRest(): void {
    const { answerBody } = this;
    if (answerBody === undefined) return;
    const rest = this.orGiveUp(() => {
      const last = answerBody.rest();
      this.beginChanged(last.length);
      return last;
    });
    if (rest !== undefined) this.pay(rest);
  }

  private endResponse(): void {
    const { response, call, now } = this.parts;
    response.end();
    // The client still has to read what is buffered.
    if (!this.settled) call.waitForClient(now());
  }

  onUpstreamFailure({ code, reason }: UpstreamFailure): void {
    if (this.settled) return;
    this.tlsFailure = reason;
    this.giveUp(FAILURES[code]);
  }

  /** The client has received the whole response. */
  onSent(): void {
    if (!this.settled) this.finish('completed');
  }

  onClientGone(): void {
    this.parts.call.cut('client_gone');
  }

  /** Ends a call whose request or response is at fault. A response that has begun cannot be taken back: it breaks off. */
  private giveUp(failure: ForwardFailure): void {
    const { response } = this.parts;
    if (this.settled) return;
    this.upstream?.abort();
    if (!response.hasBegun) {
      // The client got nothing of what the upstream sent.
      this.bytes = 0;
      this.finish('failed', failure);
      return;
    }
    this.finish('failed');
    response.destroy();
  }

  private cut(reason: CutReason): void {
    if (this.settled) return;
    const { response } = this.parts;
    // `settle` answers a call whose response has not begun.
    const { hasBegun } = response;
    this.upstream?.abort();
    this.finish('cut', undefined, reason);
    // A partial response cannot be taken back. Closing the connection is the only honest way to end it.
    if (hasBegun) response.destroy();
  }

  private finish(outcome: Forwarded['outcome'], failure?: ForwardFailure, cutBy?: CutReason): void {
    this.letGo();
    const { response, download } = this.parts;
    const { status, bytes, bodySha256, tlsFailure, withheld } = this;
    const maskedFields = this.answerBody?.maskedFields;
    const sentSha256 = response.hasBegun ? download?.sha256() : undefined;
    this.settle({
      status,
      bytes,
      bodySha256,
      sentSha256,
      outcome,
      failure,
      tlsFailure,
      cutBy,
      maskedFields,
      withheld,
    } satisfies Record<keyof Forwarded, unknown>);
  }

  /** Receives nothing more from the client's request and response: this call is over. */
  private letGo(): void {
    this.settled = true;
    const { body, response } = this.parts;
    body.close();
    response.observe(undefined);
  }

  private pauseUpstream(): void {
    this.isUpstreamPaused = true;
    this.upstream?.pause();
  }

  private resumeUpstream(): void {
    if (!this.isUpstreamPaused) return;
    this.isUpstreamPaused = false;
    this.upstream?.resume();
  }
}

/** Whether a response says once, and only for this tenant, whose data it is. */
function namesTenant(fields: Fields, tenant: string): boolean {
  const named = fields.filter(([name]) => name === 'countersign-tenant');
  return named.length === 1 && named[0]?.[1] === tenant;
}

function withoutLength(fields: readonly string[]): string[] {
  return withoutFields(fields, (name) => name === 'content-length');
}
