import { AccessError } from '@countersign/access';
import { QueryFailedError } from 'typeorm';
import { StoreError } from './errors.js';

function memberOf(error: unknown, name: 'code' | 'message'): string {
  const driverError = error instanceof QueryFailedError ? error.driverError : error;
  if (typeof driverError !== 'object' || driverError === null) return '';
  const value: unknown = Reflect.get(driverError, name);
  return typeof value === 'string' ? value : '';
}

/** The driver's code: SQLite's `SQLITE_…`, PostgreSQL's five characters, Node's `E…`; empty if there is none. */
export const codeOf = (error: unknown): string => memberOf(error, 'code');

/** Whether PostgreSQL refused a statement because one before it in its transaction has failed: that one says what is wrong. */
export const isAborted = (error: unknown): boolean => codeOf(error) === '25P02';

export const isBusy = (error: unknown): boolean => codeOf(error).startsWith('SQLITE_BUSY');

/** True for an insert over an existing key: SQLite's codes, the append-only triggers', PostgreSQL's 23505. */
export function isUniqueViolation(error: unknown): boolean {
  const code = codeOf(error);
  if (code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY')
    return true;
  return code === 'SQLITE_CONSTRAINT_TRIGGER' && messageOf(error).includes('UNIQUE constraint failed');
}

/**
 * PostgreSQL's classes of errors whose messages name tables, columns and rules and never a value: broken
 * rules (23), transactions (25, 40), privileges and policies (42501), locks (55), shut-downs (57), what our own triggers raise
 * (P0). Values stand in its `detail`, and in the messages of all other classes.
 */
const WITHOUT_VALUES = /^(23|25|40|42501|55|57|P0)/;

/** What the driver said; may repeat values. */
export const messageOf = (error: unknown): string => memberOf(error, 'message');

/** The driver's message without values. Statements and error details contain values, so they are left out. */
export function saidBy(error: unknown): string {
  const code = codeOf(error);
  if (/^[0-9A-Z]{5}$/.test(code) && !WITHOUT_VALUES.test(code)) return `(${code})`;
  return `${messageOf(error)} (${code})`;
}

/** A cause for an error of the domain: what was said, without the statement and its values. */
export const causeOf = (error: unknown): Error => new Error(saidBy(error));

/**
 * PostgreSQL refuses a text with a NUL, in a condition too. It can only come from a caller, because we write none. Whoever
 * reads input refuses it there, with a better answer; this covers what they forget. The unit is rolled back all the same.
 */
const UNSTORABLE_TEXT = '22021';

/**
 * What leaves the store instead of a failed query: statements carry values, values may be secret or
 * personal, and errors end up in logs (P11). Other errors pass as they are.
 */
export function withoutValues(error: unknown): unknown {
  if (codeOf(error) === UNSTORABLE_TEXT) return new AccessError('invalid_request', 'No text may have a NUL.');
  if (!(error instanceof QueryFailedError)) return error;
  return new StoreError('database_failed', `The database refused: ${saidBy(error)}.`);
}
