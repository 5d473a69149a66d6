import { existsSync } from 'node:fs';
import type { DataSource } from 'typeorm';
import { StoreError } from '../../errors.js';
import { EntitySource } from '../entity-source.js';

/**
 * Pages that the writer keeps in memory, in KiB. A batch of a thousand records changes more than SQLite's own 2 MiB, which then
 * are written to the disk and read again before the commit.
 */
const CACHE_KIB = 32 * 1024;
/**
 * Pages of the write-ahead log before they are copied into the database, 32 MiB. With SQLite's own 4 MiB nearly every batch would
 * wait for that copy, and a page that each batch changes would be copied each time.
 */
const CHECKPOINT_PAGES = 8_192;

/** Milliseconds that a statement waits for another process's lock before it fails. */
const BUSY_TIMEOUT = 5000;

interface Pragmas {
  pragma(text: string): unknown;
}

/** Connections that found a write-ahead log. */
const withLog = new WeakSet<DataSource>();

/**
 * One connection to the database file. TypeORM has one query runner per SQLite source, on which concurrent
 * transactions corrupt each other: all use of a source goes through a queue (`UnitQueue`).
 *
 * @throws StoreError `database_unreadable`, `rebuild_needed`
 */
export async function openSource(path: string, mode: 'write' | 'read'): Promise<DataSource> {
  const hadLog = existsSync(`${path}-wal`);
  const source = new EntitySource({
    type: 'better-sqlite3',
    database: path,
    readonly: mode === 'read',
    fileMustExist: true,
    timeout: BUSY_TIMEOUT,
    statementCacheSize: 500,
    synchronize: false,
    logging: false,
    prepareDatabase: (database: Pragmas) => {
      if (mode === 'write') {
        database.pragma('journal_mode = WAL');
        database.pragma(`cache_size = -${CACHE_KIB}`);
        database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
      }
      // A commit is on the disk before it is answered: a decision that was announced must survive a power cut.
      database.pragma('synchronous = FULL');
      database.pragma('foreign_keys = ON');
      // What is deleted is overwritten with zeros: an erased value is not left in free pages.
      if (mode === 'write') database.pragma('secure_delete = ON');
    },
  });
  try {
    await source.initialize();
    if (hadLog) withLog.add(source);
    return source;
  } catch (error) {
    if (isWrongBinary(error)) throw rebuildNeeded(error);
    throw new StoreError('database_unreadable', 'The database file cannot be opened as a database.', error);
  }
}

/**
 * Closes a writing connection. The last one moves the write-ahead log into the file and removes it, unless a broker that was killed has
 * left it: a file with such a broker and without its log is known to be a copy (`isCopyOfRunning`). A reader that closes last removes
 * nothing. If the file has been removed meanwhile, there is nothing to keep.
 */
export async function closeSource(source: DataSource, path: string): Promise<void> {
  const isKept = withLog.has(source) && (await hasLeases(source));
  const last = isKept ? await openSource(path, 'read').catch(() => undefined) : undefined;
  await last?.query('SELECT 1 FROM broker_leases');
  await source.destroy();
  await last?.destroy();
}

async function hasLeases(source: DataSource): Promise<boolean> {
  const tables = await source.query<unknown[]>("SELECT 1 FROM sqlite_master WHERE name = 'broker_leases'");
  if (tables.length === 0) return false;
  return (await source.query<unknown[]>('SELECT 1 FROM broker_leases LIMIT 1')).length > 0;
}

/** Whether the driver's binary is missing, or is for another major version of Node. The database is not the cause then. */
function isWrongBinary(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isRefused = 'code' in error && error.code === 'ERR_DLOPEN_FAILED';
  return isRefused || error.message.startsWith('Could not locate the bindings file');
}

const rebuildNeeded = (cause: unknown) =>
  new StoreError(
    'rebuild_needed',
    `Rebuild needed: the SQLite driver was built for another major version of Node than this one (${process.versions.node}). In a clone run "node bin/prepare.mjs install". The folder of a release needs the Node that made it: use that one, or make the folder again with this one.`,
    cause,
  );
