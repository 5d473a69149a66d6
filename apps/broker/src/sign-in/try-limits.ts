import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { HttpProblem } from '../http/problem.js';

const WINDOW_SECONDS = 15 * 60;

/**
 * Asking for codes. A network may be a proxy before us, or a whole office: it stops floods. Nobody locks somebody
 * out by asking for their address elsewhere: each network has a few tries for it, and all together more.
 */
export const ASKING = { network: 300, browser: 5, addressHere: 5, address: 20 };
/** Typing codes. */
export const TYPING = { network: 1_000, browser: 30 };

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

  /**
   * Counts one try for each, in the order in which the limits were given. Whoever is stopped by one is not counted
   * by those after it: somebody's own limit is not used up by others who have reached theirs.
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
