import type { Grant } from '@countersign/api';
import { dayText, startOfDay } from '../../text/clock.js';

const WEEKS = 12;
const NEWEST = 10;
const DAYS = 7;

/** One week of the reader's calendar, by its Monday, and how often access began in it. */
export interface Week {
  monday: Date;
  count: number;
}

type Begun = Pick<Grant, 'startsAt'>;

/**
 * The last twelve weeks, oldest first, the present one last.
 *
 * @param grants the newest ones
 * @param hasMore true if there are older ones, which were not read: weeks that these could belong to are left out
 */
export function accessByWeek(grants: readonly Begun[], hasMore: boolean, now: Date): Week[] {
  const starts = grants.flatMap(({ startsAt }) => (startsAt === null ? [] : [Date.parse(startsAt)]));
  const oldest = hasMore ? Math.min(...starts) : Number.NEGATIVE_INFINITY;
  return Array.from({ length: WEEKS }, (_, index) => mondayOf(now, index - WEEKS + 1))
    .filter((monday) => monday.getTime() >= oldest)
    .map((monday) => {
      const end = mondayOf(monday, 1).getTime();
      const isIn = (at: number) => at >= monday.getTime() && at < end;
      return { monday, count: starts.filter(isIn).length };
    });
}

/** The Monday of the week of this day, `later` weeks after it. A week with a change of the clocks has no 168 hours. */
function mondayOf(day: Date, later: number): Date {
  const today = dayText(day.getTime());
  const weekday = new Date(`${today}T00:00Z`).getUTCDay();
  return new Date(startOfDay(today, later * DAYS - ((weekday + DAYS - 1) % DAYS)));
}

/** The newest accesses that have begun. */
export const newestBegun = <T extends Begun>(grants: readonly T[]): T[] =>
  grants.filter(({ startsAt }) => startsAt !== null).slice(0, NEWEST);
