import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { areaOf } from '../http/network-of.js';
import { HttpProblem } from '../http/problem.js';

const WINDOW_SECONDS = 15 * 60;

/**
 * Limits for requesting codes. A network may be a proxy or a whole office, so its limit only stops floods. No one can lock
 * a person out from elsewhere: each network has a few tries for an address. The first try of each area counts as a
 * `newcomer`; all others together are `address`. So a person elsewhere still gets a code when strangers have used up what
 * all areas share, unless they have a hundred areas.
 */
export const CODE_REQUESTS = {
  network: 300,
  browser: 5,
  addressHere: 5,
  addressArea: 20,
  newcomer: 100,
  address: 20,
};
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
   * Counts one try for each limit that is named, in the order in which the limits were given. A try that one limit refuses
   * does not count for the limits after it, so that others cannot use up a person's own limit.
   *
   * @throws HttpProblem `rate_limited`
   */
  async count(tries: Partial<Record<Kind, string>>): Promise<void> {
    for (const [kind, limiter] of Object.entries<RateLimiterMemory>(this.limiters)) {
      const name = tries[kind as Kind];
      if (name === undefined) continue;
      try {
        await limiter.consume(name);
      } catch (full) {
        if (!(full instanceof RateLimiterRes)) throw full;
        const minutes = Math.max(1, Math.ceil(full.msBeforeNext / 60_000));
        throw new HttpProblem('rate_limited', `Too many tries. Try again in ${minutes} min.`);
      }
    }
  }

  /** Whether nothing was counted under this name in the last quarter of an hour. */
  async isNew(kind: Kind, name: string): Promise<boolean> {
    return (await this.limiters[kind].get(name)) === null;
  }
}

/**
 * What a request for a code counts against.
 *
 * @param own the name of a browser in which someone has signed in with this address before: it has its own limits
 */
export async function codeRequestTries(
  limits: TryLimits<keyof typeof CODE_REQUESTS>,
  { network, browser, address, own }: { network: string; browser: string; address: string; own?: string },
): Promise<Partial<Record<keyof typeof CODE_REQUESTS, string>>> {
  const tries = { network, browser, addressHere: `${own ?? network} ${address}` };
  if (own !== undefined) return { ...tries, address: `${own} ${address}` };
  const addressArea = `${areaOf(network)} ${address}`;
  const shared = (await limits.isNew('addressArea', addressArea)) ? { newcomer: address } : { address };
  return { ...tries, addressArea, ...shared };
}
