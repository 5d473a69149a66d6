import { Salts } from './salts.js';

test('every salt is 32 bytes of its own, also those that were drawn before', () => {
  const salts = new Salts();
  const given = Array.from({ length: 1_000 }, () => salts.next());
  expect(new Set(given.map((salt) => salt.toString('hex'))).size).toBe(1_000);
  expect(given.every((salt) => salt.length === 32)).toBe(true);
});
