import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { HttpProblem } from '../http/problem.js';

const WINDOW_SECONDS = 15 * 60;

/**
 * Limits for requesting codes. A network may be a proxy or a whole office, so its limit only stops floods. No one can lock
 * a person out from elsewhere: each network has a few tries for an address, and all networks together have more.
 */
export const CODE_REQUESTS = { network: 300, browser: 5, addressHere: 5, address: 20 };
/** Limits for entering codes. */
export const CODE_ENTRIES = { network: 1_000, browser: 30 };

/**
 * Limits the tries in a quarter of an hour for each address, browser and network. A try counts whether or not the address
 * exists, so that a refusal reveals nothing about it.
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

  /**
   * Counts one try for each limit, in the order in which they were given. A try that one limit refuses does not count for
   * the limits after it, so that others cannot use up a person's own limit.
   *
   * @throws HttpProblem `rate_limited`
   */
  async count(tries: Record<Kind, string>): Promise<void> {
    for (const [kind, limiter] of Object.entries<RateLimiterMemory>(this.limiters))
      try {
        await limiter.consume(tries[kind as Kind]);
      } catch (full) {
        if (!(full instanceof RateLimiterRes)) throw full;
        const minutes = Math.max(1, Math.ceil(full.msBeforeNext / 60_000));
        throw new HttpProblem('rate_limited', `Too many tries. Try again in ${minutes} min.`);
      }
  }
}
