import { resolve } from 'node:path';
import { StoreError } from '../errors.js';

/**
 * The path of the database file in `sqlite:PATH` (relative to the working directory).
 *
 * @throws StoreError `engine_unsupported` for `postgres://`, `invalid_url` otherwise; the URL is not repeated,
 *   it may carry a password
 */
export function sqlitePath(url: string): string {
  if (/^postgres(ql)?:\/\//.test(url))
    throw new StoreError('engine_unsupported', 'PostgreSQL is not supported yet. Use sqlite:PATH.');
  const path = /^sqlite:(?:\/\/)?(.+)$/s.exec(url)?.[1];
  if (path === undefined || path.includes('\0') || path === ':memory:')
    throw new StoreError('invalid_url', 'The database URL must be sqlite:PATH of a file.');
  return resolve(path);
}
