import type { Principal, Session } from '@countersign/access';
import { isSlug } from '@countersign/contract';
import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, CurrentSession, Query } from '../http/input.js';
import { Allow, Public } from '../http/marks.js';
import { HttpProblem } from '../http/problem.js';
import { redirect } from '../http/redirect.js';
import type { BrokerRequest } from '../http/request.js';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../injection.js';
import { component, idText, instant } from '../openapi/components.js';
import { CLI_PREFIX, CliLogin } from './cli-login.js';
import { consentPage, consentPolicy } from './consent-page.js';
import { VENDOR } from './oidc.js';

const fields = {
  port: z
    .string()
    .regex(/^[1-9][0-9]{3,4}$/, 'A port of this computer, 1024 to 65535')
    .refine(
      (text) => Number(text) >= 1024 && Number(text) <= 65_535,
      'A port of this computer, 1024 to 65535',
    ),
  code_challenge: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, 'SHA-256 of the verifier, base64url (RFC 7636 S256)'),
  state: z.string().regex(/^[A-Za-z0-9_-]{20,100}$/, 'At least 20 random characters, base64url'),
  device: z.string().min(1).max(120).describe('What the device calls itself.'),
};
const pageQuery = z.strictObject({
  ...fields,
  organisation: z
    .string()
    .max(100)
    .optional()
    .describe('Where to sign in first: a tenant’s slug, or `vendor`.'),
});
const consentBody = component(
  'CliConsent',
  z.strictObject({ ...fields, decision: z.enum(['allow', 'deny']) }),
);
const tokenBody = component(
  'CliExchange',
  z.strictObject({
    code: z.string().min(1).max(200),
    verifier: z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, 'A verifier of RFC 7636'),
  }),
);
const tokenAnswer = component(
  'CliCredential',
  z.object({
    credential: z.string().describe('`css_…`, for `Authorization: Bearer`. Shown this once.'),
    session: idText('ses', 'The session that it is.'),
    person: idText('usr', 'As whom it works.'),
    expiresAt: instant(),
  }),
);

/** The command line's sign-in through the browser (RFC 8252). */
@Controller('auth/cli')
export class CliLoginController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    private readonly login: CliLogin,
  ) {}

  @Get()
  @Public({ identified: true })
  @Describe({
    summary: 'Ask whether a command line may work as the one who is signed in',
    description: 'A page; who is not signed in is sent to sign in first. Reading it changes nothing.',
    query: pageQuery,
    answer: { status: 200, description: 'The page.', type: 'text/html' },
    redirect: { status: 302, description: 'To sign in first.' },
  })
  async page(
    @Query() query: z.infer<typeof pageQuery>,
    @Req() request: BrokerRequest,
    @Res() response: Response,
  ): Promise<void> {
    const { caller } = request;
    if (caller?.kind !== 'person' || caller.session?.kind !== 'web') {
      redirect(response, 302, await this.signInFirst(query.organisation, request.originalUrl));
      return;
    }
    const { organisation: _organisation, ...form } = query;
    const { name, email } = caller.principal.person;
    const seconds = this.settings.session.absolute;
    response.setHeader('Content-Security-Policy', consentPolicy(Number(query.port)));
    // With no-referrer browsers would send the form with the origin `null`.
    response.setHeader('Referrer-Policy', 'same-origin');
    response.type('html').send(consentPage({ device: query.device, name, email, seconds, fields: form }));
  }

  @Post()
  @Allow('self.read')
  @Describe({
    summary: 'Let the command line in, or not',
    body: { schema: consentBody, form: true },
    answer: { status: 303, description: 'To the command line that waits, with a code of one use.' },
  })
  async consent(
    @CurrentPrincipal() principal: Principal,
    @CurrentSession() session: Session,
    @Body() body: z.infer<typeof consentBody>,
    @Res() response: Response,
  ): Promise<void> {
    if (session.kind !== 'web') throw new HttpProblem('forbidden', 'A command line lets no other in.');
    const { port, state, code_challenge: challenge, device } = body;
    const answer =
      body.decision === 'allow'
        ? { code: await this.login.consent(principal, session, { challenge, device }) }
        : { error: 'access_denied' };
    redirect(response, 303, `http://127.0.0.1:${port}/callback?${new URLSearchParams({ ...answer, state })}`);
  }

  @Post('token')
  @Public()
  @Describe({
    summary: 'Exchange the code for a credential',
    description: 'Once, by whoever holds the verifier. The credential is a session of its own.',
    body: { schema: tokenBody },
    answer: { status: 200, description: 'The credential.', schema: tokenAnswer },
    errors: ['unauthenticated'],
  })
  async token(@Body() { code, verifier }: z.infer<typeof tokenBody>): Promise<z.infer<typeof tokenAnswer>> {
    const started = await this.login.exchange(code, verifier);
    if (started === null) throw new HttpProblem('unauthenticated', 'This code does not count. Log in again.');
    const { session, secret } = started;
    const { id, person, expiresAt } = session;
    return { credential: CLI_PREFIX + secret, session: id, person, expiresAt };
  }

  private async signInFirst(organisation: string | undefined, back: string): Promise<string> {
    const query = new URLSearchParams({ returnTo: back });
    if (organisation === undefined || !isSlug(organisation)) return `/sign-in?${query}`;
    const tenant = organisation === VENDOR ? null : organisation;
    const oidc = await this.deps.store.readAsVendor((unit) => unit.oidc(tenant));
    if (oidc !== null) return `/auth/oidc/${organisation}/start?${query}`;
    query.set('tenant', organisation);
    return `/sign-in?${query}`;
  }
}
