import { jest } from '@jest/globals';
import { Batcher } from './batcher.js';

type Item = { name: string; size: number };

const item = (name: string, size = 1): Item => ({ name, size });

const batcherOf = (work: (items: readonly Item[]) => Promise<number[]>) =>
  new Batcher<Item, number>({
    work,
    sizeOf: ({ size }) => size,
    maxSize: 250,
    maxConcurrent: 2,
    gatherMs: 50,
  });

/** Batches that end when the test says so. The result of an item is its size. */
class Batches {
  readonly begun: string[] = [];
  private readonly ends: (() => void)[] = [];

  readonly work = (items: readonly Item[]): Promise<number[]> => {
    this.begun.push(items.map(({ name }) => name).join(' '));
    return new Promise((resolve) => this.ends.push(() => resolve(items.map(({ size }) => size))));
  };

  async end(): Promise<void> {
    this.ends.shift()?.();
    await new Promise(setImmediate);
  }
}

beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate'] }));
afterEach(() => jest.useRealTimers());

test('the first item runs at once; those that come during the gathering time run together, in order', async () => {
  const batches = new Batches();
  const batcher = batcherOf(batches.work);
  const submitted = ['a', 'b', 'c', 'd'].map((name, index) => batcher.submit(item(name, index + 1)));
  expect(batches.begun).toEqual(['a']);
  await batches.end();
  expect(batches.begun).toEqual(['a']);
  submitted.push(batcher.submit(item('e', 5)));
  jest.advanceTimersByTime(50);
  expect(batches.begun).toEqual(['a', 'b c d e']);
  await batches.end();
  expect(await Promise.all(submitted)).toEqual([1, 2, 3, 4, 5]);
  jest.advanceTimersByTime(50);
  const later = batcher.submit(item('f'));
  await batches.end();
  expect(await later).toBe(1);
});

test('a full batch does not wait, and runs beside one other', async () => {
  const batches = new Batches();
  const batcher = batcherOf(batches.work);
  for (const [name, size] of [
    ['a', 1],
    ['b', 200],
    ['c', 50],
    ['d', 249],
    ['e', 1],
    ['f', 1],
  ] as const)
    void batcher.submit(item(name, size));
  expect(batches.begun).toEqual(['a', 'b c']);
  await batches.end();
  expect(batches.begun).toEqual(['a', 'b c', 'd e']);
  await batches.end();
  await batches.end();
  expect(batches.begun).toEqual(['a', 'b c', 'd e']);
  jest.advanceTimersByTime(50);
  expect(batches.begun).toEqual(['a', 'b c', 'd e', 'f']);
});

test('a batch is no larger than the limit, except for one item that is', async () => {
  const batches = new Batches();
  const batcher = batcherOf(batches.work);
  for (const [name, size] of [
    ['a', 1],
    ['b', 200],
    ['c', 51],
    ['d', 1_000],
    ['e', 1],
  ] as const)
    void batcher.submit(item(name, size));
  for (let batch = 0; batch < 5; batch += 1) {
    await batches.end();
    jest.advanceTimersByTime(50);
  }
  expect(batches.begun).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('an item that fails makes no other one fail', async () => {
  const failure = new Error('an unknown tenant');
  const begun: string[] = [];
  const batcher = batcherOf(async (items) => {
    await new Promise(setImmediate);
    begun.push(items.map(({ name }) => name).join(' '));
    if (items.some(({ name }) => name === 'bad')) throw failure;
    return items.map(() => 1);
  });
  const names = ['a', 'b', 'c', 'bad', 'd'];
  const submitted = names.map((name) => batcher.submit(item(name)));
  await submitted[0];
  await new Promise(setImmediate);
  jest.advanceTimersByTime(50);
  const settled = await Promise.allSettled(submitted);
  expect(begun).toEqual(['a', 'b c bad d', 'b', 'c', 'bad', 'd']);
  expect(settled.map((each) => (each.status === 'fulfilled' ? each.value : each.reason))).toEqual(
    names.map((name) => (name === 'bad' ? failure : 1)),
  );
  const again = batcher.submit(item('bad'));
  await new Promise(setImmediate);
  jest.advanceTimersByTime(50);
  await expect(again).rejects.toBe(failure);
});
