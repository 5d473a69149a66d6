import type { Event } from '@countersign/api';
import { endOf, groupByDay, joinOutcomes } from './rows.js';

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

test('the end of a call is in its outcome, or in its own record if no gateway forwarded it', () => {
  const [outcome, call, refused] = [
    event(3, 'access.outcome', 'rec_1'),
    event(2, 'access.allowed', 'rec_1'),
    event(1, 'access.refused', 'rec_2'),
  ];
  const passedOn = { ...call, data: { ...call.data, outcome: 'unknown' } };
  expect(endOf({ event: call, outcome })).toBe(outcome);
  expect(endOf({ event: passedOn, outcome: null })).toBe(passedOn);
  for (const open of [call, refused, outcome]) expect(endOf({ event: open, outcome: null })).toBeNull();
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
