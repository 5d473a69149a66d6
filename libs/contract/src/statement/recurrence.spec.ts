import fc from 'fast-check';
import { daysAfter } from '../time.js';
import { WEEKDAYS, type Weekday } from '../wall-clock.js';
import {
  isRecurrence,
  nextOccurrence,
  occurrenceAt,
  occurrenceSeconds,
  type Recurrence,
  recurrenceSchema,
} from './recurrence.js';

const EVERY_DAY: Weekday[] = [...WEEKDAYS];
const recurs = (from: string, to: string, zone = 'Europe/Berlin', days = EVERY_DAY): Recurrence => ({
  ...{ zone, days, from, to },
});
const text = (instant: number) => new Date(instant).toISOString().replace(':00.000Z', 'Z');
const spanText = (found: ReturnType<typeof occurrenceAt>) =>
  found === null ? null : `${text(found.from)}/${text(found.until)}`;

describe('P1: a weekly time', () => {
  test.each<[string, Recurrence, string]>([
    ['in winter', recurs('22:00', '24:00', 'Europe/Berlin', ['tue']), '2026-12-01T21:00Z/2026-12-01T23:00Z'],
    ['in summer', recurs('22:00', '24:00', 'Europe/Berlin', ['tue']), '2026-07-07T20:00Z/2026-07-07T22:00Z'],
    ['over midnight', recurs('22:00', '02:00', 'UTC', ['tue']), '2026-12-01T22:00Z/2026-12-02T02:00Z'],
    [
      'over the turn of the year',
      recurs('23:00', '01:00', 'UTC', ['thu']),
      '2026-12-31T23:00Z/2027-01-01T01:00Z',
    ],
    ['on a leap day', recurs('10:00', '11:00', 'UTC', ['tue']), '2028-02-29T10:00Z/2028-02-29T11:00Z'],
    [
      'over midnight into a leap day',
      recurs('23:00', '01:00', 'UTC', ['mon']),
      '2028-02-28T23:00Z/2028-02-29T01:00Z',
    ],
    ['of a whole day', recurs('00:00', '24:00', 'UTC', ['wed']), '2026-12-02T00:00Z/2026-12-03T00:00Z'],
    [
      'of the day with 23 hours',
      recurs('00:00', '24:00', 'Europe/Berlin', ['sun']),
      '2027-03-27T23:00Z/2027-03-28T22:00Z',
    ],
    [
      'of the day with 25 hours',
      recurs('00:00', '24:00', 'Europe/Berlin', ['sun']),
      '2026-10-24T22:00Z/2026-10-25T23:00Z',
    ],
    [
      'that begins in the skipped hour: when the clock skips it',
      recurs('02:30', '04:00'),
      '2027-03-28T01:00Z/2027-03-28T02:00Z',
    ],
    [
      'that ends in the skipped hour: when the clock skips it',
      recurs('01:00', '02:30'),
      '2027-03-28T00:00Z/2027-03-28T01:00Z',
    ],
    [
      'that begins in the repeated hour: the later time',
      recurs('02:30', '04:00'),
      '2026-10-25T01:30Z/2026-10-25T03:00Z',
    ],
    [
      'that ends in the repeated hour: the earlier time',
      recurs('01:00', '02:30'),
      '2026-10-24T23:00Z/2026-10-25T00:30Z',
    ],
    [
      'of the repeated hour itself: the later one',
      recurs('02:00', '03:00'),
      '2026-10-25T01:00Z/2026-10-25T02:00Z',
    ],
    [
      'over midnight into the repeated hour',
      recurs('22:00', '02:30', 'Europe/Berlin', ['sat']),
      '2026-10-24T20:00Z/2026-10-25T00:30Z',
    ],
    [
      'where the clock changes by half an hour',
      recurs('01:45', '03:00', 'Australia/Lord_Howe'),
      '2027-04-03T15:15Z/2027-04-03T16:30Z',
    ],
    [
      'where the clock skips midnight',
      recurs('00:15', '02:00', 'America/Havana'),
      '2027-03-14T05:00Z/2027-03-14T06:00Z',
    ],
    [
      'where a day repeats its last hour',
      recurs('23:30', '00:30', 'America/Santiago', ['sat']),
      '2027-04-04T03:30Z/2027-04-04T04:30Z',
    ],
  ])('%s', (_what, recurrence, expected) => {
    const [from = '', until = ''] = expected.split('/');
    const at = (instant: string, more: number) =>
      spanText(occurrenceAt(recurrence, Date.parse(instant) + more));
    expect(at(from, 0)).toBe(expected);
    expect(at(until, -1)).toBe(expected);
    expect(at(from, -1)).not.toBe(expected);
    expect(at(until, 0)).not.toBe(expected);
    expect(spanText(nextOccurrence(recurrence, Date.parse(from) - 1_000))).toBe(expected);
  });

  test.each<[string, Recurrence, string]>([
    [
      'wholly in the skipped hour',
      recurs('02:15', '02:45', 'Europe/Berlin', ['sun']),
      '2027-03-28T01:00:00Z',
    ],
    [
      'wholly in the repeated hour',
      recurs('02:15', '02:45', 'Europe/Berlin', ['sun']),
      '2026-10-25T00:30:00Z',
    ],
    [
      'on a day that its zone left out',
      recurs('08:00', '20:00', 'Pacific/Apia', ['fri']),
      '2011-12-30T20:00:00Z',
    ],
  ])('%s is none on that day, and the next is a week later', (_what, recurrence, instant) => {
    const at = Date.parse(instant);
    for (let minute = -90; minute <= 90; minute += 1)
      expect(occurrenceAt(recurrence, at + minute * 60_000)).toBeNull();
    const next = nextOccurrence(recurrence, at);
    expect(((next?.from ?? 0) - at) / 86_400_000).toBeGreaterThan(5);
    expect(((next?.from ?? 0) - at) / 86_400_000).toBeLessThan(8);
  });

  test('follows its zone when that changes for good', () => {
    // Turkey stayed on summer time in 2016.
    const istanbul = recurs('22:00', '23:00', 'Europe/Istanbul', ['tue']);
    expect(spanText(nextOccurrence(istanbul, Date.parse('2015-12-01T00:00:00Z')))).toBe(
      '2015-12-01T20:00Z/2015-12-01T21:00Z',
    );
    expect(spanText(nextOccurrence(istanbul, Date.parse('2026-12-01T00:00:00Z')))).toBe(
      '2026-12-01T19:00Z/2026-12-01T20:00Z',
    );
  });

  test('P13: of a zone that this machine does not know contains no instant', () => {
    const unknown = recurs('00:00', '24:00', 'Europe/Atlantis');
    expect(occurrenceAt(unknown, Date.now())).toBeNull();
    expect(nextOccurrence(unknown, Date.now())).toBeNull();
  });

  test('has a length', () => {
    expect(occurrenceSeconds(recurs('22:00', '24:00'))).toBe(7_200);
    expect(occurrenceSeconds(recurs('22:00', '02:00'))).toBe(14_400);
    expect(occurrenceSeconds(recurs('00:00', '24:00'))).toBe(86_400);
  });
});

const QUARTER_MS = 15 * 60_000;
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'America/Havana',
  'America/Santiago',
  'Asia/Beirut',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Pacific/Apia',
  'UTC',
];
/** Days around changes of the clock in these zones. */
const CHANGES = [
  '2026-10-25',
  '2027-03-28',
  '2026-11-01',
  '2027-03-14',
  '2027-04-04',
  '2026-09-06',
  '2027-02-07',
  '2027-03-14',
  '2027-10-03',
  '2028-02-29',
  '2026-12-31',
];

/** The quarters of an hour of four days with what `Intl` shows for each: every zone is ahead of UTC by whole quarters. */
function wallTimes(zone: string, day: string): [instant: number, wall: string][] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  const start = Date.parse(`${daysAfter(day, -1)}T00:00:00Z`);
  return Array.from({ length: 4 * 96 }, (_, index) => {
    const instant = start + index * QUARTER_MS;
    return [instant, format.format(new Date(instant))];
  });
}

/** The occurrence that begins on this day, found by looking at the clock. */
function lookedUp({ zone, from, to }: Recurrence, day: string): { from: number; until: number } | null {
  const times = wallTimes(zone, day);
  const ends =
    to === '24:00' ? `${daysAfter(day, 1)} 00:00` : `${to <= from ? daysAfter(day, 1) : day} ${to}`;
  const shown = times.filter(([, wall]) => wall === `${day} ${from}`).at(-1);
  const begins = shown ?? times.find(([, wall]) => wall > `${day} ${from}`);
  const until = times.find(([, wall]) => wall >= ends);
  if (begins === undefined || until === undefined || begins[0] >= until[0]) return null;
  return { from: begins[0], until: until[0] };
}

test('P1: any weekly time is what a look at the clock of its zone, quarter by quarter, finds', () => {
  const quarter = fc
    .integer({ min: 0, max: 95 })
    .map((at) => `${String(Math.floor(at / 4)).padStart(2, '0')}:${String((at % 4) * 15).padStart(2, '0')}`);
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.oneof(
        fc.constantFrom(...CHANGES),
        fc.integer({ min: 0, max: 900 }).map((days) => daysAfter('2026-01-01', days)),
      ),
      fc.integer({ min: -1, max: 1 }),
      quarter,
      quarter.map((to) => (to === '00:00' ? '24:00' : to)),
      (zone, near, shift, from, to) => {
        fc.pre(from !== to);
        const day = daysAfter(near, shift);
        const weekday = WEEKDAYS[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7] as Weekday;
        const recurrence = recurs(from, to, zone, [weekday]);
        const found = lookedUp(recurrence, day);
        if (found === null) {
          const first = Date.parse(`${day}T00:00:00Z`) - 86_400_000;
          for (let at = first; at < first + 3 * 86_400_000; at += 4 * QUARTER_MS)
            expect(occurrenceAt(recurrence, at)).toBeNull();
          return;
        }
        expect(occurrenceAt(recurrence, found.from)).toEqual(found);
        expect(occurrenceAt(recurrence, found.until - 1)).toEqual(found);
        expect(occurrenceAt(recurrence, found.from - 1)).toBeNull();
        expect(occurrenceAt(recurrence, found.until)).toBeNull();
        expect(nextOccurrence(recurrence, found.from - 1)).toEqual(found);
      },
    ),
    { numRuns: 150 },
  );
});

test('P13: the check without a schema library accepts what the schema accepts, and nothing else', () => {
  const good = recurs('22:00', '24:00', 'Europe/Berlin', ['tue']);
  const values: unknown[] = [
    ...[good, { ...good, days: WEEKDAYS }, { ...good, zone: 'UTC' }, { ...good, to: '02:00' }],
    ...[null, [], 'tue', 1, {}, { ...good, month: 1 }, { ...good, from: '24:00' }, { ...good, to: '24:01' }],
    ...[
      { ...good, days: [] },
      { ...good, days: 'tue' },
      { ...good, days: ['toString'] },
      { ...good, days: [1] },
    ],
    ...[
      { ...good, days: [...WEEKDAYS, 'mon'] },
      { ...good, zone: '+01:00' },
      { ...good, zone: 'A'.repeat(65) },
    ],
    ...Object.keys(good).map((name) => ({ ...good, [name]: undefined })),
  ];
  for (const value of values)
    expect([value, isRecurrence(value)]).toEqual([value, recurrenceSchema.safeParse(value).success]);
});
