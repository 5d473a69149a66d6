import type { Request } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { HttpProblem } from '../http/problem.js';
import { addressOf } from '../http/rate-limit.guard.js';

const WINDOW_SECONDS = 15 * 60;

/**
 * So many tries in a quarter of an hour for each thing counted: an address, a browser, a network address. Whatever
 * is counted counts whether or not it exists, so that a refusal tells nothing about it.
 */
export class TryLimits<Kind extends string> {
  private readonly limiters: Record<Kind, RateLimiterMemory>;

  constructor(most: Record<Kind, number>) {
    const made = Object.entries<number>(most).map(([kind, points]) => [
      kind,
      new RateLimiterMemory({ points, duration: WINDOW_SECONDS }),
    ]);
    this.limiters = Object.fromEntries(made) as Record<Kind, RateLimiterMemory>;
  }

  /** Counts one try for each. @throws HttpProblem `rate_limited` */
  async count(tries: Record<Kind, string>): Promise<void> {
    for (const [kind, what] of Object.entries<string>(tries))
      try {
        await this.limiters[kind as Kind].consume(what);
      } catch (full) {
        if (!(full instanceof RateLimiterRes)) throw full;
        const minutes = Math.max(1, Math.ceil(full.msBeforeNext / 60_000));
        throw new HttpProblem('rate_limited', `Too many tries. Try again in ${minutes} min.`);
      }
  }
}

/** Where a request comes from, as it is counted. */
export const networkOf = ({ socket }: Request): string => addressOf(socket.remoteAddress);
