import { validate, version } from 'uuid';
import { RandomPool, RecordIds } from './record-ids.js';

test('record ids are UUIDs of version 7 of this moment, unique and ascending', () => {
  const ids = new RecordIds();
  const before = Date.now();
  const recordIds = Array.from({ length: 5_000 }, () => ids.next());
  const after = Date.now();
  expect([...new Set(recordIds)].sort()).toEqual(recordIds);
  const isOfThisMoment = (id: string) => {
    const uuid = id.slice(4);
    const at = Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
    return id.startsWith('rec_') && validate(uuid) && version(uuid) === 7 && at >= before && at <= after;
  };
  expect(recordIds.filter((id) => !isOfThisMoment(id))).toEqual([]);
  // Everything but the time and the counter is random.
  expect(new Set(recordIds.map((id) => id.slice(-10))).size).toBe(5_000);
});

test('every random piece has the requested size and its own memory', () => {
  const salts = new RandomPool(32);
  const pieces = Array.from({ length: 1_000 }, () => salts.next());
  expect(new Set(pieces.map((salt) => salt.toString('hex'))).size).toBe(1_000);
  expect(pieces.every((salt) => salt.length === 32)).toBe(true);
});
