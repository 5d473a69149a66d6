import type { GrantTokenClaims } from '@countersign/authorization';
import { LRUCache } from 'lru-cache';
import type { CallAuthorizer } from '../authorize/call-authorizer.js';
import type { CallRefusals } from '../http/call-refusals.js';
import type { CanonicalRequest } from '../http/canonical-request.js';
import type { Exchange } from '../http/exchange.js';
import { type RefusalCode, requestFormUrl } from '../http/refusals.js';
import type { BrowserSessions, NoToken } from './browser-sessions.js';
import { ownCookie, setCookie } from './cookies.js';
import { crossOriginProblem } from './same-origin.js';

/** How many sessions' grants are remembered. */
const MAX_REMEMBERED = 4_096;

type Remembered = {
  claims: GrantTokenClaims;
  /** True if the broker mints no further token for the session. Its grant may still be active. */
  isRefused: boolean;
};

/** What a page of the service gets to know about its browser's access. `state`: `open`, or the code with which calls are refused now. */
type GrantState = {
  state: string;
  /** Why the grant has ended, if the gateway knows: `expired`, `released`, `revoked` or `exhausted`. */
  reason?: string | undefined;
  tenant?: string;
  grant?: string;
  /** RFC 3339. */
  endsAt?: string;
  secondsLeft?: number;
  /** The broker's form, filled in with the same access. */
  ask?: string | undefined;
};

type BrowserGrantsParts = {
  sessions: Pick<BrowserSessions, 'token' | 'release'>;
  authorizer: Pick<CallAuthorizer, 'service' | 'verifyText' | 'waitForGrant' | 'accessOf'>;
  refusals: Pick<CallRefusals, 'unverified'>;
  /** Address of the broker's pages; undefined until the feed has sent it. */
  issuer(): string | undefined;
  /** The wall clock, in milliseconds since the epoch. */
  now(): number;
};

const REFUSALS = {
  unknown: ['invalid_token', 'the session of this browser has ended'],
  unreachable: ['not_in_touch', 'the broker could not be reached to release the access'],
  busy: ['rate_limited', 'too many releases are open'],
} as const satisfies Record<NoToken, readonly [RefusalCode, string]>;

/**
 * Lets an open page of a service show and release the engineer's access. Pages poll every few seconds, in many tabs, so the gateway
 * answers from memory: it remembers the grant of each session whose calls it has seen, and knows from the feed whether that is
 * active. Only if it does not know the session, it requests a token from the broker.
 */
export class BrowserGrants {
  private readonly remembered = new LRUCache<string, Remembered>({ max: MAX_REMEMBERED });

  constructor(private readonly parts: BrowserGrantsParts) {}

  /** Remembers the grant of the browser's session. `claims` are those of its verified token. */
  remember(request: CanonicalRequest, claims: GrantTokenClaims): void {
    const key = keyOf(request);
    if (key === undefined) return;
    const known = this.remembered.get(key);
    if (known?.claims !== claims || known.isRefused) this.remembered.set(key, { claims, isRefused: false });
  }

  /** Remembers that the broker mints no further token for the session. */
  rememberRefusal(request: CanonicalRequest): void {
    const known = this.remembered.get(keyOf(request) ?? '');
    if (known !== undefined) known.isRefused = true;
  }

  /** Answers `GET /countersign/grant`. A page of another origin gets nothing, and cannot cause a token to be minted. */
  async answerState(exchange: Exchange): Promise<void> {
    const { canonical } = exchange;
    const problem = crossOriginProblem(canonical);
    if (problem !== undefined) return this.refuse(exchange, 'cross_origin', problem);
    const found = await this.find(canonical);
    const state =
      typeof found === 'string'
        ? { state: REFUSALS[found][0] }
        : this.stateOf(found, exchange.canonical.service);
    sendState(exchange, state);
  }

  /**
   * Answers `POST /countersign/release`: ends the grant of the browser's session, and with it the session. Only a page of the
   * service's own origin may do that.
   */
  async release(exchange: Exchange): Promise<void> {
    const { canonical, body } = exchange;
    const { headers, service } = canonical;
    const problem = crossOriginProblem(canonical);
    if (problem !== undefined) return this.refuse(exchange, 'cross_origin', problem);
    if (!body.isDone) return this.refuse(exchange, 'invalid_request', 'a release has no body');
    const session = ownCookie(headers, 'session');
    const outcome =
      session === undefined ? 'unknown' : await this.parts.sessions.release({ session, service });
    if (session === undefined || outcome !== 'released') {
      const [code, detail] = REFUSALS[outcome === 'released' ? 'unknown' : outcome];
      return this.refuse(exchange, code, detail);
    }
    const key = keyOf(canonical) ?? '';
    const known = this.remembered.get(key);
    this.remembered.delete(key);
    const ask = known === undefined ? undefined : this.formUrl(known.claims, service);
    sendState(exchange, { state: 'grant_ended', reason: 'released', ask }, setCookie('session', '', 0));
  }

  /** The grant of the browser's session, from memory or from a new token of the broker; or why there is none. */
  private async find(canonical: CanonicalRequest): Promise<Remembered | NoToken> {
    const { sessions, authorizer } = this.parts;
    const session = ownCookie(canonical.headers, 'session');
    const key = keyOf(canonical);
    if (session === undefined || key === undefined) return 'unknown';
    const known = this.remembered.get(key);
    if (known !== undefined) return known;
    const map = authorizer.service(canonical.service);
    const minted = await sessions.token({ session, service: canonical.service });
    if ('refused' in minted) return minted.refused;
    const decision = map === undefined ? undefined : authorizer.verifyText(minted.token, map);
    if (decision === undefined || !decision.ok) return 'unknown';
    await authorizer.waitForGrant(decision.claims);
    const found = { claims: decision.claims, isRefused: false };
    this.remembered.set(key, found);
    return found;
  }

  private stateOf({ claims, isRefused }: Remembered, service: string): GrantState {
    const { tenant, grant_id: grant } = claims;
    const access = this.parts.authorizer.accessOf(claims, service);
    const shared = { tenant, grant, ask: this.formUrl(claims, service) };
    if ('code' in access) return { state: access.code, reason: access.reason, ...shared };
    if (isRefused) return { state: 'invalid_token', ...shared };
    const endsAt = new Date(access.endsAt).toISOString();
    const secondsLeft = Math.ceil((access.endsAt - this.parts.now()) / 1_000);
    return { state: 'open', endsAt, secondsLeft, ...shared };
  }

  private formUrl({ tenant, terms: { scope } }: GrantTokenClaims, service: string): string | undefined {
    const issuer = this.parts.issuer();
    return issuer === undefined ? undefined : requestFormUrl(issuer, { tenant, service, scope: [...scope] });
  }

  private refuse(exchange: Exchange, code: RefusalCode, detail: string): void {
    this.parts.refusals.unverified(exchange, exchange.canonical.service, code, { detail });
  }
}

/** The key of the browser's session in `remembered`. A cookie that was copied to the host of another service has another key. */
function keyOf({ headers, service }: CanonicalRequest): string | undefined {
  const secret = ownCookie(headers, 'session');
  return secret === undefined ? undefined : `${service} ${secret}`;
}

const FIELDS = [
  ...['Content-Type', 'application/json', 'Cache-Control', 'no-store'],
  ...['X-Content-Type-Options', 'nosniff', 'Cross-Origin-Resource-Policy', 'same-origin'],
];

function sendState({ response }: Exchange, state: GrantState, fields: readonly string[] = []): void {
  if (!response.isGone) response.send(200, [...FIELDS, ...fields], JSON.stringify(state));
}
