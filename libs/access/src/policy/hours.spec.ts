import { isZone } from '@countersign/contract';
import type { AccessHours } from '../domain/organisation.js';
import { isWithin } from './hours.js';

const office: AccessHours = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '08:00',
  to: '18:00',
  zone: 'Europe/Berlin',
};
const within = (instant: string, hours = office) => isWithin(hours, new Date(instant));

// In Berlin it is UTC + 1 in winter, + 2 in summer; 2026-11-24 is a Tuesday.
test.each([
  ['2026-11-24T06:59:59Z', false],
  ['2026-11-24T07:00:00Z', true],
  ['2026-11-24T16:59:59Z', true],
  ['2026-11-24T17:00:00Z', false],
  ['2026-11-28T10:00:00Z', false],
  ['2026-07-14T06:00:00Z', true],
  ['2026-07-14T16:00:00Z', false],
])('office hours in Berlin, winter and summer: %s is %s', (instant, expected) => {
  expect(within(instant)).toBe(expected);
});

test('the day is the day in that zone', () => {
  const night: AccessHours = { days: ['mon'], from: '00:00', to: '24:00', zone: 'Pacific/Auckland' };
  expect(within('2026-11-22T10:59:59Z', night)).toBe(false);
  expect(within('2026-11-22T11:00:00Z', night)).toBe(true);
  expect(within('2026-11-23T10:59:59Z', night)).toBe(true);
  expect(within('2026-11-23T11:00:00Z', night)).toBe(false);
});

test('P13: an unknown zone is invalid, and evaluating it throws', () => {
  expect(isZone('Europe/Berlin')).toBe(true);
  expect(isZone('Europe/Atlantis')).toBe(false);
  expect(() => within('2026-11-24T10:00:00Z', { ...office, zone: 'Europe/Atlantis' })).toThrow(RangeError);
});
