import { QueryFailedError } from 'typeorm';
import { StoreError } from '../errors.js';

/** What the driver said, without the statement and the values that TypeORM hangs on its error. */
export function driverErrorOf(error: unknown): unknown {
  return error instanceof QueryFailedError ? error.driverError : error;
}

function memberOf(error: unknown, name: 'code' | 'message'): string {
  const said = driverErrorOf(error);
  if (typeof said !== 'object' || said === null) return '';
  const value: unknown = Reflect.get(said, name);
  return typeof value === 'string' ? value : '';
}

export const isBusy = (error: unknown): boolean => memberOf(error, 'code').startsWith('SQLITE_BUSY');

/** True for an insert over an existing key: SQLite's codes, the append-only triggers', PostgreSQL's 23505. */
export function isUniqueViolation(error: unknown): boolean {
  const code = memberOf(error, 'code');
  if (code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY')
    return true;
  const message = memberOf(error, 'message');
  return code === 'SQLITE_CONSTRAINT_TRIGGER' && message.includes('UNIQUE constraint failed');
}

/**
 * What leaves the store instead of a failed query: statements carry values, values may be secret or
 * personal, and errors end up in logs (P11). Other errors pass as they are.
 */
export function withoutValues(error: unknown): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  const { code, message } = { code: memberOf(error, 'code'), message: memberOf(error, 'message') };
  return new StoreError('database_failed', `The database refused: ${message} (${code}).`);
}
