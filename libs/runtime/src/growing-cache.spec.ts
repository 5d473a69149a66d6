import { jest } from '@jest/globals';
import { growingCache } from './growing-cache.js';

it('keeps at most so many entries, and drops the one that was used longest ago', () => {
  const cache = growingCache<number>(3);
  for (const [key, value] of Object.entries({ a: 1, b: 2, c: 3 })) cache.set(key, value);
  cache.get('a');
  cache.set('d', 4);
  expect([...cache.keys()].sort()).toEqual(['a', 'c', 'd']);
  for (let each = 0; each < 1_000; each += 1) cache.set(String(each), each);
  expect([...cache.keys()].sort()).toEqual(['997', '998', '999']);
});

it('forgets an entry after its time', () => {
  jest.useFakeTimers({ now: 0 });
  try {
    // lru-cache takes a time of 0 for none.
    jest.advanceTimersByTime(1);
    const cache = growingCache<true>(3, 1_000);
    cache.set('a', true);
    jest.advanceTimersByTime(999);
    expect(cache.get('a')).toBe(true);
    jest.advanceTimersByTime(2);
    expect(cache.get('a')).toBeUndefined();
  } finally {
    jest.useRealTimers();
  }
});

it('takes no memory for a bound that is not reached', () => {
  const before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const caches = Array.from({ length: 100 }, () => growingCache<number>(1_000_000));
  const after = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  expect(caches).toHaveLength(100);
  // `max` would allocate 16 MB and more for each.
  expect(after - before).toBeLessThan(50_000_000);
});
