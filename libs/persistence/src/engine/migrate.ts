import type { MigrateOptions } from './engine.js';
import { inspect, type PostgresFacts } from './postgres/inspect.js';
import { migratePostgres, pendingOnPostgres } from './postgres/migrate.js';
import { migrateSqlite, pendingOnSqlite } from './sqlite/migrate.js';
import { placeOf } from './url.js';

/**
 * Brings the database to this version: runs what is pending and, on the first run, gives the deployment its
 * id. All in one transaction; two processes that migrate at once do it one after the other. An SQLite file is
 * made (0600, in a folder 0700) if there is none; a PostgreSQL database must exist, and the role of the
 * brokers is made in it.
 *
 * @returns the names of the migrations that were applied
 * @throws StoreError `invalid_url`, `database_unreadable`, `master_key_mismatch`, `schema_too_new`, `store_busy`,
 *   `role_missing`
 */
export async function migrate(options: MigrateOptions): Promise<{ applied: string[] }> {
  const place = placeOf(options.url);
  return {
    applied: await (place.engine === 'sqlite'
      ? migrateSqlite(place.path, options)
      : migratePostgres(place.url, options)),
  };
}

/** Names of the migrations that a database still lacks; all of them if there is no SQLite file. */
export async function pendingMigrations(url: string): Promise<string[]> {
  const place = placeOf(url);
  return place.engine === 'sqlite' ? pendingOnSqlite(place.path) : pendingOnPostgres(place.url);
}

/**
 * What the operator should know about the database's server; null for SQLite, which has none.
 *
 * @throws StoreError `invalid_url`, `database_unreadable`
 */
export async function inspectServer(url: string): Promise<PostgresFacts | null> {
  const place = placeOf(url);
  return place.engine === 'sqlite' ? null : inspect(place.url);
}
