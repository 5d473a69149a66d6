import { BackOff, backOffDelay, RetryTimer } from './back-off.js';

const policy = { firstMs: 100, longestMs: 1_000 };
const certain = { ...policy, jitter: 0 };

describe('the delay after a failure', () => {
  test('doubles up to the longest', () => {
    const delays = [1, 2, 3, 4, 5, 6, 5_000].map((failures) => backOffDelay(failures, certain));
    expect(delays).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000]);
  });

  test('loses a random half', () => {
    expect(backOffDelay(2, policy, () => 0)).toBe(100);
    expect(backOffDelay(2, policy, () => 0.5)).toBe(150);
    expect(backOffDelay(2, policy, () => 0.9999)).toBe(200);
  });

  test('may lose all of it, or as much as the policy says', () => {
    expect(backOffDelay(3, { ...policy, jitter: 1 }, () => 0)).toBe(0);
    expect(backOffDelay(3, { ...policy, jitter: 0.25 }, () => 0)).toBe(300);
  });

  test('is nothing where nothing failed', () => {
    expect(backOffDelay(0, policy)).toBe(0);
    expect(backOffDelay(-1, policy)).toBe(0);
  });
});

describe('a back-off', () => {
  test('begins again after a success', () => {
    const backOff = new BackOff(certain);
    expect([backOff.next(), backOff.next(), backOff.next()]).toEqual([100, 200, 400]);
    backOff.reset();
    expect([backOff.next(), backOff.next()]).toEqual([100, 200]);
  });

  test('may skip the first delay', () => {
    const backOff = new BackOff(certain);
    backOff.next();
    backOff.resetAndSkipNext();
    expect([backOff.next(), backOff.next(), backOff.next()]).toEqual([0, 100, 200]);
  });
});

test('a retry timer says when the next attempt is due', () => {
  let now = 0;
  const timer = new RetryTimer({ monotonic: () => now });
  const firstDueAfter = () => {
    timer.failed();
    const failedAt = now;
    while (!timer.isDue) now += 500;
    return now - failedAt;
  };
  expect(timer.isDue).toBe(true);
  expect([1, 2, 3, 4, 5, 6, 7, 8].map(firstDueAfter)).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
  ]);
  timer.failed();
  timer.reset();
  expect(timer.isDue).toBe(true);
  expect(firstDueAfter()).toBe(1_000);
});
