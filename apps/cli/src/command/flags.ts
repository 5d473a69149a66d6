import {
  formatDuration,
  isInstant,
  isSlug,
  parseDuration,
  type ScopeEntry,
  toInstant,
  WEEKDAYS,
  type Weekday,
} from '@countersign/contract';
import { usageError } from './errors.js';

// Each parser throws CliError `invalid_usage` (exit 2) that names the flag, the rule and the text that was given.

/** `RESOURCE:ACTION[,ACTION]…` as a scope entry. The broker validates the resource and the actions. */
export function parseScopeEntry(text: string): ScopeEntry {
  const colon = text.lastIndexOf(':');
  const resource = text.slice(0, Math.max(colon, 0));
  const actions = text.slice(colon + 1).split(',');
  if (resource === '' || actions.some((action) => action === '')) {
    throw usageError(
      `--scope takes RESOURCE:ACTION[,ACTION]…, such as "invoices/*:read"; got ${JSON.stringify(text)}`,
    );
  }
  return { resource, actions };
}

/** Collects the values of an option that may be repeated. A list after one flag would swallow the verb's arguments. */
export const repeated = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** `1d2h30m15s`, each part at most once and in this order. */
const SHORT_DURATION = /^(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;

/** A duration such as `30m`, `1h30m` or, as ISO 8601, `PT1H`, in seconds. */
export function parseSeconds(flag: string, text: string): number {
  const [, days, hours, minutes, seconds] = SHORT_DURATION.exec(text) ?? [];
  const part = (count: string | undefined, unit: string) => (count === undefined ? '' : `${count}${unit}`);
  const clock = part(hours, 'H') + part(minutes, 'M') + part(seconds, 'S');
  const iso = `P${part(days, 'D')}${clock === '' ? '' : `T${clock}`}`;
  const parsed = parseDuration(text) ?? parseDuration(iso);
  if (parsed !== undefined) return parsed;
  throw usageError(`${flag} takes a duration such as 30m, 2h or PT1H; got ${JSON.stringify(text)}`);
}

/** A duration as `parseSeconds` reads it, as the API takes it. */
export const parseIsoDuration = (flag: string, text: string): string =>
  formatDuration(parseSeconds(flag, text));

/** An instant with its zone, as whole seconds in UTC: terms are written so. */
export function parseInstant(flag: string, text: string): string {
  if (isInstant(text)) return text;
  const zoned = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(text);
  if (zoned && !Number.isNaN(Date.parse(text))) return toInstant(new Date(text));
  throw usageError(
    `${flag} takes an instant with its zone, such as 2026-11-24T15:00:00Z; got ${JSON.stringify(text)}`,
  );
}

/** The most that a budget of calls may hold. */
export const MAX_CALLS = 999_999_999;

export function parseWholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^[0-9]{1,9}$/.test(text) && value >= least && value <= most) return value;
  throw usageError(`${flag} takes a whole number from ${least} to ${most}; got ${JSON.stringify(text)}`);
}

/** Days of the week such as `tue,thu`, in any order, or `day` for all; in the order of the week. */
export function parseWeekdays(flag: string, text: string): Weekday[] {
  const named = text === 'day' ? [...WEEKDAYS] : text.split(',');
  const days = WEEKDAYS.filter((day) => named.includes(day));
  if (days.length === named.length) return days;
  throw usageError(
    `${flag} takes days of the week, each once, such as tue,thu; or day; got ${JSON.stringify(text)}`,
  );
}

export function parseSlug(flag: string, text: string): string {
  if (isSlug(text)) return text;
  throw usageError(
    `${flag} takes a slug of lower-case letters, digits and hyphens; got ${JSON.stringify(text)}`,
  );
}

/** In place of an id: the newest of its kind. */
export const LAST = '@last';

/**
 * An id of this kind, its beginning, or for those that `openWithId` finds `@last`. The prefix names the kind, so a request's
 * id in place of a grant's is found before any request.
 */
export function parseId(
  prefix: 'req' | 'grt' | 'key' | 'lck' | 'inv' | 'inc' | 'ntc' | 'sct' | 'xpt' | 'dem',
  text: string,
): string {
  const takesLast = FOUND_BY_LIST.has(prefix);
  if (text.startsWith(`${prefix}_`) || (text === LAST && takesLast)) return text;
  const orLast = takesLast ? `, or ${LAST},` : '';
  throw usageError(`an id that begins with ${prefix}_${orLast} is needed here; got ${JSON.stringify(text)}`);
}

/** Kinds of which the API has a list to search. */
const FOUND_BY_LIST: ReadonlySet<string> = new Set(['req', 'grt', 'lck', 'inv']);
