import { evidencePeriods } from './evidence-periods.js';

test('this quarter up to now, then what is over, across the end of a year', () => {
  expect(evidencePeriods(new Date('2027-02-03T04:05:06.789Z')).map(({ value }) => value)).toEqual([
    '2027-01-01..2027-02-03T04:05:06Z',
    ...['2026-Q4', '2026-Q3', '2026-Q2', '2026-Q1'],
    ...['2026-H2', '2026-H1', '2025-H2'],
  ]);
});

test('a half-year is offered once it is over', () => {
  const names = (at: string) => evidencePeriods(new Date(at)).map(({ name }) => name);
  expect(names('2026-06-30T23:59:59Z')).not.toContain('2026-H1');
  expect(names('2026-07-01T00:00:01Z')).toEqual(expect.arrayContaining(['2026-H1', '2026-Q2']));
});
