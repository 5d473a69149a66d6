import { LRUCache } from 'lru-cache';

/**
 * An LRU cache that takes memory only for what it holds. With the option `max`, `lru-cache` allocates all places when it is
 * made: tens of milliseconds and megabytes for a bound that most processes never reach. So each entry has the size 1 here,
 * and the sum of sizes is bounded.
 *
 * @param most how many entries it holds before it drops the one that was used longest ago
 * @param ttlMs how long an entry is valid, in milliseconds. Reading it does not make it valid for longer. Default: until it is dropped
 * @param now the clock that measures `ttlMs`, in milliseconds, read at each use. It never returns 0, which lru-cache takes for no
 * time. Default: `performance.now`, read at most once a millisecond
 */
export const growingCache = <Value extends object | string | number | boolean>(
  most: number,
  ttlMs = 0,
  now?: () => number,
): LRUCache<string, Value> =>
  new LRUCache({
    maxSize: most,
    sizeCalculation: () => 1,
    ttl: ttlMs,
    ...(now && { ttlResolution: 0, perf: { now } }),
  });
