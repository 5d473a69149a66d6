import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type BrokerSettings, SETTINGS } from '../core.module.js';
import { endpointOf } from './endpoint.js';
import { HttpProblem } from './problem.js';
import type { BrokerRequest } from './request.js';

const WINDOW_SECONDS = 60;
const UNLIMITED = 'countersign:unlimited';

/** Exempts a handler from the rate limit. */
export function Unlimited(): MethodDecorator {
  return (_target, _name, descriptor) => {
    if (typeof descriptor.value === 'function') Reflect.defineMetadata(UNLIMITED, true, descriptor.value);
  };
}

/**
 * Third of five guards: limits the calls a minute of each person, and for anonymous calls those of each network to each
 * endpoint. So a flood of one endpoint closes no other one. Enrolled gateways are exempt: they are few, and late records
 * help no one.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly limiter: RateLimiterMemory;

  constructor(@Inject(SETTINGS) settings: BrokerSettings) {
    this.limiter = new RateLimiterMemory({ points: settings.rateLimitPerMinute, duration: WINDOW_SECONDS });
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const key = limitKey(http.getRequest<BrokerRequest>(), context.getHandler());
    if (key === undefined) return true;
    try {
      await this.limiter.consume(key);
      return true;
    } catch (full) {
      if (!(full instanceof RateLimiterRes)) throw full;
      const seconds = Math.max(1, Math.ceil(full.msBeforeNext / 1000));
      http.getResponse<Response>().setHeader('Retry-After', String(seconds));
      throw new HttpProblem('rate_limited', `Too many calls. Try again in ${seconds} s.`);
    }
  }
}

/** Calls with the same key share one limit; undefined if there is none. */
function limitKey({ caller, network }: BrokerRequest, handler: object): string | undefined {
  if (caller?.kind === 'gateway' || Reflect.hasMetadata(UNLIMITED, handler)) return undefined;
  if (caller?.kind === 'person') return caller.principal.person.id;
  if (caller?.kind === 'provisioner') return `provisioner:${caller.tenant ?? ''}`;
  return `${endpointOf(handler)?.route ?? ''} ${network}`;
}
