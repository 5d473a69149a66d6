import { backUpPostgres } from './postgres/backup.js';
import { backUpSqlite } from './sqlite/backup.js';
import { placeOf } from './url.js';

/**
 * Writes the database as of one moment into a file, while brokers run. What is sealed in it stays sealed under the master key.
 *
 * @param file empty, or absent
 * @throws StoreError `invalid_url`, `database_missing`, `database_unreadable`, `backup_failed`
 */
export async function backUp(url: string, file: string): Promise<{ engine: 'sqlite' | 'postgres' }> {
  const place = placeOf(url);
  await (place.engine === 'sqlite' ? backUpSqlite(place.path, file) : backUpPostgres(place.url, file));
  return { engine: place.engine };
}
