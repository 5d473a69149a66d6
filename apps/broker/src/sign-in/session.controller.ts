import {
  beginStrengthening,
  endSession,
  listSessions,
  type Principal,
  type Session,
  strengthenSession,
} from '@countersign/access';
import { type SessionPasskey, sessionEndpoints } from '@countersign/api';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { clearCookie, SESSION_COOKIE, setCookie } from '../http/cookies.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, CurrentSession, Id } from '../http/input.js';
import type { BrokerRequest } from '../http/request.js';
import { ownSessionAnswer, sessionAnswer } from './session-answers.js';

/** The caller's own sessions: browsers and command lines. */
@Controller()
export class SessionController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
  ) {}

  @Endpoint(sessionEndpoints.current)
  current(@CurrentPrincipal() { person }: Principal, @CurrentSession() session: Session) {
    return sessionAnswer(session, person, this.settings.session);
  }

  @Endpoint(sessionEndpoints.signOut)
  async signOut(
    @CurrentPrincipal() principal: Principal,
    @CurrentSession() session: Session,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    await endSession(this.deps, principal, session.id);
    clearCookie(response, SESSION_COOKIE);
  }

  @Endpoint(sessionEndpoints.strengthenOptions)
  strengthenOptions(@CurrentPrincipal() principal: Principal, @CurrentSession() session: Session) {
    return beginStrengthening(this.deps, principal, session);
  }

  @Endpoint(sessionEndpoints.strengthen)
  async strengthen(
    @CurrentPrincipal() principal: Principal,
    @CurrentSession() session: Session,
    @Body() { countersignature }: SessionPasskey,
    @Res({ passthrough: true }) response: Response,
  ) {
    const limits = this.settings.session;
    const started = await strengthenSession(this.deps, principal, session, countersignature, limits);
    setCookie(response, SESSION_COOKIE, started.secret, limits.absolute);
    return sessionAnswer(started.session, principal.person, limits);
  }

  @Endpoint(sessionEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Req() { caller }: BrokerRequest) {
    const current = caller?.kind === 'person' ? caller.session?.id : undefined;
    const limits = this.settings.session;
    const sessions = await listSessions(this.deps, principal, limits);
    return { items: sessions.map((session) => ownSessionAnswer(session, current, limits)), next: null };
  }

  @Endpoint(sessionEndpoints.end)
  async end(@CurrentPrincipal() principal: Principal, @Id('ses') id: string): Promise<void> {
    await endSession(this.deps, principal, id);
  }
}
