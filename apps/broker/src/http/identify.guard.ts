import { authenticateApiKey, authenticateGateway } from '@countersign/access';
import {
  decodeGatewayCredential,
  ProtocolError,
  readGatewayAuthorization,
} from '@countersign/gateway-protocol';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../injection.js';
import { markOf } from './marks.js';
import type { BrokerRequest, Caller } from './request.js';

const API_KEY = /^Bearer (csk_[A-Za-z0-9_-]{20,200})$/i;

/**
 * First of three guards: finds out who calls and refuses nobody. Every call asks the store, so that a revoked
 * key or a removed person is out at once; nothing is cached.
 */
@Injectable()
export class IdentifyGuard implements CanActivate {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<BrokerRequest>();
    const isPublic = markOf(context.getHandler())?.kind === 'public';
    request.caller = isPublic
      ? { kind: 'anonymous' }
      : await identify(this.deps, request.headers.authorization);
    return true;
  }
}

/** Who the credentials in an `Authorization` header prove. Bad ones prove nobody. */
export async function identify(deps: BrokerDeps, authorization: string | undefined): Promise<Caller> {
  const key = API_KEY.exec(authorization ?? '')?.[1];
  if (key !== undefined) {
    const principal = await authenticateApiKey(deps, key);
    if (principal !== null) return { kind: 'person', principal };
  }
  const presented = readGatewayAuthorization(authorization) ?? readCredential(authorization);
  if (presented !== undefined) {
    const gateway = await authenticateGateway(deps, `${presented.gateway}.${presented.secret}`);
    if (gateway !== null) return { kind: 'gateway', gateway };
  }
  return { kind: 'anonymous' };
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
