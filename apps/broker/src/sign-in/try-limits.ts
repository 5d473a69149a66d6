import { growingCache } from '@countersign/runtime';
import type { LRUCache } from 'lru-cache';
import { areaOf } from '../http/network-of.js';
import { RateLimited } from '../http/problem.js';

const WINDOW_MS = 15 * 60_000;
/** Anyone may invent names. If there are more, those that were used longest ago are forgotten. */
const MOST_NAMES = 50_000;
/** How many requests of each area for an address count as those of `newcomer`. */
const NEWCOMERS_OF_AREA = 2;

/**
 * Limits for requesting codes in a quarter of an hour. A browser in which someone has signed in with the address before has
 * a share of its own (`known`). Strangers share the rest by network and address: a network may be a proxy or a whole
 * office, so it has no limit by itself here, and a flood for other addresses takes nothing from anyone. No one can lock a
 * person out from elsewhere: the first requests of each area count as `newcomer`; all others together are `address`. So a
 * person elsewhere still gets a code when strangers have used up what all areas share, unless they have fifty areas.
 * `address` is low, because every request is a mail in someone's mailbox.
 */
export const CODE_REQUESTS = {
  known: 5,
  browser: 5,
  addressHere: 5,
  addressArea: Number.POSITIVE_INFINITY,
  newcomer: 100,
  address: 3,
};
/** Limits for entering codes. A guess by a browser that no code was sent to costs a read and decides nothing. */
export const CODE_ENTRIES = { browser: 30 };

/**
 * Limits the tries in a quarter of an hour for each address, browser and network. A try counts whether or not the address
 * exists, so that a refusal reveals nothing about it.
 */
export class TryLimits<Kind extends string> {
  private readonly counts: Record<Kind, LRUCache<string, number>>;

  /** @param now milliseconds of a clock that never goes back */
  constructor(
    private readonly most: Record<Kind, number>,
    now: () => number = () => performance.now(),
  ) {
    const kinds = Object.keys(most).map((kind) => [kind, growingCache<number>(MOST_NAMES, WINDOW_MS, now)]);
    this.counts = Object.fromEntries(kinds) as Record<Kind, LRUCache<string, number>>;
  }

  /**
   * Counts one try for each limit that is named, or none: a try that one limit refuses does not count for the others, so that no
   * one uses up a person's own limit.
   *
   * @throws RateLimited with the time after which this try is refused by none of its limits
   */
  count(tries: Partial<Record<Kind, string>>): void {
    const named = Object.entries(tries) as [Kind, string][];
    const waits = named.map(([kind, name]) =>
      this.used(kind, name) < this.most[kind] ? 0 : this.counts[kind].getRemainingTTL(name),
    );
    const wait = Math.max(0, ...waits);
    if (wait > 0) throw new RateLimited(wait / 1_000, 'Too many tries.');
    // The window begins with the first try, and later ones do not move it.
    for (const [kind, name] of named) {
      const used = this.used(kind, name);
      this.counts[kind].set(name, used + 1, { noUpdateTTL: used > 0 });
    }
  }

  /** How many tries were counted under this name in the last quarter of an hour. */
  used(kind: Kind, name: string): number {
    return this.counts[kind].get(name) ?? 0;
  }
}

/**
 * What a request for a code counts against.
 *
 * @param own the name of a browser in which someone has signed in with this address before
 */
export function codeRequestTries(
  limits: TryLimits<keyof typeof CODE_REQUESTS>,
  { network, browser, address, own }: { network: string; browser: string; address: string; own?: string },
): Partial<Record<keyof typeof CODE_REQUESTS, string>> {
  if (own !== undefined) return { known: own };
  const addressArea = `${areaOf(network)} ${address}`;
  const isNewcomer = limits.used('addressArea', addressArea) < NEWCOMERS_OF_AREA;
  return {
    ...{ browser, addressHere: `${network} ${address}`, addressArea },
    ...(isNewcomer ? { newcomer: address } : { address }),
  };
}
