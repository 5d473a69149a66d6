import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { type BrokerSettings, SETTINGS } from '../injection.js';
import { accessRuleOf } from './access.decorators.js';
import { endpointOf } from './endpoint.js';
import { HttpProblem } from './problem.js';
import type { BrokerRequest } from './request.js';

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Against forged requests: what changes something by a browser's cookie comes from our own pages. Browsers say
 * from where (`Origin`, `Sec-Fetch-Site`); one that does not is refused. A key is presented by no browser on its
 * own, and is not asked.
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
    const mark = accessRuleOf(context.getHandler());
    const fromPage =
      mark?.kind === 'public' ? mark.fromPages === true : hasSession(request) && isCookie(request);
    if (!fromPage) return true;
    const site = request.headers['sec-fetch-site'];
    if (request.headers.origin !== this.origin || (site !== undefined && site !== 'same-origin'))
      throw new HttpProblem('forbidden', `This is open to the pages of ${this.origin} alone.`);
    const form = endpointOf(context.getHandler())?.body?.form === true;
    const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
    if (hasBody(request) && !request.is(type))
      throw new HttpProblem('invalid_request', `Send the body as ${type}.`, { pointer: '' });
    return true;
  }
}

const hasSession = ({ caller }: BrokerRequest): boolean =>
  caller?.kind === 'person' && caller.session !== undefined;
const isCookie = ({ headers }: BrokerRequest): boolean => headers.authorization === undefined;

/** Whether a request has a body. */
export function hasBody({ headers }: BrokerRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
