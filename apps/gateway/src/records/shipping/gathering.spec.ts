import { batchIntervalAfter } from './shipper.js';

test('a slow broker is handed fewer and larger batches, a quick one what there is; none waits for a second', () => {
  expect([0, 1, 4, 10, 20, 5_000].map(batchIntervalAfter)).toEqual([100, 100, 100, 250, 500, 500]);
});
