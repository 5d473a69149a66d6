import { resolve } from 'node:path';
import { StoreError } from '../errors.js';

/** Where the database is: a file, or a server that its own driver finds by the URL. */
export type Place = { engine: 'sqlite'; path: string } | { engine: 'postgres'; url: string };

/**
 * Reads `sqlite:PATH` (relative to the working directory) or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
 *
 * @throws StoreError `invalid_url`; the URL is not repeated, it may carry a password
 */
export function placeOf(url: string): Place {
  if (!/^postgres(ql)?:\/\//.test(url)) return { engine: 'sqlite', path: sqlitePath(url) };
  if (!URL.canParse(url) || new URL(url).pathname.length < 2)
    throw new StoreError(
      'invalid_url',
      'The database URL must be postgres://USER:PASSWORD@HOST:PORT/DATABASE.',
    );
  return { engine: 'postgres', url };
}

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
