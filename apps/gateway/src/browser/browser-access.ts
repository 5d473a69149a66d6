import { createHash, randomBytes } from 'node:crypto';
import { BROWSER_PATHS } from '@countersign/gateway-protocol';
import { describeError } from '@countersign/runtime';
import type { Logger } from 'pino';
import type { CanonicalRequest } from '../http/canonical-request.js';
import type { Exchange } from '../http/exchange.js';
import { answerProblem } from '../http/refusals.js';
import { readTarget } from '../http/target.js';
import type { ServerResponse } from '../http1/server-response.js';
import type { BrowserGrants } from './browser-grants.js';
import { pageLanguage, sendPage } from './browser-page.js';
import type { BrowserSessions, SessionToken } from './browser-sessions.js';
import { browserTexts } from './browser-texts.js';
import { ownCookie, setCookie } from './cookies.js';
import { sendOverlay } from './overlay-script.js';
import { isBrowserPath } from './service-host.js';

/** How long a person may take to sign in and choose a grant. */
const OPEN_SECONDS = 600;
/** The broker's API accepts no longer path. */
const MAX_PATH_LENGTH = 2_000;
const VERIFIER = /^[A-Za-z0-9_-]{43}$/;

type BrowserAccessParts = {
  sessions: BrowserSessions;
  grants: Pick<BrowserGrants, 'answerState' | 'release'>;
  /** Address of the broker's pages; undefined until the feed has sent it. */
  issuer(): string | undefined;
  log: Logger;
};

/**
 * Opens browser sessions at a service's own host. The gateway redirects a browser without a session to the broker's page. There
 * the person signs in and chooses a grant. The browser comes back with a code, and the gateway exchanges it for the secret that it
 * stores in the cookie.
 */
export class BrowserAccess {
  constructor(private readonly parts: BrowserAccessParts) {}

  /** Whether the path is one that the gateway itself answers to browsers at a service's host. */
  isFor({ origin, path }: CanonicalRequest): boolean {
    return origin !== undefined && isBrowserPath(path);
  }

  /** Answers each of `BROWSER_PATHS` by its one method; any other method is 404. */
  async answer(exchange: Exchange): Promise<void> {
    const { canonical, response, body } = exchange;
    const { path, method, query } = canonical;
    const parameters = new URLSearchParams(query);
    if (method === 'GET' && path === BROWSER_PATHS.open) {
      this.begin(canonical, response, {
        to: parameters.get('to') ?? '/',
        grant: parameters.get('grant') ?? undefined,
      });
    } else if (method === 'GET' && path === BROWSER_PATHS.callback) {
      await this.finish(canonical, response, parameters);
    } else if (method === 'GET' && path === BROWSER_PATHS.overlay) {
      sendOverlay(response);
    } else if (method === 'GET' && path === BROWSER_PATHS.grant) {
      await this.parts.grants.answerState(exchange);
    } else if (method === 'POST' && path === BROWSER_PATHS.release) {
      await this.parts.grants.release(exchange);
    } else {
      answerProblem(response, 'not_found', { close: !body.isDone });
    }
  }

  /** True if the call may come with a cookie in place of a token: it is for a service's own host, and has no token. */
  mayBySession({ origin, headers }: CanonicalRequest): boolean {
    return origin !== undefined && headers.one('authorization') === undefined;
  }

  /** Whether the browser says that it has a session. */
  hasSession({ headers }: CanonicalRequest): boolean {
    return ownCookie(headers, 'session') !== undefined;
  }

  /** The token of the browser's session; undefined if it has none. The broker mints one, which may begin the access. */
  tokenOf({ headers, service }: CanonicalRequest): SessionToken | Promise<SessionToken> | undefined {
    const session = ownCookie(headers, 'session');
    return session === undefined ? undefined : this.parts.sessions.token({ session, service });
  }

  /** Sends the browser to the broker's page, where the person signs in and chooses a grant. */
  begin(
    { service, headers }: CanonicalRequest,
    response: ServerResponse,
    { to, grant }: { to: string; grant?: string | undefined },
  ): void {
    const issuer = this.parts.issuer();
    if (issuer === undefined) {
      answerProblem(response, 'not_in_touch', { close: false });
      return;
    }
    // All tabs share one verifier: a new one would invalidate the code that another tab is about to bring.
    const known = ownCookie(headers, 'open');
    const verifier =
      known !== undefined && VERIFIER.test(known) ? known : randomBytes(32).toString('base64url');
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const query = new URLSearchParams({ service, challenge, to: localPath(to), ...(grant && { grant }) });
    redirect(response, `${issuer}/open?${query}`, setCookie('open', verifier, OPEN_SECONDS));
  }

  private async finish(
    canonical: CanonicalRequest,
    response: ServerResponse,
    parameters: URLSearchParams,
  ): Promise<void> {
    const { headers, service } = canonical;
    const to = localPath(parameters.get('to') ?? '/');
    const code = parameters.get('code') ?? '';
    const verifier = ownCookie(headers, 'open') ?? '';
    try {
      const opened = VERIFIER.test(verifier)
        ? await this.parts.sessions.exchange({ code, verifier, service })
        : null;
      if (opened === 'busy') this.refuse(canonical, response, to, 'noBroker', 503);
      else if (opened === null) this.refuse(canonical, response, to, 'notOpened', 403);
      else redirect(response, to, setCookie('session', opened.session));
    } catch (error) {
      this.parts.log.warn(describeError(error), 'the code of a browser could not be exchanged');
      this.refuse(canonical, response, to, 'noBroker', 503);
    }
  }

  private refuse(
    { headers }: CanonicalRequest,
    response: ServerResponse,
    to: string,
    what: 'notOpened' | 'noBroker',
    status: number,
  ): void {
    const language = pageLanguage(headers);
    const { title, text, again } = browserTexts[language][what];
    const link = { to: `${BROWSER_PATHS.open}?${new URLSearchParams({ to })}`, label: again };
    sendPage(response, language, { status, title, text, link });
  }
}

/** The path if it is a valid one on this host and not too long, else `/`, so that no link redirects to another site. */
function localPath(to: string): string {
  try {
    if (to.length > MAX_PATH_LENGTH || !/^\/(?![/\\])/.test(to)) return '/';
    readTarget(to);
    return to;
  } catch {
    return '/';
  }
}

function redirect(response: ServerResponse, to: string, fields: readonly string[]): void {
  const own = ['Location', to, 'Cache-Control', 'no-store', 'Referrer-Policy', 'no-referrer'];
  response.send(303, [...own, ...fields], '');
}
