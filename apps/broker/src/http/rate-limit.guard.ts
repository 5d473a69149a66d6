import { type ExecutionContext, Injectable } from '@nestjs/common';
import { ThrottlerGuard } from '@nestjs/throttler';
import { HttpProblem } from './problem.js';
import type { BrokerRequest } from './request.js';

/**
 * Second of three guards: so many calls a minute for each person, whatever they call, and for each address
 * whose calls prove nobody. Enrolled gateways are not counted: they are few, and late records help no one.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    return context.switchToHttp().getRequest<BrokerRequest>().caller?.kind === 'gateway';
  }

  protected override async getTracker(request: BrokerRequest): Promise<string> {
    const { caller } = request;
    if (caller?.kind === 'person') return caller.principal.person.id;
    return `address:${await super.getTracker(request)}`;
  }

  protected override generateKey(_context: ExecutionContext, tracker: string): string {
    return tracker;
  }

  protected override async throwThrottlingException(): Promise<void> {
    throw new HttpProblem('rate_limited', 'Too many calls. Try again after the time in Retry-After.');
  }
}
