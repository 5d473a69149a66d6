import { SingleFlight } from './single-flight.js';

function gate() {
  const ends: { resolve(value: string): void; reject(error: Error): void }[] = [];
  let begun = 0;
  const operation = () => {
    begun += 1;
    return new Promise<string>((resolve, reject) => ends.push({ resolve, reject }));
  };
  return { operation, ends, begun: () => begun };
}

test('calls that come while one is under way share its result', async () => {
  const { operation, ends, begun } = gate();
  const flight = new SingleFlight<string>();
  const both = Promise.all([flight.run(operation), flight.run(operation)]);
  expect(begun()).toBe(1);
  expect(flight.isRunning).toBe(true);
  ends[0]?.resolve('a');
  await expect(both).resolves.toEqual(['a', 'a']);
  expect(flight.isRunning).toBe(false);
});

test('a failure reaches every caller, and the next call begins again', async () => {
  const { operation, ends, begun } = gate();
  const flight = new SingleFlight<string>();
  const both = Promise.allSettled([flight.run(operation), flight.run(operation)]);
  ends[0]?.reject(new Error('no'));
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const third = flight.run(operation);
  expect(begun()).toBe(2);
  ends[1]?.resolve('b');
  await expect(third).resolves.toBe('b');
});

test('settling waits for what is under way and never rejects', async () => {
  const { operation, ends } = gate();
  const flight = new SingleFlight<string>();
  await flight.settle();
  const failed = flight.run(operation).catch(() => undefined);
  const settled = flight.settle();
  ends[0]?.reject(new Error('no'));
  await expect(settled).resolves.toBeUndefined();
  await failed;
});
