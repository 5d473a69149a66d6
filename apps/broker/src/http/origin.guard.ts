import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { type BrokerSettings, SETTINGS } from '../core.module.js';
import { endpointOf } from './endpoint.js';
import { HttpProblem } from './problem.js';
import type { BrokerRequest } from './request.js';
import { hasBody } from './request-body.js';

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Second of six guards, against cross-site request forgery: a call that changes something with a session cookie must come
 * from the broker's own pages. Browsers send `Origin` and `Sec-Fetch-Site`; a call without them is refused. A call with an
 * API key passes, because no browser sends a key on its own.
 */
@Injectable()
export class OriginGuard implements CanActivate {
  private readonly origin: string;

  constructor(@Inject(SETTINGS) settings: BrokerSettings) {
    this.origin = new URL(settings.publicUrl).origin;
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<BrokerRequest>();
    if (READS.has(request.method)) return true;
    const endpoint = endpointOf(context.getHandler());
    const fromPage =
      endpoint !== undefined && 'everyone' in endpoint.callers
        ? endpoint.callers.fromPages === true
        : hasSession(request) && isCookie(request);
    if (!fromPage) return true;
    const site = request.headers['sec-fetch-site'];
    if (request.headers.origin !== this.origin || (site !== undefined && site !== 'same-origin'))
      throw new HttpProblem('forbidden', `Only the pages of ${this.origin} may call this.`);
    const form = endpoint?.body?.form === true;
    const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
    if (hasBody(request) && !request.is(type))
      throw new HttpProblem('invalid_request', `Send the body as ${type}.`, { pointer: '' });
    return true;
  }
}

const hasSession = ({ caller }: BrokerRequest): boolean =>
  caller?.kind === 'person' && caller.session !== undefined;
const isCookie = ({ headers }: BrokerRequest): boolean => headers.authorization === undefined;
