import { describeStore } from './support/describe-store.js';

const AT = '2026-11-27T04:00:00.000Z';
const LATER = '2026-11-27T05:00:00.000Z';

describeStore('the replay memory of security events', (bench) => {
  const remember = (hash: string, at = AT) =>
    bench.store.asVendor(({ signals }) => signals.remember(hash, at));

  test('an event is new once, however many receive it at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => remember('one')));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await remember('another')).toBe(true);
  });

  test('a unit that fails has received nothing', async () => {
    const failed = bench.store.asVendor(async ({ signals }) => {
      await signals.remember('one', AT);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await remember('one')).toBe(true);
  });

  test('what is older than it is accepted is forgotten', async () => {
    await remember('old');
    await remember('new', LATER);
    await bench.store.asVendor(({ signals }) => signals.purge(LATER));
    expect([await remember('old'), await remember('new')]).toEqual([true, false]);
  });
});
