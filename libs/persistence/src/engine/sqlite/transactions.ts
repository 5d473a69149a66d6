import { sleep } from '@countersign/runtime';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { StoreError } from '../../errors.js';
import { isBusy, withoutValues } from '../../failures.js';

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
    const result = await withinUnit(source, work);
    await source.query('COMMIT');
    return result;
  } catch (error) {
    await rollback(source);
    throw withoutValues(error);
  }
}

/** One unit of reads as one snapshot. */
export async function readTransaction<T>(
  source: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  await source.query('BEGIN');
  try {
    return await withinUnit(source, work);
  } catch (error) {
    throw withoutValues(error);
  } finally {
    await rollback(source);
  }
}

/**
 * Hands out a manager that works until the unit is over and never after: a call that was never awaited
 * would otherwise land in another unit's transaction, or in none.
 */
async function withinUnit<T>(source: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  const runner: QueryRunner = Object.create(source.createQueryRunner());
  try {
    return await work(source.createEntityManager(runner));
  } finally {
    // Shadows the shared runner's own flag, so that only this unit's view of it is released.
    Object.defineProperty(runner, 'isReleased', { value: true });
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
        await sleep(1 + Math.random() * 4);
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
