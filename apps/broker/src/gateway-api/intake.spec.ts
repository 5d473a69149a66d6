import type { IncomingRecord, RecordBatch } from '@countersign/access';
import { jest } from '@jest/globals';
import { Intake } from './intake.js';

const batch = (gateway: string, records = 1): RecordBatch => ({
  ...{ gateway, boot: 'boot' },
  records: Array.from(
    { length: records },
    (_, index) => ({ tenant: 'acme', seq: index + 1 }) as IncomingRecord,
  ),
});

/** Units that end when they are told to. */
class Units {
  readonly begun: string[] = [];
  private readonly ends: ((error?: Error) => void)[] = [];

  readonly take = (batches: readonly RecordBatch[]): Promise<Record<string, number>[]> => {
    this.begun.push(batches.map(({ gateway }) => gateway).join(' '));
    const held = batches.map(({ records }) => ({ acme: records.length }));
    return new Promise((resolve, reject) =>
      this.ends.push((error) => (error === undefined ? resolve(held) : reject(error))),
    );
  };

  async end(error?: Error): Promise<void> {
    this.ends.shift()?.(error);
    await new Promise(setImmediate);
  }
}

beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate'] }));
afterEach(() => jest.useRealTimers());

test('takes a batch at once, and together, in their order, what comes until that has had its time', async () => {
  const units = new Units();
  const intake = new Intake(units.take);
  const handed = ['a', 'b', 'c', 'd'].map((gateway, index) => intake.hand(batch(gateway, index + 1)));
  expect(units.begun).toEqual(['a']);
  await units.end();
  expect(units.begun).toEqual(['a']);
  handed.push(intake.hand(batch('e', 5)));
  jest.advanceTimersByTime(50);
  expect(units.begun).toEqual(['a', 'b c d e']);
  await units.end();
  expect(await Promise.all(handed)).toEqual([1, 2, 3, 4, 5].map((acme) => ({ acme })));
  jest.advanceTimersByTime(50);
  const later = intake.hand(batch('f'));
  await units.end();
  expect(await later).toEqual({ acme: 1 });
});

test('a full unit waits for no time, and beside one other', async () => {
  const units = new Units();
  const intake = new Intake(units.take);
  for (const [gateway, records] of [
    ['a', 1],
    ['b', 200],
    ['c', 50],
    ['d', 249],
    ['e', 1],
    ['f', 1],
  ] as const)
    void intake.hand(batch(gateway, records));
  expect(units.begun).toEqual(['a', 'b c']);
  await units.end();
  expect(units.begun).toEqual(['a', 'b c', 'd e']);
  await units.end();
  await units.end();
  expect(units.begun).toEqual(['a', 'b c', 'd e']);
  jest.advanceTimersByTime(50);
  expect(units.begun).toEqual(['a', 'b c', 'd e', 'f']);
});

test('puts no more into a unit than a stop may wait for, but for one batch that is larger', async () => {
  const units = new Units();
  const intake = new Intake(units.take);
  for (const [gateway, records] of [
    ['a', 1],
    ['b', 200],
    ['c', 51],
    ['d', 1_000],
    ['e', 1],
  ] as const)
    void intake.hand(batch(gateway, records));
  for (let unit = 0; unit < 5; unit += 1) {
    await units.end();
    jest.advanceTimersByTime(50);
  }
  expect(units.begun).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('a batch that is refused refuses no other one', async () => {
  const refusal = new Error('an unknown tenant');
  const units: string[] = [];
  const intake = new Intake(async (batches) => {
    await new Promise(setImmediate);
    units.push(batches.map(({ gateway }) => gateway).join(' '));
    if (batches.some(({ gateway }) => gateway === 'bad')) throw refusal;
    return batches.map(() => ({ acme: 1 }));
  });
  const gateways = ['a', 'b', 'c', 'bad', 'd'];
  const handed = gateways.map((gateway) => intake.hand(batch(gateway)));
  await handed[0];
  await new Promise(setImmediate);
  jest.advanceTimersByTime(50);
  const settled = await Promise.allSettled(handed);
  expect(units).toEqual(['a', 'b c bad d', 'b', 'c', 'bad', 'd']);
  expect(settled.map((each) => (each.status === 'fulfilled' ? each.value : each.reason))).toEqual(
    gateways.map((gateway) => (gateway === 'bad' ? refusal : { acme: 1 })),
  );
  const again = intake.hand(batch('bad'));
  await new Promise(setImmediate);
  jest.advanceTimersByTime(50);
  await expect(again).rejects.toBe(refusal);
});
