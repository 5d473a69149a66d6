import { sleep } from '@countersign/runtime';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { StoreError } from '../../errors.js';
import { isBusy, withoutValues } from '../../failures.js';
import type { TransactionEnd } from '../../units/transaction-end.js';
import type { GroupTransaction, WriteWork } from '../unit-group.js';
import { withinUnit } from '../unit-runner.js';
import { control, executeOn, isInTransaction } from './statements.js';

/** How long a writing unit waits for other processes before it gives up. */
const LOCK_WAIT_MS = 10_000;

/**
 * One transaction that holds the write lock from its first statement: read-then-write
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
    const result = await inUnit(source, work);
    control(source, 'COMMIT');
    return result;
  } catch (error) {
    rollback(source);
    throw refused(error);
  }
}

/** One unit of reads as one snapshot. */
export async function readTransaction<T>(
  source: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  control(source, 'BEGIN');
  try {
    return await inUnit(source, work);
  } catch (error) {
    throw withoutValues(error);
  } finally {
    rollback(source);
  }
}

const inUnit = <T>(source: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> =>
  withinUnit(source, source.createQueryRunner(), executeOn(source), work);

/** One transaction for several writing units: each has a savepoint. */
export class SqliteGroup implements GroupTransaction {
  /** Whether the savepoint is that of the unit that was begun last. */
  #hasSavepoint = false;

  private constructor(
    private readonly source: DataSource,
    readonly end: TransactionEnd,
  ) {}

  static async open(source: DataSource, end: TransactionEnd): Promise<SqliteGroup> {
    await beginImmediate(source);
    return new SqliteGroup(source, end);
  }

  unit(work: WriteWork): Promise<unknown> {
    const isFirst = !this.#hasSavepoint;
    this.#hasSavepoint = false;
    if (!isFirst) control(this.source, 'RELEASE unit');
    control(this.source, 'SAVEPOINT unit');
    this.#hasSavepoint = true;
    return inUnit(this.source, (manager) => work(manager, this.end));
  }

  async undoUnit(): Promise<void> {
    if (!this.#hasSavepoint)
      throw new StoreError('database_failed', 'The savepoint is that of another unit.');
    if (!isInTransaction(this.source))
      throw new StoreError('database_failed', 'The database has ended the transaction.');
    control(this.source, 'ROLLBACK TO unit');
  }

  async commit(): Promise<void> {
    await inUnit(this.source, (manager) => this.end.flush(manager));
    control(this.source, 'COMMIT');
  }

  async rollback(): Promise<void> {
    rollback(this.source);
  }
}

/** The error as it leaves the store: a failed statement carries its values. */
export function refused(error: unknown): unknown {
  const isDriver = error instanceof Error && error.name === 'SqliteError';
  return withoutValues(isDriver ? new QueryFailedError('', [], error) : error);
}

/**
 * Waits for the lock without SQLite's own busy handler, which would stop the whole process, heartbeats
 * included. The small random pauses let each of several waiting processes in.
 */
async function beginImmediate(source: DataSource): Promise<void> {
  const until = performance.now() + LOCK_WAIT_MS;
  control(source, 'PRAGMA busy_timeout = 0');
  try {
    for (;;) {
      try {
        control(source, 'BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (performance.now() > until)
          throw new StoreError('store_busy', 'Another process holds the database. Try again.', error);
        await sleep(1 + Math.random() * 4);
      }
    }
  } finally {
    control(source, 'PRAGMA busy_timeout = 5000');
  }
}

/** A failed COMMIT or a full disk may have rolled back already; there is nothing more to undo then. */
function rollback(source: DataSource): void {
  if (isInTransaction(source)) control(source, 'ROLLBACK');
}
