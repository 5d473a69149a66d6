import type { Event } from '@countersign/api';
import { groupByDay, joinOutcomes } from './rows.js';

const event = (index: number, type: string, record: string, at = '2026-11-27T12:00:00Z'): Event => ({
  ...{ index, v: 1, type, at, tenant: 'acme', seq: index, actor: 'gtw_1', data: { record }, commitments: {} },
});

test('a call and its outcome are one row; an outcome without its call stays', () => {
  const [other, outcome, refused, call] = [
    event(9, 'access.outcome', 'rec_2'),
    event(8, 'access.outcome', 'rec_1'),
    event(7, 'access.refused', 'rec_3'),
    event(6, 'access.allowed', 'rec_1'),
  ];
  expect(joinOutcomes([other, outcome, refused, call])).toEqual([
    { event: other, outcome: null },
    { event: refused, outcome: null },
    { event: call, outcome },
  ]);
});

test('a heading stands wherever the day changes, even if a day comes again', () => {
  const rows = joinOutcomes([
    event(3, 'lock.set', '', '2026-11-27T12:00:00Z'),
    event(2, 'lock.set', '', '2026-11-25T12:00:00Z'),
    event(1, 'lock.set', '', '2026-11-27T12:00:00Z'),
    event(0, 'lock.set', '', '2026-11-27T12:00:01Z'),
  ]);
  expect(groupByDay(rows).map(({ rows: { length } }) => length)).toEqual([1, 1, 2]);
});
