import { RandomPool } from './record-ids.js';

test('every piece is of the size asked for and of its own, also those that were drawn before', () => {
  const salts = new RandomPool(32);
  const given = Array.from({ length: 1_000 }, () => salts.next());
  expect(new Set(given.map((salt) => salt.toString('hex'))).size).toBe(1_000);
  expect(given.every((salt) => salt.length === 32)).toBe(true);
});
