import { accessByWeek, newestBegun } from './glance-figures.js';

/** A Wednesday. Days are of the reader's own calendar. */
const NOW = new Date(2026, 10, 25, 15, 0, 0);
const on = (year: number, month: number, day: number, hour = 0) => ({
  startsAt: new Date(year, month, day, hour).toISOString(),
});
const shown = (weeks: ReturnType<typeof accessByWeek>) =>
  weeks.map(({ monday, count }) => [monday.getMonth() + 1, monday.getDate(), count]);

test('twelve weeks from Monday to Monday, the present one last; what has not begun is in none', () => {
  const grants = [
    on(2026, 10, 25, 14),
    on(2026, 10, 23),
    on(2026, 10, 22, 23),
    { startsAt: null },
    on(2026, 8, 7),
    on(2026, 8, 6, 23),
  ];
  const weeks = shown(accessByWeek(grants, false, NOW));
  expect(weeks).toHaveLength(12);
  expect(weeks.at(-1)).toEqual([11, 23, 2]);
  expect(weeks.at(-2)).toEqual([11, 16, 1]);
  expect(weeks[0]).toEqual([9, 7, 1]);
  expect(weeks.reduce((sum, [, , count]) => sum + (count ?? 0), 0)).toBe(4);
});

test('a week that older accesses could belong to, which were not read, is left out', () => {
  const weeks = shown(accessByWeek([on(2026, 10, 24), on(2026, 10, 10, 12)], true, NOW));
  expect(weeks).toEqual([
    [11, 16, 0],
    [11, 23, 1],
  ]);
  // Over the change of the clocks in autumn, too.
  expect(shown(accessByWeek([on(2026, 9, 19)], true, NOW))[0]).toEqual([10, 19, 1]);
});

test('the newest ten that have begun', () => {
  const many = Array.from({ length: 20 }, (_, day) => on(2026, 10, day + 1));
  expect(newestBegun([{ startsAt: null }, ...many])).toEqual(many.slice(0, 10));
});
