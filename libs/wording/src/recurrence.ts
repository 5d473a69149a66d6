import { type Language, type Recurrence, WEEKDAYS, type Weekday } from '@countersign/contract';
import { joinWithAnd } from './scope-words.js';

const DAY_NAMES: Readonly<Record<Language, Readonly<Record<Weekday, string>>>> = {
  en: {
    mon: 'Monday',
    tue: 'Tuesday',
    wed: 'Wednesday',
    thu: 'Thursday',
    fri: 'Friday',
    sat: 'Saturday',
    sun: 'Sunday',
  },
  de: {
    mon: 'Montag',
    tue: 'Dienstag',
    wed: 'Mittwoch',
    thu: 'Donnerstag',
    fri: 'Freitag',
    sat: 'Samstag',
    sun: 'Sonntag',
  },
};

/** `days`: the names of the days, or null for every day. `to` is on the next day if `isNextDay`. */
type Says = (days: string | null, from: string, to: string, isNextDay: boolean) => string;

const TIMES: Readonly<Record<Language, Says>> = {
  en: (days, from, to, isNextDay) =>
    `every ${days ?? 'day'} from ${from} to ${to}${isNextDay ? ' on the next day' : ''}`,
  de: (days, from, to, isNextDay) =>
    `jeden ${days ?? 'Tag'} von ${from} bis ${to} Uhr${isNextDay ? ' am nächsten Tag' : ''}`,
};

export const dayName = (day: Weekday, language: Language): string => DAY_NAMES[language][day];

/** Weekly times: “every Tuesday and Thursday from 22:00 to 24:00 (Europe/Berlin)”. */
export function recurrenceText({ days, from, to, zone }: Recurrence, language: Language): string {
  const names = joinWithAnd(
    days.map((day) => dayName(day, language)),
    language,
  );
  const named = days.length === WEEKDAYS.length ? null : names;
  return `${TIMES[language](named, from, to, to < from)} (${zone})`;
}
