import { PeriodicLoop } from './periodic-loop.js';

/** A turn that ends when the test says so. */
function turns() {
  const open: (() => void)[] = [];
  let running = 0;
  let most = 0;
  let begun = 0;
  const work = async () => {
    begun += 1;
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => open.push(resolve));
    running -= 1;
  };
  const settle = () => new Promise(setImmediate);
  const finish = async () => {
    open.shift()?.();
    await settle();
  };
  return { work, finish, settle, seen: () => ({ begun, most }) };
}

describe('a periodic loop', () => {
  test('turns never overlap; wake-ups during a turn lead to one more', async () => {
    const { work, finish, settle, seen } = turns();
    const loop = new PeriodicLoop('test', 3_600_000, work, () => {});
    loop.start();
    await settle();
    for (let count = 0; count < 5; count += 1) loop.wake();
    expect(seen()).toEqual({ begun: 1, most: 1 });
    await finish();
    expect(seen()).toEqual({ begun: 2, most: 1 });
    await finish();
    expect(seen()).toEqual({ begun: 2, most: 1 });
    await loop.stop();
  });

  test('goes on after a failure, which is reported', async () => {
    const failures: unknown[] = [];
    let begun = 0;
    const loop = new PeriodicLoop(
      'test',
      1,
      async () => {
        begun += 1;
        if (begun === 1) throw new Error('once');
      },
      (name, error) => failures.push([name, (error as Error).message]),
    );
    loop.start();
    while (begun < 3) await new Promise(setImmediate);
    await loop.stop();
    expect(failures).toEqual([['test', 'once']]);
  });

  test('stopping waits for the turn under way and begins none', async () => {
    const { work, finish, settle, seen } = turns();
    const loop = new PeriodicLoop('test', 1, work, () => {});
    loop.start();
    await settle();
    loop.wake();
    const stopped = loop.stop();
    await finish();
    await stopped;
    loop.wake();
    await settle();
    expect(seen().begun).toBe(1);
  });
});
