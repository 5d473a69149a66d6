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
 * Why a session gives no token: it is `unknown` or has ended; the broker is `unreachable`; or too many are being asked about
 * (`busy`).
 */
export type NoToken = 'unknown' | 'unreachable' | 'busy';
export type SessionToken = { token: string } | { refused: NoToken };

/** Sessions that are cached, and how many sessions and codes the broker is asked about at once. */
const CACHED = 4_096;
const MAX_ASKING = 32;
/** For how long an unknown session is not asked about again. */
const UNKNOWN_MS = 5_000;
const ANSWER_MS = 10_000;
/** A token is renewed this long before it ends, or after half of its life if that is later. */
const SPARE_MS = 15_000;

/**
 * Tokens for browsers that have a cookie instead. A browser's cookie is a secret that the broker knows by its hash; the
 * gateway asks for a token with it, and checks that token like any other. Nothing is stored on this host, so a session is
 * good at every gateway of its service.
 */
export class BrowserSessions {
  private readonly tokens = new LRUCache<string, { token: string; until: number }>({ max: CACHED });
  private readonly unknown = new LRUCache<string, number>({ max: CACHED });
  private readonly asking = new Map<string, Promise<SessionToken>>();
  private exchanging = 0;

  constructor(private readonly parts: { broker: Pick<BrokerClient, 'postSigned'>; clock: Clock }) {}

  /** @returns a promise only if the broker has to be asked */
  token(asked: BrowserTokenRequest): SessionToken | Promise<SessionToken> {
    if (!isSessionSecret(asked.session)) return { refused: 'unknown' };
    const now = this.parts.clock.monotonic();
    const key = `${asked.service} ${asked.session}`;
    const known = this.tokens.get(key);
    if (known !== undefined && now < known.until) return known;
    if (now < (this.unknown.get(key) ?? 0)) return { refused: 'unknown' };
    const under = this.asking.get(key);
    if (under !== undefined) return under;
    if (this.asking.size >= MAX_ASKING) return { refused: 'busy' };
    const answer = this.ask(key, asked).finally(() => this.asking.delete(key));
    this.asking.set(key, answer);
    return answer;
  }

  /**
   * Exchanges the code that the broker gave the browser. Null if it is no code, or if the broker refuses it. `busy`: too many are
   * being exchanged, because anyone can send some. Throws the network's error.
   */
  async exchange(exchange: BrowserCodeExchange): Promise<OpenedBrowserSession | 'busy' | null> {
    const { broker } = this.parts;
    if (!isSessionSecret(exchange.code)) return null;
    if (this.exchanging >= MAX_ASKING) return 'busy';
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

  private async ask(key: string, asked: BrowserTokenRequest): Promise<SessionToken> {
    const { broker, clock } = this.parts;
    const began = clock.monotonic();
    try {
      const path = '/gateway/v1/browser-sessions/token';
      const answer = parseBrowserToken(await broker.postSigned(path, asked, AbortSignal.timeout(ANSWER_MS)));
      const life = answer.expiresIn * 1_000;
      this.tokens.set(key, { token: answer.token, until: began + Math.max(life / 2, life - SPARE_MS) });
      return { token: answer.token };
    } catch (error) {
      this.tokens.delete(key);
      if (!isRefusal(error)) return { refused: 'unreachable' };
      this.unknown.set(key, clock.monotonic() + UNKNOWN_MS);
      return { refused: 'unknown' };
    }
  }
}

/** The broker said no; anything else may be its absence. */
const isRefusal = (error: unknown): boolean =>
  error instanceof BrokerResponseError && (error.status === 404 || error.status === 409);
