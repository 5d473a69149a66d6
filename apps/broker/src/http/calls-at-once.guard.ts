import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import type { Response } from 'express';
import { AccessGuard } from './access.guard.js';
import { endpointOf } from './endpoint.js';
import { IdentifyGuard } from './identify.guard.js';
import { limitConcurrency, takePlace } from './limit-concurrency.js';
import { RateLimited } from './problem.js';
import type { BrokerRequest, Caller } from './request.js';

/** At once of one person, with all of their keys and sessions, or of one side's SCIM client. */
const PER_CALLER = 2;
/** At once of one tenant, so that many people of it do not hold up other tenants. */
const PER_TENANT = 4;
/** That wait of one caller: each holds its body in memory. */
const MOST_WAITING = 256;
const NEVER_WAITS = 'countersign:never-waits';

/**
 * A handler whose calls neither wait nor keep others waiting: it stops access, which must not wait behind other calls of the same people
 * (P6), or its answer takes as long as its reader does, and has a limit of its own.
 */
export const NeverWaits = (): MethodDecorator => SetMetadata(NEVER_WAITS, true);

export const neverWaits = (handler: object): boolean => Reflect.hasMetadata(NEVER_WAITS, handler);

/**
 * Last of six guards: a few calls of one caller, and of one tenant, are processed at once, and the others wait in order of
 * arrival. So one customer's calls leave the process free for everyone else's, and for the gateways' feed. A call that had to wait
 * is identified and admitted again. Exempt are gateways, whose batches have limits of their own, streams, which do not end, and
 * anonymous calls: each of theirs is small, and networks have limits.
 *
 * It comes after the body, so that a slow sender keeps no place.
 */
@Injectable()
export class CallsAtOnceGuard implements CanActivate {
  private readonly ofCaller = limitConcurrency(PER_CALLER, callerOf, MOST_WAITING);
  private readonly ofTenant = limitConcurrency(PER_TENANT, (request) => tenantOf(callerIn(request)) ?? '');

  constructor(
    private readonly identify: IdentifyGuard,
    private readonly access: AccessGuard,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<BrokerRequest>();
    if (isExempt(request.caller, context.getHandler())) return true;
    const response = http.getResponse<Response>();
    const places = [this.ofCaller, ...(tenantOf(request.caller) === null ? [] : [this.ofTenant])];
    let hasWaited = false;
    for (const queue of places) {
      if (await takePlace(queue, request, response, tooMany)) hasWaited = true;
    }
    if (hasWaited) {
      await this.identify.canActivate(context);
      this.access.canActivate(context);
    }
    return true;
  }
}

function isExempt(caller: Caller | undefined, handler: object): boolean {
  if (caller?.kind !== 'person' && caller?.kind !== 'provisioner') return true;
  return neverWaits(handler) || endpointOf(handler)?.answer.type === 'text/event-stream';
}

const tooMany = (): RateLimited => new RateLimited(1, 'Too many calls at once.');

const callerIn = (request: object): Caller | undefined => (request as BrokerRequest).caller;

/** The tenant of a caller; null for the vendor's people and its SCIM client. */
function tenantOf(caller: Caller | undefined): string | null {
  if (caller?.kind === 'person') return caller.principal.person.tenant;
  return caller?.kind === 'provisioner' ? caller.tenant : null;
}

function callerOf(request: object): string {
  const caller = callerIn(request);
  return caller?.kind === 'person' ? caller.principal.person.id : `provisioner:${tenantOf(caller) ?? ''}`;
}
