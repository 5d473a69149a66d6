import {
  authenticateSession,
  type SignInTo,
  type StartedSession,
  tenantOfSide,
  VENDOR_SLUG,
} from '@countersign/access';
import {
  type NextAddress,
  type SignInCode,
  type SignInCodeRequest,
  type SignInCodeSent,
  type SignInMethods,
  type SignInOrganisation,
  type SignInStartQuery,
  signInEndpoints,
} from '@countersign/api';
import { isSlug, safeLocalPath } from '@countersign/contract';
import { inStepsOf } from '@countersign/runtime';
import { Controller, Inject, Param, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import {
  BROWSER_COOKIE,
  clearCookie,
  readCookie,
  readZone,
  redirect,
  SESSION_COOKIE,
  sendOn,
  setCookie,
} from '../http/cookies.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, Query } from '../http/input.js';
import { KNOWN_BROWSER_SECONDS, KnownBrowsers } from '../http/known-browsers.js';
import { Unlimited } from '../http/rate-limit.guard.js';
import type { BrokerRequest } from '../http/request.js';
import { SharedAddresses } from '../http/shared-addresses.js';
import { MailCodes } from './mail-codes.js';
import { OidcSignIn, SignInError } from './oidc-sign-in.js';
import { sessionAnswer } from './session-answers.js';
import { ATTEMPT_MINUTES, queryOf, SignInAttempts } from './sign-in-attempts.js';

/** Longer than a look-up takes: how long a name takes must not tell whether a customer has it. */
const DISCOVERY_MS = 100;
const BROWSER_SECONDS = 60 * ATTEMPT_MINUTES;

/** Signing in with the organisation's own provider, or with a mailed code. */
@Controller()
export class SignInController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    private readonly oidc: OidcSignIn,
    private readonly codes: MailCodes,
    private readonly attempts: SignInAttempts,
    private readonly browsers: KnownBrowsers,
    private readonly shared: SharedAddresses,
  ) {}

  @Endpoint(signInEndpoints.discover)
  async discover(@Body() body: SignInOrganisation): Promise<SignInMethods> {
    const side = body.organisation;
    const known = await inStepsOf(DISCOVERY_MS, async () =>
      isSlug(side)
        ? this.deps.store.directory.read((unit) => unit.organisation.oidc(tenantOfSide(side)))
        : null,
    );
    if (known !== null) return { methods: [{ kind: 'oidc', start: `/auth/oidc/${side}/start` }] };
    return {
      methods: side === VENDOR_SLUG || !this.codes.available ? [] : [{ kind: 'mail-code', start: null }],
    };
  }

  @Endpoint(signInEndpoints.start)
  async start(
    @Param('side') side: string,
    @Query() { returnTo, fresh }: SignInStartQuery,
    @Req() request: BrokerRequest,
    @Res() response: Response,
  ): Promise<NextAddress> {
    const browser = this.attempts.browserOf(request);
    const to = await this.orErrorPage(request, side, async () => {
      const { href } = await this.oidc.start(side, browser, safeLocalPath(returnTo), fresh === 'true');
      this.nameBrowser(response, browser);
      return href;
    });
    return sendOn(request, response, to);
  }

  /**
   * Without a limit of its own: an answer finishes one sign-in that began, whose beginning was counted. Anything else costs a
   * read. A limit by network would let one client of a proxy lock out all others, and anybody can invent a cookie.
   */
  @Unlimited()
  @Endpoint(signInEndpoints.callback)
  async callback(
    @Param('side') side: string,
    @Req() request: BrokerRequest,
    @Res() response: Response,
  ): Promise<void> {
    const browser = readCookie(request.headers.cookie, BROWSER_COOKIE);
    const to = await this.orErrorPage(request, side, async () => {
      const target = await this.signInTo(request);
      const { returnTo, ...started } = await this.oidc.finish(side, queryOf(request), browser, target);
      this.signIn(response, started);
      this.shared.note(request.address, started.session.person);
      return returnTo;
    });
    redirect(response, 303, to);
  }

  @Endpoint(signInEndpoints.sendCode)
  askForCode(
    @Body() { organisation: tenant, email }: SignInCodeRequest,
    @Req() request: BrokerRequest,
    @Res({ passthrough: true }) response: Response,
  ): SignInCodeSent {
    const browser = this.attempts.browserOf(request);
    this.codes.ask(tenant, email, browser, request);
    this.nameBrowser(response, browser);
    return { expiresInSeconds: BROWSER_SECONDS };
  }

  @Endpoint(signInEndpoints.verifyCode)
  async verifyCode(
    @Body() { code }: SignInCode,
    @Req() request: BrokerRequest,
    @Res({ passthrough: true }) response: Response,
  ) {
    const browser = readCookie(request.headers.cookie, BROWSER_COOKIE);
    const to = await this.signInTo(request);
    const started = await this.codes.verify(code, browser, to);
    this.signIn(response, started, browser);
    const { session } = started;
    const person = await this.deps.store.sessions.read((unit) => unit.organisation.person(session.person));
    if (person === null) throw new Error(`the person of ${session.id} is not there`);
    return sessionAnswer(session, person, this.settings.session);
  }

  /** The name of the browser, and its current session, which the new one replaces. */
  private async signInTo({ headers }: BrokerRequest): Promise<SignInTo> {
    const secret = readCookie(headers.cookie, SESSION_COOKIE);
    const current =
      secret === undefined
        ? null
        : await authenticateSession(this.deps, secret, 'web', this.settings.session, false);
    const zone = readZone(headers.cookie);
    return {
      device: headers['user-agent'] ?? 'a browser',
      replaces: current?.session.id ?? null,
      ...(zone === undefined ? {} : { zone }),
    };
  }

  /** @param known the browser, if it is remembered after this sign-in */
  private signIn(response: Response, { secret }: StartedSession, known?: string): void {
    setCookie(response, SESSION_COOKIE, secret, this.settings.session.absolute);
    if (known === undefined) clearCookie(response, BROWSER_COOKIE);
    else this.nameBrowser(response, known);
  }

  private nameBrowser(response: Response, browser: string): void {
    const seconds = this.browsers.known(browser) !== undefined ? KNOWN_BROWSER_SECONDS : BROWSER_SECONDS;
    setCookie(response, BROWSER_COOKIE, browser, seconds);
  }

  /** The path of a page that shows the error if `work` fails, because a person sees the answer, not a program. */
  private async orErrorPage(
    request: BrokerRequest,
    side: string | null,
    work: () => Promise<string>,
  ): Promise<string> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SignInError)) throw error;
      request.log.warn({ code: error.code, err: error.cause }, 'a sign-in failed');
      const query = new URLSearchParams({ error: error.code });
      if (side !== null && isSlug(side)) query.set('tenant', side);
      if (error.returnTo !== '/') query.set('returnTo', error.returnTo);
      return `/sign-in?${query}`;
    }
  }
}
