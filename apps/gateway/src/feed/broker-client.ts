import type { KeyObject } from 'node:crypto';
import {
  type GatewayCredential,
  gatewayAuthorization,
  MESSAGE_SIGNATURE_HEADER,
  signMessage,
} from '@countersign/gateway-protocol';
import { Agent, request } from 'undici';

/** The broker answered with an error. */
export class BrokerResponseError extends Error {
  override readonly name = 'BrokerResponseError';

  constructor(
    readonly status: number,
    readonly code: string | undefined,
  ) {
    super(`the broker answered ${status}${code === undefined ? '' : ` ${code}`}`);
  }

  /**
   * The known state may no longer be used: the broker rejects this gateway, or its history is not the one that we
   * received.
   */
  get isRejection(): boolean {
    return this.status === 401 || this.status === 403 || this.code === 'feed_parted';
  }
}

const CONNECT_MS = 5_000;
const ANSWER_MS = 10_000;

/** HTTP to the broker with the gateway's credential. Errors never contain the credential. */
export class BrokerClient {
  private readonly agent = new Agent({ connectTimeout: CONNECT_MS });
  private readonly authorization: string;

  /** `identity`: the gateway's private key. */
  constructor(
    private readonly credential: GatewayCredential,
    private readonly identity: KeyObject,
  ) {
    this.authorization = gatewayAuthorization(credential);
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
    const { statusCode, body } = await request(this.url(`/gateway/v1/feed?${query}`), {
      dispatcher: this.agent,
      headers: {
        authorization: this.authorization,
        accept: 'text/event-stream',
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      headersTimeout: answerMs,
      // The reader of the body applies its own idle timeout.
      bodyTimeout: 0,
      signal,
    });
    if (statusCode !== 200) throw new BrokerResponseError(statusCode, await problemCode(body));
    return body;
  }

  /**
   * Posts JSON text and returns the response's JSON, or undefined for 204. Throws BrokerResponseError, and the
   * network's error.
   */
  post(path: string, json: string | Buffer, signal: AbortSignal): Promise<unknown> {
    return this.send(path, json, signal);
  }

  /**
   * The same for a body that the gateway's identity signs: the broker accepts no lease and no pins by the credential
   * alone.
   */
  postSigned(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    const signature = signMessage({ gateway: this.credential.gateway, path, body }, this.identity);
    return this.send(path, JSON.stringify(body), signal, { [MESSAGE_SIGNATURE_HEADER]: signature });
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async send(
    path: string,
    json: string | Buffer,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    const { statusCode, body } = await request(this.url(path), {
      method: 'POST',
      dispatcher: this.agent,
      headers: { ...headers, authorization: this.authorization, 'content-type': 'application/json' },
      body: json,
      headersTimeout: ANSWER_MS,
      bodyTimeout: ANSWER_MS,
      signal,
    });
    if (statusCode === 204) {
      await body.dump();
      return undefined;
    }
    if (statusCode !== 200) throw new BrokerResponseError(statusCode, await problemCode(body));
    return body.json();
  }

  private url(path: string): string {
    return this.credential.broker.replace(/\/$/, '') + path;
  }
}

/** The stable code of a problem response, or undefined. Its text is ignored: it could be anything. */
async function problemCode(body: { json(): Promise<unknown> }): Promise<string | undefined> {
  const problem = await body.json().catch(() => undefined);
  if (typeof problem !== 'object' || problem === null || !('code' in problem)) return undefined;
  return typeof problem.code === 'string' && /^[a-z_]{1,64}$/.test(problem.code) ? problem.code : undefined;
}
