import { backOffDelay, sleep } from '@countersign/runtime';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { StoreError } from '../../errors.js';
import { codeOf, messageOf, saidBy, withoutValues } from '../../failures.js';
import { unreachable } from './data-source.js';

/** What we use of a pooled connection of `pg`. */
interface Connection {
  query(sql: string): Promise<{ command?: string }>;
  end(): Promise<void>;
}

/** Serialization failures and deadlocks: nothing of the unit is left, and the same unit may succeed right after. */
const AGAIN = new Set(['40001', '40P01']);
const MOST_ATTEMPTS = 5;
/** Wholly random delays, so that each of several units that collided gets through. */
const BACK_OFF = { firstMs: 10, longestMs: 40, jitter: 1 };

/**
 * One unit as one transaction on one pooled connection. The unit is run again where PostgreSQL had to choose
 * between it and another one.
 *
 * @param begin statements that open the transaction, in one round trip
 * @throws StoreError `store_busy` where a lock was not to be had, `database_unreadable` where there is no connection, or no answer;
 *   whatever `work` throws, rolled back
 */
export async function transaction<T>(
  source: DataSource,
  begin: string,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(source, begin, work);
    } catch (error) {
      if (!AGAIN.has(codeOf(error)) || attempt === MOST_ATTEMPTS) throw refused(error);
      await sleep(backOffDelay(attempt, BACK_OFF));
    }
  }
}

async function once<T>(
  source: DataSource,
  begin: string,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = source.createQueryRunner();
  const connection = await connect(runner);
  try {
    const begun = connection.query(begin);
    const result = await workAfter(begun, () => work(source.createEntityManager(runner)));
    // A transaction that a swallowed error has aborted is rolled back by COMMIT, without an error.
    const { command } = await connection.query('COMMIT');
    if (command !== 'COMMIT')
      throw new StoreError('database_failed', 'A statement of the unit had failed; nothing was committed.');
    return result;
  } catch (error) {
    await (isSilence(error) ? leave(connection) : rollback(connection));
    throw error;
  } finally {
    // A manager that is kept after the unit is released: a late call cannot write into another unit's transaction.
    await runner.release();
  }
}

/**
 * Runs the work without waiting for the transaction to have begun: its first statements share that round trip. If it did
 * not begin, they run without role and reach, and row-level security shows and takes no row.
 */
async function workAfter<T>(begun: Promise<unknown>, work: () => Promise<T>): Promise<T> {
  // The failure is thrown below.
  begun.catch(() => undefined);
  try {
    return await work();
  } finally {
    await begun;
  }
}

async function connect(runner: QueryRunner): Promise<Connection> {
  try {
    return await runner.connect();
  } catch (error) {
    await runner.release();
    throw unreachable(error);
  }
}

/** A connection on which not even that works leaves the pool, and the server rolls back by itself. */
async function rollback(connection: Connection): Promise<void> {
  try {
    await connection.query('ROLLBACK');
  } catch {
    await leave(connection);
  }
}

const leave = (connection: Connection): Promise<void> => connection.end().catch(() => undefined);

/** `pg` has no code for an answer that did not come within `query_timeout`. Later queries on this connection queue behind it. */
const isSilence = (error: unknown): boolean => messageOf(error) === 'Query read timeout';

const LOCK_NOT_AVAILABLE = '55P03';

/** The error as it leaves the store. Errors of `pg` carry values in their details, ours and the domain's do not. */
function refused(error: unknown): unknown {
  if (codeOf(error) === LOCK_NOT_AVAILABLE)
    return new StoreError('store_busy', 'Another unit of work holds what this one needs. Try again.');
  if (isSilence(error))
    return new StoreError('database_unreadable', 'The PostgreSQL database did not answer in time.');
  const known = withoutValues(error);
  if (known !== error || !isDriverError(error)) return known;
  return new StoreError('database_failed', `The database refused: ${saidBy(error)}.`);
}

/** An error of `pg` itself, which queries outside TypeORM throw: five characters of code, or a socket's. */
const isDriverError = (error: unknown): boolean =>
  !(error instanceof StoreError) && (/^[0-9A-Z]{5}$/.test(codeOf(error)) || /^E[A-Z]+$/.test(codeOf(error)));
