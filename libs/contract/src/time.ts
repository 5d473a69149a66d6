import { ContractError } from './errors.js';

const DURATION = /^P(?=\d|T\d)(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/;
export const INSTANT = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/**
 * How far the clocks of broker, gateway and signer may differ, in milliseconds. A beginning (`nbf`, `iat`, `notBefore`) may
 * lie this far in the future. An end (`exp`, `notAfter`) has no tolerance. docs/contract.md, Token.
 */
export const CLOCK_SKEW_MS = 5_000;

/**
 * Seconds of an ISO 8601 duration of days, hours, minutes and whole seconds (`PT1H`, `P1DT30M`); undefined for any other
 * text. Zero is not a duration. Weeks, months and years are refused: calendars disagree on their length in seconds.
 */
export function parseDuration(text: string): number | undefined {
  const parts = DURATION.exec(text);
  if (parts === null) return undefined;
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  const total = (days ?? 0) * 86_400 + (hours ?? 0) * 3_600 + (minutes ?? 0) * 60 + (seconds ?? 0);
  return total > 0 && Number.isSafeInteger(total) ? total : undefined;
}

/** The shortest text of a duration: `3600` → `PT1H`. Throws `invalid_duration` unless it is a whole number above 0. */
export function formatDuration(seconds: number): string {
  if (!Number.isSafeInteger(seconds) || seconds <= 0) {
    throw new ContractError('invalid_duration', 'a duration is a whole number of seconds above 0');
  }
  const part = (count: number, unit: string) => (count > 0 ? `${count}${unit}` : '');
  const days = Math.floor(seconds / 86_400);
  const rest = seconds % 86_400;
  const clock =
    part(Math.floor(rest / 3_600), 'H') + part(Math.floor((rest % 3_600) / 60), 'M') + part(rest % 60, 'S');
  return `P${part(days, 'D')}${clock === '' ? '' : `T${clock}`}`;
}

/** Whether the text is an RFC 3339 instant in UTC, with `Z` and whole seconds, on a day that exists. */
export function isInstant(text: string): boolean {
  if (!INSTANT.test(text)) return false;
  const day = Number(text.slice(8, 10));
  // Every month has the first 28 days. `Date` reads 31 April as 1 May, or not at all.
  return day <= 28 || new Date(text).getUTCDate() === day;
}

/** Formats a date as an instant, rounded down to the second. Throws `invalid_instant` outside the years 0000 to 9999. */
export function toInstant(date: Date): string {
  const time = date.getTime();
  const text = Number.isNaN(time) ? '' : `${date.toISOString().slice(0, 19)}Z`;
  if (!INSTANT.test(text)) throw new ContractError('invalid_instant', 'not a date of the years 0000 to 9999');
  return text;
}

const DAY = /^\d{4}-\d\d-\d\d$/;
const DAY_MS = 86_400_000;

/** Whether the text is a day that exists, `YYYY-MM-DD`. */
export const isCalendarDay = (text: string): boolean => DAY.test(text) && isInstant(`${text}T00:00:00Z`);

/** The UTC day of an instant, `YYYY-MM-DD`. Days compare as text. */
export const utcDay = (date: Date): string => toInstant(date).slice(0, 10);

/** The day so many days after this one. */
export const daysAfter = (day: string, count: number): string =>
  utcDay(new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS));
