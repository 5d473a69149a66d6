import { Turnstile } from './turnstile.js';

test('lets so many through at once and the others in their order, whatever becomes of those before', async () => {
  const turnstile = new Turnstile(2);
  const begun: number[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const passing = Array.from({ length: 5 }, (_, index) =>
    turnstile.pass(() => {
      begun.push(index);
      return new Promise<number>((resolve, reject) => {
        ends[index] = (error) => (error === undefined ? resolve(index) : reject(error));
      });
    }),
  );
  const settle = () => new Promise(setImmediate);
  await settle();
  expect(begun).toEqual([0, 1]);
  ends[1]?.(new Error('no'));
  await expect(passing[1]).rejects.toThrow('no');
  await settle();
  expect(begun).toEqual([0, 1, 2]);
  for (const index of [0, 2, 3, 4]) {
    ends[index]?.();
    expect(await passing[index]).toBe(index);
    await settle();
  }
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});
