import { LOCALES } from '@countersign/wording';
import type { Language } from './language.js';

/**
 * An instant in the reader's time zone, with the zone's name: `Tue 24 Nov, 15:03 CET`. The year appears if it is
 * not the present year, or with `year`. Tests pass `zone` (an IANA name) and `now`.
 */
export function instantText(
  at: string,
  language: Language,
  {
    seconds = false,
    year = false,
    zone,
    now = new Date(),
  }: { seconds?: boolean; year?: boolean; zone?: string; now?: Date } = {},
): string {
  const date = new Date(at);
  const timeZone = zone === undefined ? {} : { timeZone: zone };
  const sameYear = date.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(LOCALES[language], {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(sameYear && !year ? {} : { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
    timeZoneName: 'short',
    ...timeZone,
  }).format(date);
}

/** The time of day, to the second. */
export function timeText(at: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { timeStyle: 'medium' }).format(new Date(at));
}

/** The day of an instant in the reader's time zone, for a heading: `Tuesday, 24 November 2026`. */
export function dayHeading(at: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'full' }).format(new Date(at));
}

/** A UTC day, `2026-11-24`, as a reader writes it: `24 November 2026`. */
export function utcDayText(day: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

/** Seconds as a clock shows them: `59:04`, `1:59:04`. */
export function clockText(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds));
  const pad = (number: number) => String(number).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(left / 3_600), Math.floor((left % 3_600) / 60), left % 60];
  return hours === 0 ? `${minutes}:${pad(rest)}` : `${hours}:${pad(minutes)}:${pad(rest)}`;
}

export function numberText(number: number, language: Language): string {
  return new Intl.NumberFormat(LOCALES[language]).format(number);
}

/** Bytes in decimal units: `1.2 MB`. */
export function bytesText(bytes: number, language: Language): string {
  const sizes = ['B', 'kB', 'MB', 'GB'];
  const step = Math.min(sizes.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const number = new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: 1 });
  return `${number.format(bytes / 1_000 ** step)}\u00a0${sizes[step]}`;
}

/** An instant as the value of a `datetime-local` field in the reader's time zone: `2026-11-24T15:03`. */
export function localText(at: number): string {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** A day of the reader's calendar: `2026-11-24`. */
export function dayText(at: number): string {
  const date = new Date(at);
  const pad = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** The instant at which a day begins in the reader's time zone, `later` days after `day`. A day can have 23 to 25 hours. */
export function startOfDay(day: string, later = 0): string {
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + later);
  return date.toISOString();
}
