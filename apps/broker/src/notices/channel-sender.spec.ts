import { backOffDelay } from '@countersign/runtime';
import { BACK_OFF, MOST_ATTEMPTS } from './channel-sender.js';

test('delays between attempts double up to an hour', () => {
  const longest = [1, 2, 3, 11, 13, 1000].map((attempt) => backOffDelay(attempt, BACK_OFF, () => 1));
  expect(longest).toEqual([1_000, 2_000, 4_000, 1_024_000, 3_600_000, 3_600_000]);
});

test('a random half is taken off', () => {
  expect(backOffDelay(3, BACK_OFF, () => 0)).toBe(2_000);
  expect(backOffDelay(3, BACK_OFF, () => 0.502)).toBe(3_004);
});

test('the last attempt comes about a day after the first', () => {
  let total = 0;
  for (let attempt = 1; attempt < MOST_ATTEMPTS; attempt += 1)
    total += backOffDelay(attempt, BACK_OFF, () => 0.5);
  expect(total / 3_600_000).toBeGreaterThan(22);
  expect(total / 3_600_000).toBeLessThan(25);
});
