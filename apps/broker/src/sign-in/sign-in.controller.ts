import { authenticateSession, type SignInTo, type StartedSession } from '@countersign/access';
import { isSlug, safeLocalPath } from '@countersign/contract';
import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import { BROWSER_COOKIE, clearCookie, readCookie, SESSION_COOKIE, setCookie } from '../http/cookies.js';
import { Describe } from '../http/endpoint.js';
import { Body } from '../http/input.js';
import { Public } from '../http/marks.js';
import { networkOf } from '../http/network-of.js';
import { redirect } from '../http/redirect.js';
import type { BrokerRequest } from '../http/request.js';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../injection.js';
import { component } from '../openapi/components.js';
import { sessionAnswer, sessionShape } from '../sessions/session-answer.js';
import { ATTEMPT_MINUTES, Attempts } from './attempts.js';
import { MailCodes } from './mail-codes.js';
import { OidcSignIn, SignInError, VENDOR } from './oidc.js';

const BROWSER_SECONDS = 60 * ATTEMPT_MINUTES;

const organisation = z
  .string()
  .max(100)
  .transform((text) => text.trim().toLowerCase())
  .describe('A tenant’s slug; `vendor` for the vendor’s staff.');
const discoverBody = component('SignInOrganisation', z.strictObject({ organisation }));
const discoverAnswer = component(
  'SignInMethods',
  z.object({
    methods: z.array(
      z.object({
        kind: z.enum(['oidc', 'mail-code']),
        start: z.string().nullable().describe('Where to send the browser, with `?returnTo=/path`.'),
      }),
    ),
  }),
);
const codeBody = component(
  'SignInCodeRequest',
  z.strictObject({ organisation, email: z.string().min(1).max(320) }),
);
const codeAnswer = component('SignInCodeSent', z.object({ expiresInSeconds: z.int() }));
const verifyBody = component('SignInCode', z.strictObject({ code: z.string().min(1).max(40) }));
const SIGN_IN_FAILED = { status: 303, description: '`/sign-in?error=CODE` where it fails.' };

/** Signing in: by the organisation's own provider, or by a code from a mail. */
@Controller('auth')
export class SignInController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    private readonly oidc: OidcSignIn,
    private readonly codes: MailCodes,
    private readonly attempts: Attempts,
  ) {}

  @Post('discover')
  @Public()
  @Describe({
    summary: 'How an organisation’s people sign in',
    description: 'An organisation that is not there looks like one that signs in by mailed codes.',
    body: { schema: discoverBody },
    answer: {
      status: 200,
      description: 'The ways; none where this broker has none.',
      schema: discoverAnswer,
    },
  })
  async discover(@Body() body: z.infer<typeof discoverBody>): Promise<z.infer<typeof discoverAnswer>> {
    const side = body.organisation;
    const known = isSlug(side)
      ? await this.deps.store.readAsVendor((unit) => unit.oidc(side === VENDOR ? null : side))
      : null;
    if (known !== null) return { methods: [{ kind: 'oidc', start: `/auth/oidc/${side}/start` }] };
    return { methods: side === VENDOR || !this.codes.available ? [] : [{ kind: 'mail-code', start: null }] };
  }

  @Get('oidc/:side/start')
  @Public()
  @Describe({
    summary: 'Begin a sign-in at the organisation’s provider',
    description: 'With `returnTo`, a path of this broker.',
    answer: { status: 302, description: 'To the provider.' },
    redirect: SIGN_IN_FAILED,
  })
  async start(
    @Param('side') side: string,
    @Req() request: BrokerRequest,
    @Res() response: Response,
  ): Promise<void> {
    const browser = readCookie(request.headers.cookie, BROWSER_COOKIE) ?? this.attempts.newSecret();
    await this.orTellWhy(request, response, side, async () => {
      const to = await this.oidc.start(side, browser, safeLocalPath(request.query['returnTo']));
      setCookie(response, BROWSER_COOKIE, browser, BROWSER_SECONDS);
      redirect(response, 302, to.href);
    });
  }

  @Get('oidc/callback')
  @Public()
  @Describe({
    summary: 'Where providers send browsers back to',
    answer: { status: 303, description: 'To where the sign-in began, or `/sign-in?error=CODE`.' },
  })
  async callback(@Req() request: BrokerRequest, @Res() response: Response): Promise<void> {
    const [, query = ''] = request.originalUrl.split(/\?(.*)/s);
    const browser = readCookie(request.headers.cookie, BROWSER_COOKIE);
    await this.orTellWhy(request, response, null, async () => {
      const to = await this.signInTo(request);
      const { returnTo, ...started } = await this.oidc.finish(new URLSearchParams(query), browser, to);
      this.signIn(response, started);
      redirect(response, 303, returnTo);
    });
  }

  @Post('code')
  @Public({ fromPages: true })
  @Describe({
    summary: 'Ask for a code by mail',
    description:
      'For people of customers without a provider. The answer is always the same; the code counts in this browser alone, once.',
    body: { schema: codeBody },
    answer: {
      status: 202,
      description: 'A code is under way, where that is somebody’s address.',
      schema: codeAnswer,
    },
    errors: ['not_ready', 'forbidden'],
  })
  async askForCode(
    @Body() { organisation: tenant, email }: z.infer<typeof codeBody>,
    @Req() request: BrokerRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<z.infer<typeof codeAnswer>> {
    const browser = readCookie(request.headers.cookie, BROWSER_COOKIE) ?? this.attempts.newSecret();
    await this.codes.ask(tenant, email, browser, networkOf(request.socket.remoteAddress));
    setCookie(response, BROWSER_COOKIE, browser, BROWSER_SECONDS);
    return { expiresInSeconds: BROWSER_SECONDS };
  }

  @Post('code/verify')
  @Public({ fromPages: true })
  @Describe({
    summary: 'Sign in by the code from the mail',
    description: 'Such a session (`mail-code`) changes neither people nor controls.',
    body: { schema: verifyBody },
    answer: { status: 200, description: 'Signed in.', schema: sessionShape },
    errors: ['unauthenticated', 'forbidden'],
  })
  async verifyCode(
    @Body() { code }: z.infer<typeof verifyBody>,
    @Req() request: BrokerRequest,
    @Res({ passthrough: true }) response: Response,
  ) {
    const browser = readCookie(request.headers.cookie, BROWSER_COOKIE);
    const to = await this.signInTo(request);
    const started = await this.codes.verify(code, browser, networkOf(request.socket.remoteAddress), to);
    this.signIn(response, started);
    const { session } = started;
    const person = await this.deps.store.readAsVendor((unit) => unit.organisation.person(session.person));
    if (person === null) throw new Error(`the person of ${session.id} is not there`);
    return sessionAnswer(session, person, this.settings.session);
  }

  /** What the browser calls itself, and the session that it holds, which the new one takes the place of. */
  private async signInTo({ headers }: BrokerRequest): Promise<SignInTo> {
    const secret = readCookie(headers.cookie, SESSION_COOKIE);
    const held =
      secret === undefined
        ? null
        : await authenticateSession(this.deps, secret, 'web', this.settings.session, false);
    return { device: headers['user-agent'] ?? 'a browser', replaces: held?.session.id ?? null };
  }

  private signIn(response: Response, { secret }: StartedSession): void {
    setCookie(response, SESSION_COOKIE, secret, this.settings.session.absolute);
    clearCookie(response, BROWSER_COOKIE);
  }

  /** A browser that was sent here is shown a page, not a problem document. */
  private async orTellWhy(
    request: BrokerRequest,
    response: Response,
    side: string | null,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof SignInError)) throw error;
      request.log.warn({ code: error.code, err: error.cause }, 'a sign-in failed');
      const query = new URLSearchParams({ error: error.code });
      if (side !== null && isSlug(side)) query.set('tenant', side);
      if (error.returnTo !== '/') query.set('returnTo', error.returnTo);
      redirect(response, 303, `/sign-in?${query}`);
    }
  }
}
