import { isInstant, isSlug, parseDuration, type ScopeEntry, toInstant } from '@countersign/contract';
import { usageError } from './errors.js';

/** `RESOURCE:ACTION[,ACTION]…` → a scope entry. What the resource means is the broker's to judge. */
export function scopeEntry(text: string): ScopeEntry {
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

/** Seconds of an ISO 8601 duration such as PT1H. */
export function durationSeconds(flag: string, text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds;
  throw usageError(`${flag} takes an ISO 8601 duration such as PT1H or PT30M; got ${JSON.stringify(text)}`);
}

/** An instant with its zone → whole seconds in UTC, as terms have it. */
export function instantOf(flag: string, text: string): string {
  if (isInstant(text)) return text;
  const zoned = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(text);
  if (zoned && !Number.isNaN(Date.parse(text))) return toInstant(new Date(text));
  throw usageError(
    `${flag} takes an instant with its zone, such as 2026-11-24T15:00:00Z; got ${JSON.stringify(text)}`,
  );
}

export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^[0-9]{1,9}$/.test(text) && value >= least && value <= most) return value;
  throw usageError(`${flag} takes a whole number from ${least} to ${most}; got ${JSON.stringify(text)}`);
}

export function slug(flag: string, text: string): string {
  if (isSlug(text)) return text;
  throw usageError(
    `${flag} takes a slug of lower-case letters, digits and hyphens; got ${JSON.stringify(text)}`,
  );
}

/** Ids name their kind, so that a request's id given for a grant is told here and not as "not found". */
export function idOf(prefix: 'req' | 'grt' | 'key' | 'lck' | 'inv' | 'ntc', text: string): string {
  if (text.startsWith(`${prefix}_`)) return text;
  throw usageError(`${prefix}_… is what is wanted here; got ${JSON.stringify(text)}`);
}

/** A key id is a thumbprint in base64url (RFC 7638): one in 64 begins as an option does. */
const DASHED_ID = /^-[\w-]{42}$/;

/** The same words with ids that begin with a dash behind `--`, where none is read as an option. */
export function withDashedIdsLast(argv: readonly string[]): readonly string[] {
  const ids = argv.filter((word) => DASHED_ID.test(word));
  if (ids.length === 0 || argv.includes('--')) return argv;
  return [...argv.filter((word) => !DASHED_ID.test(word)), '--', ...ids];
}
