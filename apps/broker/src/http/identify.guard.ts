import {
  authenticateApiKey,
  authenticateGateway,
  authenticateScimToken,
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
import { type CanActivate, type ExecutionContext, Inject, Injectable, SetMetadata } from '@nestjs/common';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { hasCookie, readCookie, SESSION_COOKIE } from './cookies.js';
import { CredentialGuesses } from './credential-guesses.js';
import { endpointOf } from './endpoint.js';
import { HttpProblem } from './problem.js';
import { type BrokerRequest, type Caller, type Credentials, credentialsOf } from './request.js';

const API_KEY = /^Bearer (csk_[A-Za-z0-9_-]{20,200})$/i;
const SCIM_TOKEN = /^Bearer (csm_[A-Za-z0-9_-]{20,200})$/i;
const ASLEEP =
  'This key is asleep: its owner has not signed in at their organisation’s provider for 30 days. Sign in once in a browser, and it works again.';
/** The credential of `countersign login`: a session of its own. */
const CLI_SESSION = /^Bearer css_([A-Za-z0-9_-]{20,200})$/i;

const KEEPS_NO_SESSION = 'countersign:keeps-no-session';

/** A call does not keep its session from expiring: pages call the handler by themselves. */
export const KeepsNoSession = (): MethodDecorator => SetMetadata(KEEPS_NO_SESSION, true);

/**
 * First of six guards: authenticates the caller. It refuses only a call with two kinds of credentials. It reads the store
 * on every call and caches nothing, so that a revoked key, an ended session or a removed person is refused at once. Calls of
 * networks that guess keys wait for these reads in a queue of their own (`CredentialGuesses`). It authenticates a gateway again
 * after its body has been read, because the gateway may have been revoked meanwhile.
 */
@Injectable()
export class IdentifyGuard implements CanActivate {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    private readonly guesses: CredentialGuesses,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<BrokerRequest>();
    const callers = endpointOf(context.getHandler())?.callers;
    if (callers !== undefined && 'everyone' in callers && callers.identified !== true) {
      request.caller = { kind: 'anonymous' };
      return true;
    }
    const credentials = credentialsOf(request);
    if (credentials.authorization !== undefined && hasCookie(credentials.cookie, SESSION_COOKIE))
      throw new HttpProblem('invalid_request', 'Send either a key or a session cookie, not both.');
    const keepsSession =
      request.headers[BACKGROUND_HEADER] === undefined &&
      !Reflect.hasMetadata(KEEPS_NO_SESSION, context.getHandler());
    const { authorization, cookie } = credentials;
    const isClaim = authorization !== undefined || hasCookie(cookie, SESSION_COOKIE);
    request.caller = await this.guesses.lookUp(
      request.network ?? '',
      () => identify(this.deps, credentials, this.settings.session, keepsSession),
      ({ kind }) => kind !== 'anonymous' || !isClaim,
    );
    return true;
  }
}

/**
 * Authenticates the caller. Invalid credentials make the caller anonymous.
 *
 * @param keepsSession whether the call keeps its session from expiring
 */
export async function identify(
  deps: BrokerDeps,
  { authorization, cookie }: Credentials,
  limits: SessionLimits,
  keepsSession: boolean,
): Promise<Caller> {
  const key = API_KEY.exec(authorization ?? '')?.[1];
  if (key !== undefined) {
    const principal = await authenticateApiKey(deps, key);
    if (principal === 'asleep') return { kind: 'anonymous', why: ASLEEP };
    if (principal !== null) return { kind: 'person', principal };
  }
  const command = CLI_SESSION.exec(authorization ?? '')?.[1];
  const browser = authorization === undefined ? readCookie(cookie, SESSION_COOKIE) : undefined;
  const secret = command ?? browser;
  if (secret !== undefined) {
    const kind = command === undefined ? 'web' : 'cli';
    const found = await authenticateSession(deps, secret, kind, limits, keepsSession);
    if (found !== null) return { kind: 'person', ...found };
  }
  const token = SCIM_TOKEN.exec(authorization ?? '')?.[1];
  const side = token === undefined ? undefined : await authenticateScimToken(deps, token);
  if (side !== undefined) return { kind: 'provisioner', tenant: side.tenant };
  const gateway = await identifyGateway(deps, authorization);
  return gateway === null ? { kind: 'anonymous' } : { kind: 'gateway', gateway };
}

/** The enrolled gateway that the header authenticates; null if it authenticates none. */
export async function identifyGateway(
  deps: BrokerDeps,
  authorization: string | undefined,
): Promise<EnrolledGateway | null> {
  const presented = readGatewayAuthorization(authorization) ?? readCredential(authorization);
  return presented === undefined
    ? null
    : authenticateGateway(deps, `${presented.gateway}.${presented.secret}`);
}

/** A gateway may also present its enrolment credential as it was printed. */
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
