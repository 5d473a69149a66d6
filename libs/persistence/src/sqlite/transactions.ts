import { setTimeout as pause } from 'node:timers/promises';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { StoreError } from '../errors.js';

/** How long a writing unit waits for other processes before it gives up. */
const LOCK_WAIT_MS = 10_000;

/**
 * One unit of work as one transaction that holds the write lock from its first statement: read-then-write
 * under a deferred lock fails as soon as another process writes in between.
 *
 * @throws StoreError `store_busy` where other processes held the lock for 10 s; whatever `work` throws, rolled back
 */
export async function writeTransaction<T>(
  source: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  await beginImmediate(source);
  try {
    const result = await work(source.manager);
    await source.query('COMMIT');
    return result;
  } catch (error) {
    await rollback(source);
    throw error;
  }
}

/** One unit of reads as one snapshot. */
export async function readTransaction<T>(
  source: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  await source.query('BEGIN');
  try {
    return await work(source.manager);
  } finally {
    await rollback(source);
  }
}

/**
 * Waits for the lock without SQLite's own busy handler, which would stop the whole process, heartbeats
 * included. The small random pauses let each of several waiting processes in.
 */
async function beginImmediate(source: DataSource): Promise<void> {
  const until = performance.now() + LOCK_WAIT_MS;
  await source.query('PRAGMA busy_timeout = 0');
  try {
    for (;;) {
      try {
        await source.query('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (performance.now() > until)
          throw new StoreError('store_busy', 'Another process holds the database. Try again.', error);
        await pause(1 + Math.random() * 4);
      }
    }
  } finally {
    await source.query('PRAGMA busy_timeout = 5000');
  }
}

/** A failed COMMIT or a full disk may have rolled back already; there is nothing more to undo then. */
async function rollback(source: DataSource): Promise<void> {
  try {
    await source.query('ROLLBACK');
  } catch (error) {
    if (!(error instanceof Error && /no transaction is active/.test(error.message))) throw error;
  }
}

const codeOf = (error: unknown): string => {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
};

const isBusy = (error: unknown): boolean => codeOf(error).startsWith('SQLITE_BUSY');

/** True for an insert over an existing key: SQLite's codes, the append-only triggers', PostgreSQL's 23505. */
export function isUniqueViolation(error: unknown): boolean {
  const code = codeOf(error);
  if (code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY')
    return true;
  return (
    code === 'SQLITE_CONSTRAINT_TRIGGER' &&
    error instanceof Error &&
    error.message.includes('UNIQUE constraint failed')
  );
}
