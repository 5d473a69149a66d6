import { EVENT_TYPES } from './event-types.js';

test('every type is there once, in order, and of the form that a leaf needs', () => {
  expect([...new Set(EVENT_TYPES)].sort()).toEqual(EVENT_TYPES);
  for (const type of EVENT_TYPES) expect(type).toMatch(/^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)+$/);
});
