import type { Recurrence, Weekday } from '@countersign/contract';
import type { Language } from './languages.js';
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

export const dayName = (day: Weekday, language: Language): string => DAY_NAMES[language][day];

/** Weekly times: “every Tuesday and Thursday from 22:00 to 24:00 (Europe/Berlin)”. */
export function recurrenceText({ days, from, to, zone }: Recurrence, language: Language): string {
  const names = joinWithAnd(
    days.map((day) => dayName(day, language)),
    language,
  );
  const isOverMidnight = to < from;
  if (language === 'de') {
    const until = isOverMidnight ? `${to} Uhr am nächsten Tag` : `${to} Uhr`;
    return `jeden ${days.length === 7 ? 'Tag' : names} von ${from} bis ${until} (${zone})`;
  }
  const until = isOverMidnight ? `${to} on the next day` : to;
  return `every ${days.length === 7 ? 'day' : names} from ${from} to ${until} (${zone})`;
}
