import { StoreError } from '../errors.js';
import { sqlitePath } from './sqlite/url.js';

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
