import type { AccessRecord } from '@countersign/api';
import { countCalls, endedBeforeStart, refusedCalls, summariseCalls } from './summary.js';

const record = (change: Partial<AccessRecord>) =>
  ({ decision: 'allowed', action: 'read', resource: 'invoices/1', count: 1, ...change }) as AccessRecord;

const records = [
  record({ at: '2026-11-24T14:03:00Z' }),
  record({ at: '2026-11-24T14:01:00Z' }),
  record({ at: '2026-11-24T14:02:00Z', action: 'list', resource: 'invoices', count: 3 }),
  record({ at: '2026-11-24T14:04:00Z', decision: 'refused', count: 7 }),
];

test('sums up allowed calls by action and resource, the most frequent first', () => {
  expect(summariseCalls(records)).toEqual([
    {
      action: 'list',
      resource: 'invoices',
      calls: 3,
      first: '2026-11-24T14:02:00Z',
      last: '2026-11-24T14:02:00Z',
    },
    {
      action: 'read',
      resource: 'invoices/1',
      calls: 2,
      first: '2026-11-24T14:01:00Z',
      last: '2026-11-24T14:03:00Z',
    },
  ]);
});

test('a record that stands for several calls counts as several', () => {
  expect(countCalls(records, 'allowed')).toBe(5);
  expect(countCalls(records, 'refused')).toBe(7);
});

test('each refused call is listed, the oldest first', () => {
  const late = record({ at: '2026-11-24T14:05:00Z', decision: 'refused', code: 'grant_ended' });
  expect(refusedCalls([late, ...records]).map(({ at }) => at)).toEqual([
    '2026-11-24T14:04:00Z',
    '2026-11-24T14:05:00Z',
  ]);
});

test('access that ended before its planned beginning never began', () => {
  const startsAt = '2026-11-24T16:00:00Z';
  expect(endedBeforeStart({ startsAt, endedAt: '2026-11-24T15:30:00Z' })).toBe(true);
  expect(endedBeforeStart({ startsAt, endedAt: '2026-11-24T16:30:00Z' })).toBe(false);
  // Stopped in the second in which it began.
  expect(endedBeforeStart({ startsAt, endedAt: startsAt })).toBe(false);
  expect(endedBeforeStart({ startsAt, endedAt: null })).toBe(false);
  expect(endedBeforeStart({ startsAt: null, endedAt: '2026-11-24T16:30:00Z' })).toBe(false);
});
