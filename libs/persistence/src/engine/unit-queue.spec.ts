import { setTimeout as wait } from 'node:timers/promises';
import { UnitQueue } from './unit-queue.js';

describe('UnitQueue', () => {
  test('runs one unit at a time, first come first served, and goes on after a failure', async () => {
    const queue = new UnitQueue();
    const seen: string[] = [];
    const unit = (name: string) => async () => {
      seen.push(`${name} begins`);
      await wait(1);
      seen.push(`${name} ends`);
      if (name === 'b') throw new Error('b fails');
      return name;
    };
    const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => queue.run(unit(name))));
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('lets the event loop turn between units', async () => {
    const queue = new UnitQueue();
    let turned = 0;
    const timer = setInterval(() => {
      turned += 1;
    }, 1);
    const busy = async () => {
      const until = performance.now() + 2;
      while (performance.now() < until);
    };
    await Promise.all(Array.from({ length: 20 }, () => queue.run(busy)));
    clearInterval(timer);
    expect(turned).toBeGreaterThan(5);
  });

  test('refuses a unit inside a unit, of another queue too, but not one that is begun later from there', async () => {
    const [one, two] = [new UnitQueue(), new UnitQueue()];
    const nested = expect.objectContaining({ code: 'nested_unit' });
    let later: Promise<number> | undefined;
    await one.run(async () => {
      await expect(one.run(async () => 1)).rejects.toEqual(nested);
      await expect(two.run(async () => 1)).rejects.toEqual(nested);
      later = wait(5).then(() => one.run(async () => 2));
    });
    expect(await later).toBe(2);
  });

  test('close waits for what came before and refuses what comes after', async () => {
    const queue = new UnitQueue();
    let done = false;
    const last = queue.run(async () => {
      await wait(5);
      done = true;
    });
    await queue.close();
    expect(done).toBe(true);
    await last;
    await expect(queue.run(async () => 1)).rejects.toEqual(expect.objectContaining({ code: 'store_closed' }));
  });
});
