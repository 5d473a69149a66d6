import type { Principal, Session } from '@countersign/access';
import type { CliCredential } from '@countersign/api';
import { type CliConsent, type CliConsentQuery, type CliExchange, cliLoginEndpoints } from '@countersign/api';
import { isSlug } from '@countersign/contract';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { type BrokerSettings, SETTINGS } from '../core.module.js';
import { redirect } from '../http/cookies.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, CurrentSession, Query } from '../http/input.js';
import { HttpProblem } from '../http/problem.js';
import type { BrokerRequest } from '../http/request.js';
import { CLI_PREFIX, CliLogin } from './cli-login.js';
import { consentPage, consentPolicy } from './consent-page.js';

/** The command line's sign-in through the browser (RFC 8252). */
@Controller()
export class CliLoginController {
  constructor(
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    private readonly login: CliLogin,
  ) {}

  @Endpoint(cliLoginEndpoints.page)
  async page(
    @Query() query: CliConsentQuery,
    @Req() request: BrokerRequest,
    @Res() response: Response,
  ): Promise<void> {
    const { caller } = request;
    if (caller?.kind !== 'person' || caller.session?.kind !== 'web') {
      redirect(response, 302, signInFirst(query.organisation, request.originalUrl));
      return;
    }
    const { organisation: _organisation, ...form } = query;
    const { name, email } = caller.principal.person;
    const seconds = this.settings.session.absolute;
    response.setHeader('Content-Security-Policy', consentPolicy(Number(query.port)));
    // With `no-referrer`, browsers would send the form with the origin `null`.
    response.setHeader('Referrer-Policy', 'same-origin');
    response.type('html').send(consentPage({ device: query.device, name, email, seconds, fields: form }));
  }

  @Endpoint(cliLoginEndpoints.consent)
  async consent(
    @CurrentPrincipal() principal: Principal,
    @CurrentSession() session: Session,
    @Body() body: CliConsent,
    @Res() response: Response,
  ): Promise<void> {
    if (session.kind !== 'web')
      throw new HttpProblem('forbidden', 'A command line cannot allow another one.');
    const { port, state, code_challenge: challenge, device } = body;
    const answer =
      body.decision === 'allow'
        ? { code: await this.login.consent(principal, session, { challenge, device }) }
        : { error: 'access_denied' };
    redirect(response, 303, `http://127.0.0.1:${port}/callback?${new URLSearchParams({ ...answer, state })}`);
  }

  @Endpoint(cliLoginEndpoints.token)
  async token(@Body() { code, verifier }: CliExchange): Promise<CliCredential> {
    const started = await this.login.exchange(code, verifier);
    if (started === null) throw new HttpProblem('unauthenticated', 'This code is not valid. Log in again.');
    const { session, secret } = started;
    const { id, person, expiresAt } = session;
    return { credential: CLI_PREFIX + secret, session: id, person, expiresAt };
  }
}

/** The page that begins a sign-in. A redirect cannot: only a page of the broker begins one. */
function signInFirst(organisation: string | undefined, back: string): string {
  const query = new URLSearchParams({ returnTo: back });
  if (organisation !== undefined && isSlug(organisation)) query.set('tenant', organisation);
  return `/sign-in?${query}`;
}
