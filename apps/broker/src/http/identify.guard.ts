import {
  authenticateApiKey,
  authenticateGateway,
  authenticateSession,
  type EnrolledGateway,
  type SessionLimits,
} from '@countersign/access';
import { BACKGROUND_HEADER } from '@countersign/contract';
import {
  decodeGatewayCredential,
  ProtocolError,
  readGatewayAuthorization,
} from '@countersign/gateway-protocol';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../injection.js';
import { accessRuleOf, keepsNoSession } from './access.decorators.js';
import { hasCookie, readCookie, SESSION_COOKIE } from './cookies.js';
import { HttpProblem } from './problem.js';
import { type BrokerRequest, type Caller, type Credentials, credentialsOf } from './request.js';

const API_KEY = /^Bearer (csk_[A-Za-z0-9_-]{20,200})$/i;
/** What `countersign login` was given: a session of its own. */
const CLI_SESSION = /^Bearer css_([A-Za-z0-9_-]{20,200})$/i;

/**
 * First of the guards: finds out who calls and refuses nobody, except who comes with two kinds of credentials.
 * Every call asks the store, so that a revoked key, an ended session or a removed person is out at once;
 * nothing is cached. A gateway is asked for again here: it may have been revoked while its body was on its way.
 */
@Injectable()
export class IdentifyGuard implements CanActivate {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<BrokerRequest>();
    const mark = accessRuleOf(context.getHandler());
    if (mark?.kind === 'public' && mark.identified !== true) {
      request.caller = { kind: 'anonymous' };
      return true;
    }
    const credentials = credentialsOf(request);
    if (credentials.authorization !== undefined && hasCookie(credentials.cookie, SESSION_COOKIE))
      throw new HttpProblem(
        'invalid_request',
        'Send a key or a session’s cookie, not both: it must be plain who calls.',
      );
    const isUse = request.headers[BACKGROUND_HEADER] === undefined && !keepsNoSession(context.getHandler());
    request.caller = await identify(this.deps, credentials, this.settings.session, isUse);
    return true;
  }
}

/**
 * Who the credentials prove. Bad ones prove nobody.
 *
 * @param use false where somebody only looks whether they still stand
 */
export async function identify(
  deps: BrokerDeps,
  { authorization, cookie }: Credentials,
  limits: SessionLimits,
  use: boolean,
): Promise<Caller> {
  const key = API_KEY.exec(authorization ?? '')?.[1];
  if (key !== undefined) {
    const principal = await authenticateApiKey(deps, key);
    if (principal !== null) return { kind: 'person', principal };
  }
  const command = CLI_SESSION.exec(authorization ?? '')?.[1];
  const browser = authorization === undefined ? readCookie(cookie, SESSION_COOKIE) : undefined;
  const secret = command ?? browser;
  if (secret !== undefined) {
    const kind = command === undefined ? 'web' : 'cli';
    const found = await authenticateSession(deps, secret, kind, limits, use);
    if (found !== null) return { kind: 'person', ...found };
  }
  const gateway = await identifyGateway(deps, authorization);
  return gateway === null ? { kind: 'anonymous' } : { kind: 'gateway', gateway };
}

/** The gateway that the header proves; null for any other. */
export async function identifyGateway(
  deps: BrokerDeps,
  authorization: string | undefined,
): Promise<EnrolledGateway | null> {
  const presented = readGatewayAuthorization(authorization) ?? readCredential(authorization);
  return presented === undefined
    ? null
    : authenticateGateway(deps, `${presented.gateway}.${presented.secret}`);
}

/** A gateway may present its enrolment credential as it was given, too. */
function readCredential(authorization: string | undefined): { gateway: string; secret: string } | undefined {
  const credential = /^Bearer (csg_[A-Za-z0-9_-]{1,4096})$/i.exec(authorization ?? '')?.[1];
  if (credential === undefined) return undefined;
  try {
    return decodeGatewayCredential(credential);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
