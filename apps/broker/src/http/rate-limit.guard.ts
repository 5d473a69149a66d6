import { type CanActivate, type ExecutionContext, Inject, Injectable, SetMetadata } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type BrokerSettings, SETTINGS } from '../core.module.js';
import { BROWSER_COOKIE, readCookie } from './cookies.js';
import { endpointOf } from './endpoint.js';
import { KnownBrowsers } from './known-browsers.js';
import { RateLimited } from './problem.js';
import type { BrokerRequest } from './request.js';

const WINDOW_SECONDS = 60;
const UNLIMITED = 'countersign:unlimited';

/** Exempts a handler from the rate limit. */
export const Unlimited = (): MethodDecorator => SetMetadata(UNLIMITED, true);

/**
 * Third of six guards: limits the calls a minute of each person, and for anonymous calls those of each network to each
 * endpoint. So a flood of one endpoint closes no other one, and none closes any to a browser in which someone has signed
 * in: it has a share of its own. Enrolled gateways are exempt: they are few, and late records help no one.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly limiter: RateLimiterMemory;

  constructor(
    @Inject(SETTINGS) settings: BrokerSettings,
    private readonly browsers: KnownBrowsers,
  ) {
    this.limiter = new RateLimiterMemory({ points: settings.rateLimitPerMinute, duration: WINDOW_SECONDS });
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<BrokerRequest>();
    const key = limitKey(request, context.getHandler(), this.browsers);
    if (key === undefined) return true;
    try {
      await this.limiter.consume(key);
      return true;
    } catch (full) {
      if (!(full instanceof RateLimiterRes)) throw full;
      throw new RateLimited(full.msBeforeNext / 1_000, 'Too many calls.');
    }
  }
}

/** Calls with the same key share one limit; undefined if there is none. */
function limitKey(
  { caller, network, headers }: BrokerRequest,
  handler: object,
  browsers: KnownBrowsers,
): string | undefined {
  if (caller?.kind === 'gateway' || Reflect.hasMetadata(UNLIMITED, handler)) return undefined;
  if (caller?.kind === 'person') return caller.principal.person.id;
  if (caller?.kind === 'provisioner') return `provisioner:${caller.tenant ?? ''}`;
  const own = browsers.known(readCookie(headers.cookie, BROWSER_COOKIE));
  return `${endpointOf(handler)?.route ?? ''} ${own?.hash ?? network}`;
}
