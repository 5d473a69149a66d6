import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DataSource, EntityManager } from 'typeorm';
import { StoreError } from '../../errors.js';
import { allMigrations, lacking } from '../applied.js';
import { ensureDeployment } from '../deployment.js';
import { type MigrateOptions, migrationsPending } from '../engine.js';
import { Sealer } from '../secrets/seal.js';
import { closeSource, openSource } from './data-source.js';
import { writeTransaction } from './transactions.js';

export async function migrateSqlite(path: string, options: MigrateOptions): Promise<string[]> {
  const sealer = new Sealer(options.masterKey, options.random);
  await makeFile(path);
  const source = await openSource(path, 'write');
  try {
    return await writeTransaction(source, async (manager) => {
      const pending = await unapplied(source);
      // The transaction is ours: TypeORM's own would begin deferred, and a second process could step in between.
      if (pending.length > 0) await source.runMigrations({ transaction: 'none' });
      await ensureDeployment(manager, { sealer, ids: options.ids, clock: options.clock });
      return pending;
    });
  } finally {
    await closeSource(source, path);
  }
}

/** Runs the work in one writing transaction of a database of this version. */
export async function asSqliteOwner<T>(
  path: string,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  if (!(await exists(path)))
    throw new StoreError('database_missing', 'There is no database file yet: run `countersign migrate`.');
  const source = await openSource(path, 'write');
  try {
    if ((await unapplied(source)).length > 0) throw migrationsPending();
    return await writeTransaction(source, work);
  } finally {
    await closeSource(source, path);
  }
}

export async function pendingOnSqlite(path: string): Promise<string[]> {
  if (!(await exists(path))) return allMigrations();
  const source = await openSource(path, 'write');
  try {
    return await unapplied(source);
  } finally {
    await closeSource(source, path);
  }
}

/** @throws StoreError `schema_too_new` where a newer version of the program has migrated it */
export async function unapplied(source: DataSource): Promise<string[]> {
  if (!(await source.createQueryRunner().hasTable('migrations'))) return allMigrations();
  const rows = await source.query<{ name: string }[]>('SELECT name FROM migrations');
  return lacking(rows.map((row) => row.name));
}

/**
 * Whether there is a file that this process may read and write. SQLite does not report why it cannot.
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
