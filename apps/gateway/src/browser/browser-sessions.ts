import { hash } from 'node:crypto';
import {
  type BrowserCodeExchange,
  type BrowserTokenRequest,
  isSessionSecret,
  type OpenedBrowserSession,
  parseBrowserToken,
  parseOpenedBrowserSession,
} from '@countersign/gateway-protocol';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.js';
import { type BrokerClient, BrokerResponseError } from '../feed/broker-client.js';

/**
 * Why there is no token for a session. `unknown`: there is no such session, or it has ended. `unreachable`: the broker does not
 * answer. `busy`: too many requests for tokens are open.
 */
export type NoToken = 'unknown' | 'unreachable' | 'busy';
/** The token of a session, or why there is none. */
export type SessionToken = { token: string } | { refused: NoToken };

/** Sessions whose tokens are cached. */
const MAX_CACHED = 4_096;
/**
 * The most requests of one kind (for tokens, exchanges of codes, releases) that are open at the broker at once. A session that has had
 * a token may exceed this for its renewal and release: anyone can send invented cookies, and those must not block people at work.
 */
const MAX_PENDING = 32;
/** How long the gateway remembers that a session is unknown. */
const UNKNOWN_MS = 5_000;
/** How long the broker may take to answer. */
const ANSWER_MS = 10_000;
/** A token is renewed this long before it expires, or after half of its lifetime if that is later. */
const SPARE_MS = 15_000;

/**
 * Gets tokens for browser sessions. The cookie of a browser holds a secret, of which the broker stores only the hash. The gateway
 * sends the secret to the broker, receives a token, and verifies it like any other. The gateway stores nothing on disk, so a
 * session is valid at every gateway of its service.
 */
export class BrowserSessions {
  /** By the hash of service and session, like everything here. */
  private readonly tokens = new LRUCache<string, { token: string; until: number }>({ max: MAX_CACHED });
  private readonly unknown = new LRUCache<string, number>({ max: MAX_CACHED });
  private readonly pending = new Map<string, Promise<SessionToken>>();
  private exchanging = 0;
  private releasing = 0;

  constructor(
    private readonly parts: {
      broker: Pick<BrokerClient, 'postSigned'>;
      clock: Clock;
      /** Called with the key of each session that is released here, for the other processes of this gateway. */
      onReleased?(key: string): void;
    },
  ) {}

  /** The token of a session. @returns a promise only if the gateway has to request it from the broker */
  token(request: BrowserTokenRequest): SessionToken | Promise<SessionToken> {
    if (!isSessionSecret(request.session)) return { refused: 'unknown' };
    const now = this.parts.clock.monotonic();
    const key = keyOf(request);
    const known = this.tokens.get(key);
    if (known !== undefined && now < known.until) return known;
    if (now < (this.unknown.get(key) ?? 0)) return { refused: 'unknown' };
    const open = this.pending.get(key);
    if (open !== undefined) return open;
    if (known === undefined && this.pending.size >= MAX_PENDING) return { refused: 'busy' };
    const answer = this.requestToken(key, request).finally(() => this.pending.delete(key));
    this.pending.set(key, answer);
    return answer;
  }

  /**
   * Exchanges the code that the browser brings from the broker. Null if it is not a code, or if the broker refuses it. `busy`: too
   * many exchanges are open, because anyone can send codes. Throws the error of the network.
   */
  async exchange(exchange: BrowserCodeExchange): Promise<OpenedBrowserSession | 'busy' | null> {
    const { broker } = this.parts;
    if (!isSessionSecret(exchange.code)) return null;
    if (this.exchanging >= MAX_PENDING) return 'busy';
    this.exchanging += 1;
    try {
      const answer = await broker.postSigned(
        '/gateway/v1/browser-sessions',
        exchange,
        AbortSignal.timeout(ANSWER_MS),
      );
      return parseOpenedBrowserSession(answer);
    } catch (error) {
      if (isRefusal(error)) return null;
      throw error;
    } finally {
      this.exchanging -= 1;
    }
  }

  /**
   * Releases the grant of a session. `unknown`: there is no such session, or its grant has ended. After a release the session opens
   * nothing at this gateway, even before the feed has brought the end of the grant. With several workers the others are notified.
   */
  async release(request: BrowserTokenRequest): Promise<'released' | NoToken> {
    const { broker, onReleased } = this.parts;
    if (!isSessionSecret(request.session)) return 'unknown';
    const key = keyOf(request);
    if (!this.tokens.has(key) && this.releasing >= MAX_PENDING) return 'busy';
    this.releasing += 1;
    try {
      const path = '/gateway/v1/browser-sessions/release';
      await broker.postSigned(path, request, AbortSignal.timeout(ANSWER_MS));
      this.forget(key);
      onReleased?.(key);
      return 'released';
    } catch (error) {
      return isRefusal(error) ? 'unknown' : 'unreachable';
    } finally {
      this.releasing -= 1;
    }
  }

  /** From now on the session of this key is unknown. Another process of this gateway may have released it. */
  forget(key: string): void {
    this.tokens.delete(key);
    this.unknown.set(key, this.parts.clock.monotonic() + UNKNOWN_MS);
  }

  private async requestToken(key: string, request: BrowserTokenRequest): Promise<SessionToken> {
    const { broker, clock } = this.parts;
    const began = clock.monotonic();
    try {
      const path = '/gateway/v1/browser-sessions/token';
      const answer = parseBrowserToken(
        await broker.postSigned(path, request, AbortSignal.timeout(ANSWER_MS)),
      );
      // It was released while the broker answered.
      if (clock.monotonic() < (this.unknown.get(key) ?? 0)) return { refused: 'unknown' };
      const lifetimeMs = answer.expiresIn * 1_000;
      this.tokens.set(key, {
        token: answer.token,
        until: began + Math.max(lifetimeMs / 2, lifetimeMs - SPARE_MS),
      });
      return { token: answer.token };
    } catch (error) {
      if (!isRefusal(error)) return { refused: 'unreachable' };
      this.forget(key);
      return { refused: 'unknown' };
    }
  }
}

/** Not the secret itself: the key is passed on to other processes. */
const keyOf = ({ service, session }: BrowserTokenRequest): string =>
  hash('sha256', `${service} ${session}`, 'base64url');

/** Whether the broker refused. Any other error may mean that it cannot be reached. */
const isRefusal = (error: unknown): boolean =>
  error instanceof BrokerResponseError && (error.status === 404 || error.status === 409);
