import { givingWay } from './give-way.js';

/** A work of steps of 5 ms by its own clock. */
async function work(steps: number, step: (index: number) => void): Promise<void> {
  let clock = 0;
  const giveWay = givingWay(() => clock);
  for (let index = 0; index < steps; index += 1) {
    step(index);
    clock += 5;
    await giveWay();
  }
}

test('long work lets others in between its slices', async () => {
  const seen: (number | string)[] = [];
  const done = work(6, (index) => seen.push(index));
  setImmediate(() => seen.push('other'));
  await done;
  expect(seen).toEqual([0, 1, 'other', 2, 3, 4, 5]);
});

test('of several works one has a slice in each turn of the event loop', async () => {
  let turn = 0;
  let isOver = false;
  const count = () => {
    turn += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const turns: number[] = [];
  await Promise.all(
    ['a', 'b', 'c'].map(() => work(4, (index) => void (index % 2 === 0 && index > 0 && turns.push(turn)))),
  );
  isOver = true;
  expect(new Set(turns).size).toBe(turns.length);
});

test('short work never waits', () => {
  const giveWay = givingWay(() => 0);
  expect([giveWay(), giveWay()]).toEqual([undefined, undefined]);
});
