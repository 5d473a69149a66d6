import { resolve } from 'node:path';
import { StoreError } from '../../errors.js';

/**
 * The path of the database file in `sqlite:PATH` (relative to the working directory).
 *
 * @throws StoreError `invalid_url`; the URL is not repeated, it may carry a password
 */
export function sqlitePath(url: string): string {
  const path = /^sqlite:(?:\/\/)?(.+)$/s.exec(url)?.[1];
  if (path === undefined || path.includes('\0') || path === ':memory:')
    throw new StoreError('invalid_url', 'The database URL must be sqlite:PATH of a file, or postgres://….');
  return resolve(path);
}
