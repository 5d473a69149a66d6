import { isZone, type Language, wallClock } from '@countersign/contract';
import { LOCALES } from '@countersign/wording';

let chosen: string | null = null;
const listeners = new Set<() => void>();

/** All clocks of the pages use the zone that the reader has chosen; null, or one that this browser does not know: the browser's. */
export function chooseZone(zone: string | null): void {
  const known = zone !== null && isZone(zone) ? zone : null;
  if (known === chosen) return;
  chosen = known;
  for (const listener of listeners) listener();
}

export function onZone(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const browserZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The reader's time zone, an IANA name: the one that they have chosen, or the browser's. */
export const readerZone = (): string => chosen ?? browserZone();

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
    zone = readerZone(),
    now = new Date(),
  }: { seconds?: boolean; year?: boolean; zone?: string; now?: Date } = {},
): string {
  const date = new Date(at);
  const yearOf = (instant: Date) =>
    new Intl.DateTimeFormat('en', { year: 'numeric', timeZone: zone }).format(instant);
  const sameYear = yearOf(date) === yearOf(now);
  return new Intl.DateTimeFormat(LOCALES[language], {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(sameYear && !year ? {} : { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
    timeZoneName: 'short',
    timeZone: zone,
  }).format(date);
}

/** The time of day, to the second. */
export function timeText(at: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { timeStyle: 'medium', timeZone: readerZone() }).format(
    new Date(at),
  );
}

/** The day of an instant in the reader's time zone, for a heading: `Tuesday, 24 November 2026`. */
export function dayHeading(at: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'full', timeZone: readerZone() }).format(
    new Date(at),
  );
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
export function localText(at: number, zone = readerZone()): string {
  const { day, time } = wallClock(zone, new Date(at));
  return `${day}T${time}`;
}

const DAY_MS = 86_400_000;

/**
 * The instant at which the reader's clocks show `text`. A time that occurs twice is the first. A skipped time moves on: if 02:00
 * becomes 03:00, 02:30 is 03:30.
 *
 * @returns NaN if the text is no time
 */
export function instantOfLocal(text: string, zone = readerZone()): number {
  const utc = Date.parse(`${text}Z`);
  if (Number.isNaN(utc)) return utc;
  const aheadAt = (at: number) => Date.parse(`${localText(at, zone)}Z`) - Math.floor(at / 60_000) * 60_000;
  const [before, after] = [utc - aheadAt(utc - DAY_MS), utc - aheadAt(utc + DAY_MS)];
  const shows = (at: number) => Date.parse(`${localText(at, zone)}Z`) === Math.floor(utc / 60_000) * 60_000;
  return [before, after].sort((one, other) => one - other).find(shows) ?? before;
}

/** A day of the reader's calendar: `2026-11-24`. */
export const dayText = (at: number): string => wallClock(readerZone(), new Date(at)).day;

/** The instant at which a day begins in the reader's time zone, `later` days after `day`. A day can have 23 to 25 hours. */
export function startOfDay(day: string, later = 0): string {
  const first = new Date(Date.parse(`${day}T00:00Z`) + later * DAY_MS).toISOString().slice(0, 10);
  return new Date(instantOfLocal(`${first}T00:00`)).toISOString();
}
