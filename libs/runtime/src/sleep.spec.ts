import { sleep, withinTime } from './sleep.js';

const never = new Promise<never>(() => {});

describe('sleep', () => {
  test('takes as long as it is told', async () => {
    const began = performance.now();
    await sleep(20);
    expect(performance.now() - began).toBeGreaterThan(15);
  });

  test('ends when its signal is aborted, and does not reject', async () => {
    const stop = new AbortController();
    const asleep = sleep(3_600_000, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(asleep).resolves.toBeUndefined();
    await expect(sleep(3_600_000, stop.signal)).resolves.toBeUndefined();
  });
});

describe('within a time limit', () => {
  test('work that is in time gives its result', async () => {
    await expect(withinTime(Promise.resolve('done'), 3_600_000)).resolves.toBe('done');
  });

  test('work that fails in time rejects', async () => {
    await expect(withinTime(Promise.reject(new Error('no')), 3_600_000)).rejects.toThrow('no');
  });

  test('work that is late gives undefined', async () => {
    await expect(withinTime(never, 1)).resolves.toBeUndefined();
  });

  test('work that fails late goes unnoticed', async () => {
    let fail = (_error: Error) => {};
    const work = new Promise<string>((_, reject) => {
      fail = reject;
    });
    await expect(withinTime(work, 1)).resolves.toBeUndefined();
    fail(new Error('too late'));
    await sleep(1);
  });
});
