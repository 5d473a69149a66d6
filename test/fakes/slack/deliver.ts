import { fetch } from 'undici';
import type { Json } from './messages.js';
import type { AppSettings } from './methods/call.js';
import { type SignedRequest, signed } from './signing.js';
import type { SocketMode } from './socket-mode.js';

/** How long the app has to acknowledge. */
export const ACK_MS = 3_000;

/** What Slack tells the app. */
export interface Callback {
  kind: 'slash_commands' | 'interactive' | 'events_api';
  payload: Json;
  /** For events: how often it was tried before, and why again. */
  retry?: { num: number; reason: string };
}

/** What came of telling it. */
export interface Outcome {
  /** Byte for byte, for those who send it again; null over a socket. */
  request: SignedRequest | null;
  /** HTTP; 200 for an acknowledgement over a socket, null if none came in time. */
  status: number | null;
  /** In time, and with a status of success. */
  acked: boolean;
  /** Milliseconds until the answer. */
  ms: number;
  /** The answer: parsed JSON, text, or null. */
  answer: unknown;
}

const FORM = 'application/x-www-form-urlencoded';

/** Carries callbacks to the app, by HTTP or over its sockets. */
export class Deliverer {
  constructor(
    private readonly app: AppSettings,
    /** Where the app takes requests; null for Socket Mode. */
    private readonly requestUrl: () => string | null,
    private readonly socket: SocketMode,
    private readonly now: () => number,
  ) {}

  deliver(callback: Callback): Promise<Outcome> {
    if (this.requestUrl() === null) return this.overSocket(callback);
    return this.send(this.requestFor(callback));
  }

  /** The request that Slack would make now. */
  requestFor({ kind, payload, retry }: Callback): SignedRequest {
    const seconds = Math.floor(this.now() / 1000);
    const { signingSecret } = this.app;
    if (kind === 'events_api') {
      const again =
        retry === undefined
          ? {}
          : { 'x-slack-retry-num': String(retry.num), 'x-slack-retry-reason': retry.reason };
      return signed(signingSecret, seconds, JSON.stringify(payload), 'application/json', again);
    }
    const form =
      kind === 'slash_commands' ? (payload as Record<string, string>) : { payload: JSON.stringify(payload) };
    return signed(signingSecret, seconds, new URLSearchParams(form).toString(), FORM);
  }

  /** The same payload with another secret or at another time. @param secondsOff of now */
  forged(callback: Callback, change: { secret?: string; secondsOff?: number }): SignedRequest {
    const { body, headers } = this.requestFor(callback);
    const seconds = Math.floor(this.now() / 1000) + (change.secondsOff ?? 0);
    return signed(change.secret ?? this.app.signingSecret, seconds, body, String(headers['content-type']));
  }

  /** Sends these bytes to the app. */
  async send(request: SignedRequest): Promise<Outcome> {
    const began = performance.now();
    try {
      const answer = await fetch(String(this.requestUrl()), {
        method: 'POST',
        ...request,
        redirect: 'manual',
        signal: AbortSignal.timeout(ACK_MS),
      });
      const text = await answer.text();
      const { status } = answer;
      return { request, status, acked: answer.ok, ms: performance.now() - began, answer: parsed(text) };
    } catch {
      return { request, status: null, acked: false, ms: performance.now() - began, answer: null };
    }
  }

  private async overSocket(callback: Callback): Promise<Outcome> {
    const began = performance.now();
    const answer = await this.socket.ask(callback, ACK_MS);
    const ms = performance.now() - began;
    if (answer === null) return { request: null, status: null, acked: false, ms, answer: null };
    return { request: null, status: 200, acked: true, ms, answer: answer.payload ?? null };
  }
}

function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
