import { expandEventTypes } from './event-types.js';
import { EVENT_TYPES } from './events/names.js';

test('every type is there once, in order, and of the form that a leaf needs', () => {
  expect([...new Set(EVENT_TYPES)].sort()).toEqual(EVENT_TYPES);
  for (const type of EVENT_TYPES) expect(type).toMatch(/^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)+$/);
});

test('a filter names types, or all with the same first word', () => {
  expect(expandEventTypes('lock')).toEqual(['lock.lifted', 'lock.set']);
  expect(expandEventTypes('grant.ended,lock,lock.set')).toEqual(['grant.ended', 'lock.lifted', 'lock.set']);
});

test.each(['', 'lock,', 'loc', 'lock.', 'nothing', 'lock set', '__proto__', 'LOCK'])(
  '%j names none',
  (list) => {
    expect(expandEventTypes(list)).toBeUndefined();
  },
);
