import type { PublishedRouteMap } from '@countersign/authorization';
import type { CallAuthorizer, TokenDecision } from '../authorize/call-authorizer.js';
import type { CallRefusals } from '../http/call-refusals.js';
import type { CanonicalRequest } from '../http/canonical-request.js';
import type { Exchange } from '../http/exchange.js';
import type { RefusalCode } from '../http/refusals.js';
import type { BrowserAccess } from './browser-access.js';
import type { BrowserGrants } from './browser-grants.js';
import type { NoToken } from './browser-sessions.js';
import { crossOriginProblem, fetchesServiceWorker, isNavigation } from './same-origin.js';

const REFUSALS = {
  unreachable: ['not_in_touch', 'the broker could not be reached to verify the session of this browser'],
  busy: ['rate_limited', 'too many browser sessions are being verified'],
} as const satisfies Record<Exclude<NoToken, 'unknown'>, readonly [string, string]>;

/** Verifies calls that carry the cookie of a browser session and no token. */
export class BrowserCalls {
  constructor(
    private readonly parts: {
      access: BrowserAccess;
      grants: Pick<BrowserGrants, 'remember' | 'rememberRefusal'>;
      authorizer: Pick<CallAuthorizer, 'verifyText'>;
      refusals: CallRefusals;
    },
  ) {}

  /** True if the call may come with a cookie in place of a token: a browser sent it to the service's own host. */
  mayBySession(request: CanonicalRequest): boolean {
    return this.parts.access.mayBySession(request);
  }

  /**
   * Gets the token of the browser's session, and verifies it like a bearer token. Undefined if this method has answered the call:
   * it redirects a person who opens a page to the sign-in, and refuses a call that a page makes.
   */
  async verify(exchange: Exchange, service: PublishedRouteMap): Promise<TokenDecision | undefined> {
    const { access, grants, authorizer, refusals } = this.parts;
    const { canonical, response } = exchange;
    const refuse = (code: RefusalCode, detail: string) =>
      refusals.unverified(exchange, canonical.service, code, { detail });
    // Before a token is minted: that may begin access that waits for its first use.
    const problem = access.hasSession(canonical) ? crossOriginProblem(canonical) : undefined;
    if (problem !== undefined) {
      refuse('cross_origin', problem);
      return undefined;
    }
    if (fetchesServiceWorker(canonical.headers)) {
      refuse('route_not_listed', 'a service worker would stay in the browser after the grant');
      return undefined;
    }
    const found = await access.tokenOf(canonical);
    if (found !== undefined && 'token' in found) {
      const decision = authorizer.verifyText(found.token, service);
      if (decision.ok) grants.remember(canonical, decision.claims);
      return decision;
    }
    if (found?.refused === 'unknown') grants.rememberRefusal(canonical);
    if (found !== undefined && found.refused !== 'unknown') {
      const [code, detail] = REFUSALS[found.refused];
      refuse(code, detail);
    } else if (isNavigation(canonical.headers) && canonical.method === 'GET') {
      access.begin(canonical, response, { to: canonical.path + canonical.query });
    } else {
      const detail = found === undefined ? 'no bearer token' : 'the session of this browser has ended';
      return { ok: false, reason: 'malformed', detail, noToken: true };
    }
    return undefined;
  }
}
