import { MOST_ATTEMPTS, pauseMs } from './back-off.js';

const always = (byte: number) => ({ bytes: (length: number) => new Uint8Array(length).fill(byte) });

test('pauses double up to an hour', () => {
  const longest = [1, 2, 3, 11, 13, 1000].map((attempt) => pauseMs(attempt, always(255)));
  expect(longest).toEqual([1_000, 2_000, 4_000, 1_024_000, 3_600_000, 3_600_000]);
});

test('a random half is taken off', () => {
  expect(pauseMs(3, always(0))).toBe(2_000);
  expect(pauseMs(3, always(128))).toBe(3_004);
});

test('the last attempt comes about a day after the first', () => {
  let total = 0;
  for (let attempt = 1; attempt < MOST_ATTEMPTS; attempt += 1) total += pauseMs(attempt, always(127));
  expect(total / 3_600_000).toBeGreaterThan(22);
  expect(total / 3_600_000).toBeLessThan(25);
});
