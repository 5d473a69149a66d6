import { chosenAtOnce, isBlockedAt, isOpenAt } from './choice.js';

const open = { id: 'grt_1', service: 'billing', access: 'open', startsAt: '2026-11-27T20:00:00Z' } as const;
const waiting = { id: 'grt_2', service: 'billing', access: 'not_yet', startsAt: null } as const;

test('a link chooses the only grant whose time runs, or the one that it names', () => {
  expect(chosenAtOnce([open], null)).toBe('grt_1');
  expect(chosenAtOnce([open, waiting], 'grt_1')).toBe('grt_1');
  expect(chosenAtOnce([open, { ...open, id: 'grt_3' }], null)).toBeUndefined();
  expect(chosenAtOnce([open], 'grt_9')).toBeUndefined();
});

test('no link begins access that waits for its first use: the engineer clicks', () => {
  expect(chosenAtOnce([waiting], null)).toBeUndefined();
  expect(chosenAtOnce([open, waiting], 'grt_2')).toBeUndefined();
});

test('what a stop or a lock keeps closed is not offered, and is shown at its own service', () => {
  for (const access of ['stopped', 'locked'] as const) {
    expect(isOpenAt({ ...open, access }, 'billing')).toBe(false);
    expect(isBlockedAt({ ...open, access }, 'billing')).toBe(true);
    expect(isBlockedAt({ ...open, access }, 'crm')).toBe(false);
  }
  for (const grant of [open, waiting]) expect(isBlockedAt(grant, 'billing')).toBe(false);
});

test('offers what is open at this service now, or would be from the first call on', () => {
  expect(isOpenAt(open, 'billing')).toBe(true);
  expect(isOpenAt(waiting, 'billing')).toBe(true);
  expect(isOpenAt(open, 'crm')).toBe(false);
  expect(isOpenAt({ ...waiting, startsAt: '2026-11-28T20:00:00Z' }, 'billing')).toBe(false);
});
