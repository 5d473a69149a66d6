import type { KeyObject } from 'node:crypto';
import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { request as requestByTls, Agent as TlsAgent } from 'node:https';
import { json as jsonOf } from 'node:stream/consumers';
import {
  type Announcement,
  announcementHeaders,
  describeSkew,
  FORMS,
  findSkew,
  type GatewayCredential,
  gatewayAuthorization,
  MESSAGE_SIGNATURE_HEADER,
  readAnnouncement,
  signMessage,
} from '@countersign/gateway-protocol';
import { productVersion } from '@countersign/runtime';

/** The broker answered with an error. */
export class BrokerResponseError extends Error {
  override readonly name: string = 'BrokerResponseError';

  /** `isAnnounced`: the answer says which forms its broker reads. A proxy's does not, nor that of an older broker. */
  constructor(
    readonly status: number,
    readonly code: string | undefined,
    readonly isAnnounced = false,
    detail = `the broker answered ${status}${code === undefined ? '' : ` ${code}`}`,
  ) {
    super(detail);
  }

  /**
   * The known state may no longer be used: the broker rejects this gateway, or its history is not the one that we
   * received.
   */
  get isRejection(): boolean {
    return this.isRejectionOfGateway || this.code === 'feed_parted';
  }

  /**
   * Whether the broker can read what it refuses. If it has not said so, it may be older than this gateway, or a proxy has answered:
   * then the content is not known to be wrong, and has to be sent again.
   */
  get isAboutContent(): boolean {
    return this.isAnnounced && this.code !== 'unsupported_form';
  }

  /** The broker rejects this gateway itself: its credential, or the key in its folder. */
  get isRejectionOfGateway(): boolean {
    return this.status === 401 || this.status === 403 || this.code === 'already_registered';
  }
}

/** Broker and gateway have no form of some message in common. Nothing is lost: what waits is tried again. */
export class UnsupportedForm extends BrokerResponseError {
  override readonly name = 'UnsupportedForm';

  constructor(detail: string) {
    super(409, 'unsupported_form', true, detail);
  }
}

/** What this gateway knows of its broker, from the last answer. `problem`: why they cannot work together. */
export type BrokerState = { version: string | null; problem: string | null };

const CONNECT_MS = 5_000;
const ANSWER_MS = 10_000;
/** A connection without a request is closed before the broker does it. */
const IDLE_MS = 4_000;

type Message = {
  method: 'GET' | 'POST';
  headers: OutgoingHttpHeaders;
  body?: string | Buffer;
  /** How long the head of the answer may take, once there is a connection. */
  answerMs: number;
  signal: AbortSignal;
};

/**
 * HTTP to the broker with the gateway's credential. Errors never contain the credential. It uses Node's own client: another one
 * would take 10 MB of memory for a few requests a second.
 */
export class BrokerClient {
  private readonly agent: Agent;
  private readonly authorization: string;
  private readonly own: Announcement = { version: productVersion(), forms: FORMS };
  private broker: BrokerState = { version: null, problem: null };

  /** `identity`: the gateway's private key. */
  constructor(
    private readonly credential: GatewayCredential,
    private readonly identity: KeyObject,
  ) {
    this.authorization = gatewayAuthorization(credential);
    const options = { keepAlive: true, timeout: IDLE_MS };
    this.agent = this.usesTls ? new TlsAgent(options) : new Agent(options);
  }

  get state(): BrokerState {
    return this.broker;
  }

  /** A broker that announces nothing does not read what this gateway sends. Known until a broker announces what it reads. */
  cannotRead(kind: string): UnsupportedForm {
    const problem = `a broker that announces no forms refuses ${kind}: it is older than this gateway (${this.own.version}). Update the broker.`;
    this.broker = { ...this.broker, problem };
    return new UnsupportedForm(problem);
  }

  /**
   * Opens the feed. The response's head must arrive within `answerMs`. Throws BrokerResponseError for anything but 200,
   * and the network's error.
   */
  async openFeed(
    { nonce, seen }: { nonce: string; seen: string | undefined },
    lastEventId: string | undefined,
    answerMs: number,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Buffer>> {
    const query = new URLSearchParams({ nonce, ...(seen === undefined ? {} : { seen }) });
    const response = await this.send(`/gateway/v1/feed?${query}`, {
      ...{ method: 'GET', answerMs, signal },
      headers: {
        accept: 'text/event-stream',
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
    });
    if (response.statusCode !== 200) throw await errorOf(response);
    return piecesOf(response, signal);
  }

  /**
   * Posts JSON text and returns the response's JSON, or undefined for 204. Throws BrokerResponseError, and the
   * network's error.
   */
  post(path: string, json: string | Buffer, signal: AbortSignal): Promise<unknown> {
    return this.exchange(path, json, signal);
  }

  /**
   * The same for a body that the gateway's identity signs: the broker accepts no lease and no pins by the credential
   * alone.
   */
  postSigned(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    const signature = signMessage({ gateway: this.credential.gateway, path, body }, this.identity);
    return this.exchange(path, JSON.stringify(body), signal, { [MESSAGE_SIGNATURE_HEADER]: signature });
  }

  async close(): Promise<void> {
    this.agent.destroy();
  }

  private async exchange(
    path: string,
    json: string | Buffer,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    const response = await this.send(path, {
      ...{ method: 'POST', answerMs: ANSWER_MS, signal, body: json },
      headers: { ...headers, 'content-type': 'application/json' },
    });
    if (response.statusCode === 204) {
      response.resume();
      return undefined;
    }
    if (response.statusCode !== 200) throw await errorOf(response);
    return inTime(response, jsonOf(piecesOf(response, signal)));
  }

  /** Resolves with the head of the answer. Rejects with the network's error, for a timeout, and with the reason of `signal`. */
  private send(path: string, { method, headers, body, answerMs, signal }: Message): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = (this.usesTls ? requestByTls : request)(this.url(path), {
        ...{ method, agent: this.agent, signal },
        headers: { ...headers, ...announcementHeaders(this.own), authorization: this.authorization },
      });
      const expect = (ms: number, what: string) =>
        setTimeout(() => sent.destroy(new Error(`the broker ${what} in time`)), ms);
      let timer = expect(CONNECT_MS, 'accepted no connection');
      const connected = () => {
        clearTimeout(timer);
        timer = expect(answerMs, 'did not answer');
      };
      sent.on('socket', (socket) => {
        if (!socket.connecting) connected();
        else socket.once(this.usesTls ? 'secureConnect' : 'connect', connected);
      });
      sent.on('response', (response) => {
        clearTimeout(timer);
        try {
          this.requireCommonForms(response);
          resolve(response);
        } catch (error) {
          response.destroy();
          reject(error);
        }
      });
      sent.on('error', (error) => {
        clearTimeout(timer);
        reject(signal.aborted ? signal.reason : error);
      });
      sent.end(body);
    });
  }

  /** Throws UnsupportedForm. An answer without an announcement may be that of a proxy. */
  private requireCommonForms({ headers }: IncomingMessage): void {
    const announced = readAnnouncement(headers);
    if (announced === undefined) return;
    const { version, forms } = announced;
    const skew = findSkew(this.own.forms, forms);
    const versions = { broker: version, gateway: this.own.version };
    const problem = skew === undefined ? null : describeSkew(skew, 'gateway', versions);
    this.broker = { version, problem };
    if (problem !== null) throw new UnsupportedForm(`broker and gateway do not fit: ${problem}`);
  }

  private get usesTls(): boolean {
    return this.credential.broker.startsWith('https:');
  }

  private url(path: string): string {
    return this.credential.broker.replace(/\/$/, '') + path;
  }
}

/** The pieces of a body. Throws the reason of `signal` once that is aborted. */
async function* piecesOf(response: IncomingMessage, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* response;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** What is read of a response, if it has all come in time. */
async function inTime<T>(response: IncomingMessage, read: Promise<T>): Promise<T> {
  const timer = setTimeout(
    () => response.destroy(new Error('the broker did not finish its answer in time')),
    ANSWER_MS,
  );
  return read.finally(() => clearTimeout(timer));
}

async function errorOf(response: IncomingMessage): Promise<BrokerResponseError> {
  const isAnnounced = readAnnouncement(response.headers) !== undefined;
  return new BrokerResponseError(response.statusCode ?? 0, await problemCode(response), isAnnounced);
}

/** The stable code of a problem response, or undefined. Its text is ignored: it could be anything. */
async function problemCode(response: IncomingMessage): Promise<string | undefined> {
  const problem = await inTime(response, jsonOf(response)).catch(() => undefined);
  if (typeof problem !== 'object' || problem === null || !('code' in problem)) return undefined;
  return typeof problem.code === 'string' && /^[a-z_]{1,64}$/.test(problem.code) ? problem.code : undefined;
}
