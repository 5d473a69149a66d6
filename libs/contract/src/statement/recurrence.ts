import { z } from 'zod';
import { daysAfter } from '../time.js';
import { isZone, WEEKDAYS, type Weekday, wallClock } from '../wall-clock.js';
import type { StatementRule } from './members.js';

/**
 * Weekly times in one time zone: “every Tuesday from 22:00 to 24:00 in Europe/Berlin”. Canonical JSON:
 *
 *     {"days":["tue"],"from":"22:00","to":"24:00","zone":"Europe/Berlin"}
 */
export type Recurrence = {
  /** A name of the IANA time zone database, such as `Europe/Berlin`. */
  zone: string;
  /** The days on which an occurrence begins: in the order of the week, each once. */
  days: Weekday[];
  /** `HH:MM`, from `00:00` to `23:59`. */
  from: string;
  /** `HH:MM`, from `00:01` to `24:00`. Before `from`: on the next day. */
  to: string;
};

/** One occurrence: from this instant on, and before the other. Milliseconds since the epoch. */
export type Occurrence = { from: number; until: number };

/** Names only: an offset such as `+01:00` has no summer time. */
const ZONE = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/;
const FROM = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const TO = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;

/** The shape of a recurrence. `recurrenceRules` has the rules between its members. */
export const recurrenceSchema = z.strictObject({
  zone: z.string().max(64).regex(ZONE, 'a name such as Europe/Berlin'),
  days: z.array(z.enum(WEEKDAYS)).min(1).max(7),
  from: z.string().regex(FROM, 'a time such as 22:00'),
  to: z.string().regex(TO, 'a time such as 24:00'),
}) satisfies z.ZodType<Recurrence>;

/**
 * Whether the value has the shape of `recurrenceSchema`. For the signing page: it has no schema library, so that people can read
 * all of its code.
 */
export function isRecurrence(value: unknown): value is Recurrence {
  if (typeof value !== 'object' || value === null) return false;
  const { zone, days, from, to, ...more } = value as Record<string, unknown>;
  const isText = (text: unknown, pattern: RegExp) => typeof text === 'string' && pattern.test(text);
  return (
    Object.keys(more).length === 0 &&
    isText(zone, ZONE) &&
    (zone as string).length <= 64 &&
    isText(from, FROM) &&
    isText(to, TO) &&
    Array.isArray(days) &&
    days.length > 0 &&
    days.length <= WEEKDAYS.length &&
    days.every((day) => (WEEKDAYS as readonly unknown[]).includes(day))
  );
}

/** The rules of a statement that may recur. Whether a machine knows the zone is no rule of the statement. */
export const recurrenceRules: readonly StatementRule<{ recurs?: Recurrence }>[] = [
  [
    '/recurs/days',
    ({ recurs }) => recurs === undefined || isInOrder(recurs.days),
    'has each day once, in the order of the week',
  ],
  [
    '/recurs/to',
    ({ recurs }) => recurs === undefined || (recurs.to !== recurs.from && recurs.to !== '00:00'),
    'is not the time `from`; the end of the day is 24:00',
  ],
];

const isInOrder = (days: readonly Weekday[]): boolean =>
  days.every((day, index) => index === 0 || WEEKDAYS.indexOf(day) > WEEKDAYS.indexOf(days[index - 1] ?? day));

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** `HH:MM` in milliseconds. */
const timeOfDay = (text: string): number =>
  Number(text.slice(0, 2)) * 60 * MINUTE_MS + Number(text.slice(3)) * MINUTE_MS;

/** How long an occurrence lasts on a day without a change of the clock, in seconds. */
export function occurrenceSeconds({ from, to }: Pick<Recurrence, 'from' | 'to'>): number {
  const length = timeOfDay(to) - timeOfDay(from);
  return (length > 0 ? length : length + DAY_MS) / 1_000;
}

/**
 * The occurrence that contains this instant; null if there is none, or if this machine does not know the zone.
 *
 * A time that the clock shows twice, because it is set back, is read the narrower way: an occurrence begins at the later
 * and ends at the earlier one. A time that the clock skips is the moment at which it skips it. What remains empty is no
 * occurrence.
 */
export function occurrenceAt(recurrence: Recurrence, instant: number): Occurrence | null {
  if (!isZone(recurrence.zone)) return null;
  const { day } = wallClock(recurrence.zone, new Date(instant));
  for (const begins of [day, daysAfter(day, -1)]) {
    const occurrence = occurrenceOf(recurrence, begins);
    if (occurrence !== null && occurrence.from <= instant && instant < occurrence.until) return occurrence;
  }
  return null;
}

/** A window that no change of the clock empties comes back after a week, one that a change empties after two. */
const DAYS_AHEAD = 15;

/** The occurrence that contains this instant, else the next one; null if this machine does not know the zone. */
export function nextOccurrence(recurrence: Recurrence, instant: number): Occurrence | null {
  if (!isZone(recurrence.zone)) return null;
  const { day } = wallClock(recurrence.zone, new Date(instant));
  for (let ahead = -1; ahead <= DAYS_AHEAD; ahead += 1) {
    const occurrence = occurrenceOf(recurrence, daysAfter(day, ahead));
    if (occurrence !== null && occurrence.until > instant) return occurrence;
  }
  return null;
}

/** The occurrence that begins on this day of the zone, `YYYY-MM-DD`; null if there is none. */
function occurrenceOf({ zone, days, from, to }: Recurrence, day: string): Occurrence | null {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const weekday = WEEKDAYS[(new Date(midnight).getUTCDay() + 6) % 7];
  if (weekday === undefined || !days.includes(weekday)) return null;
  const nextDay = timeOfDay(to) <= timeOfDay(from) ? DAY_MS : 0;
  const begins = lastShown(zone, midnight + timeOfDay(from));
  const ends = firstShown(zone, midnight + timeOfDay(to) + nextDay);
  return begins < ends ? { from: begins, until: ends } : null;
}

/** The last instant at which the zone's clock shows this; the moment of the change if it skips it. */
function lastShown(zone: string, wall: number): number {
  const { before, after, change } = offsetsAround(zone, wall);
  return wall - after >= change ? wall - after : Math.min(change, wall - before);
}

/** The first instant at which the zone's clock shows this or a later time. */
function firstShown(zone: string, wall: number): number {
  const { before, after, change } = offsetsAround(zone, wall);
  return wall - before < change ? wall - before : Math.max(change, wall - after);
}

/**
 * How far the zone's clock is ahead of UTC a day before and a day after it shows `wall`, and when that changes. Zones do not
 * change twice in two days. Without a change it does not matter when it is.
 */
function offsetsAround(zone: string, wall: number): { before: number; after: number; change: number } {
  let low = wall - DAY_MS;
  let high = wall + DAY_MS;
  const [before, after] = [offsetAt(zone, low), offsetAt(zone, high)];
  if (before === after) return { before, after, change: low };
  while (high - low > MINUTE_MS) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offsetAt(zone, middle) === before) low = middle;
    else high = middle;
  }
  return { before, after, change: high };
}

/** How far the zone's clock is ahead of UTC at a full minute. */
function offsetAt(zone: string, instant: number): number {
  const { day, time } = wallClock(zone, new Date(instant));
  return Date.parse(`${day}T${time}:00Z`) - instant;
}
