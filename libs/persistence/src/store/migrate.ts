import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DataSource } from 'typeorm';
import { StoreError } from '../errors.js';
import { MIGRATIONS } from '../migrations/index.js';
import { Sealer } from '../secrets/seal.js';
import { openSource } from '../sqlite/data-source.js';
import { writeTransaction } from '../sqlite/transactions.js';
import { sqlitePath } from '../sqlite/url.js';
import { ensureDeployment } from './deployment.js';
import type { StoreOptions } from './options.js';

/**
 * Brings the database to this version: makes the file (0600, in a folder 0700) where there is none, runs
 * what is pending and, on the first run, gives the deployment its id. All in one transaction; two processes
 * that migrate at once do it one after the other.
 *
 * @returns the names of the migrations that were applied
 * @throws StoreError `invalid_url`, `engine_unsupported`, `master_key_mismatch`, `schema_too_new`, `store_busy`
 */
export async function migrate(
  options: Pick<StoreOptions, 'url' | 'masterKey' | 'ids' | 'random' | 'clock'>,
): Promise<{ applied: string[] }> {
  const path = sqlitePath(options.url);
  const sealer = new Sealer(options.masterKey, options.random);
  await makeFile(path);
  const source = await openSource(path, 'write');
  try {
    return await writeTransaction(source, async (manager) => {
      const known = await unapplied(source);
      // The transaction is ours: TypeORM's own would begin deferred, and a second process could step in between.
      if (known.length > 0) await source.runMigrations({ transaction: 'none' });
      await ensureDeployment(manager, { sealer, ids: options.ids, clock: options.clock });
      return { applied: known };
    });
  } finally {
    await source.destroy();
  }
}

/** Names of the migrations that a database still lacks; all of them where there is no file. */
export async function pendingMigrations(url: string): Promise<string[]> {
  const path = sqlitePath(url);
  if (!(await exists(path))) return allNames();
  const source = await openSource(path, 'write');
  try {
    return await unapplied(source);
  } finally {
    await source.destroy();
  }
}

/** @throws StoreError `schema_too_new` where a newer version of the program has migrated it */
export async function unapplied(source: DataSource): Promise<string[]> {
  const runner = source.createQueryRunner();
  if (!(await runner.hasTable('migrations'))) return allNames();
  const rows = await source.query<{ name: string }[]>('SELECT name FROM migrations');
  const applied = new Set(rows.map((row) => row.name));
  const names = allNames();
  const unknown = [...applied].filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new StoreError(
      'schema_too_new',
      `The database has migrations of a newer version: ${unknown.join(', ')}.`,
    );
  return names.filter((name) => !applied.has(name));
}

const allNames = (): string[] => MIGRATIONS.map((Migration) => new Migration().name);

/**
 * Whether there is a file that this process may read and write. SQLite would not tell why it cannot.
 * @throws StoreError `database_unreadable` with the file system's error as its cause
 */
export async function exists(path: string): Promise<boolean> {
  try {
    await (await open(path, 'r+')).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new StoreError(
      'database_unreadable',
      'The database file cannot be opened for reading and writing.',
      error,
    );
  }
}

/** SQLite gives its side files the mode of the main one. */
async function makeFile(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, 'a', 0o600);
    await file.close();
    await chmod(path, 0o600);
  } catch (error) {
    throw new StoreError('database_unreadable', 'The database file cannot be made or read.', error);
  }
}
