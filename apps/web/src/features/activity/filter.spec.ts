import { EVENT_TYPES, expandEventTypes } from '@countersign/contract';
import { filterOf, GROUPS, readChoice } from './filter.js';

const GRANT = 'grt_0199f0a0-7b2c-7003-8000-000000000001';
const nothing = { group: null, person: null, grant: null, request: null, from: null, to: null };

test('every type of event is in a group, and no group names a type that does not exist', () => {
  const named = Object.values(GROUPS).flatMap((words) => expandEventTypes(words.join()) ?? ['none']);
  expect([...new Set(named)].sort()).toEqual([...EVENT_TYPES].sort());
});

test('the address is read strictly: what is not valid is not there', () => {
  expect(readChoice(new URLSearchParams(`type=calls&grant=${GRANT}&from=2026-11-24`))).toEqual({
    ...nothing,
    group: 'calls',
    grant: GRANT,
    from: '2026-11-24',
  });
  expect(
    readChoice(
      new URLSearchParams(`type=__proto__&grant=../x&request=${GRANT}&from=yesterday&to=2026-13-01`),
    ),
  ).toEqual(nothing);
});

test('days are whole days of the reader', () => {
  const { from, to } = filterOf({ ...nothing, from: '2026-11-24', to: '2026-11-24' });
  expect(Date.parse(to ?? '') - Date.parse(from ?? '')).toBe(86_400_000);
  expect(filterOf(nothing)).toEqual({});
});
