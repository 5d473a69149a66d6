import { backOffDelay, sleep } from '@countersign/runtime';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { StoreError } from '../../errors.js';
import { codeOf, messageOf, saidBy, withoutValues } from '../../failures.js';
import type { TransactionEnd } from '../../units/transaction-end.js';
import type { GroupTransaction, WriteWork } from '../unit-group.js';
import type { QueuedUnit } from '../unit-queues.js';
import { withinUnit } from '../unit-runner.js';
import { unreachable } from './data-source.js';
import { type Connection, control, executeOn, StatementNames } from './statements.js';

/** Serialization failures and deadlocks: nothing of the unit is left, and the same unit may succeed right after. */
const AGAIN = new Set(['40001', '40P01']);
const MOST_ATTEMPTS = 5;
/** Wholly random delays, so that each of several units that collided gets through. */
const BACK_OFF = { firstMs: 10, longestMs: 40, jitter: 1 };

/** The pools of connections, each with the names that its server keeps. */
const names = new WeakMap<DataSource, StatementNames>();

function namesOf(source: DataSource): StatementNames {
  const known = names.get(source) ?? new StatementNames();
  names.set(source, known);
  return known;
}

/** Whether the connection failed: then it is not known what the server did last. */
export const isUnknown = (error: unknown): boolean =>
  isSilence(error) ||
  /^(08|57P|E[A-Z]+$)/.test(codeOf(error)) ||
  /Connection (terminated|ended)|not queryable/.test(messageOf(error));

/** Whether nothing is left of a transaction that failed so, and it may succeed right after. */
export const isAgain = (source: DataSource, error: unknown): boolean =>
  AGAIN.has(codeOf(error)) || namesOf(source).isLost(codeOf(error));

/**
 * Work as one transaction on one pooled connection. It is run again if PostgreSQL had to choose
 * between it and another one.
 *
 * @param begin statements that open the transaction, in one round trip
 * @param attempts how many there were before
 * @throws StoreError `store_busy` if a lock is not available, `database_unreadable` if there is no connection or no answer;
 *   whatever `work` throws, rolled back
 */
export function transaction<T>(
  source: DataSource,
  begin: string,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  return again(source, 0, () => once(source, begin, work));
}

/** Runs a transaction again as long as PostgreSQL asks for it. @param attempts how many there were before */
export async function again<T>(source: DataSource, attempts: number, run: () => Promise<T>): Promise<T> {
  for (let attempt = attempts; ; attempt += 1) {
    if (attempt > 0) await sleep(backOffDelay(attempt, BACK_OFF));
    try {
      return await run();
    } catch (error) {
      if (!isAgain(source, error) || attempt + 1 >= MOST_ATTEMPTS) throw refused(error);
    }
  }
}

async function once<T>(
  source: DataSource,
  begin: string,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const open = await OpenTransaction.begin(source, begin);
  try {
    const result = await open.run(work);
    await open.commit();
    return result;
  } catch (error) {
    await open.rollback(error);
    throw error;
  } finally {
    await open.release();
  }
}

/** A transaction on a pooled connection. */
class OpenTransaction {
  /** Settles when the transaction has begun. */
  readonly #begun: Promise<unknown>;
  #hasBegun = false;

  private constructor(
    private readonly source: DataSource,
    private readonly runner: QueryRunner,
    private readonly connection: Connection,
    begin: string,
  ) {
    this.#begun = control(connection, begin);
    // The failure is thrown by `run`.
    this.#begun.catch(() => undefined);
  }

  static async begin(source: DataSource, begin: string): Promise<OpenTransaction> {
    const runner = source.createQueryRunner();
    return new OpenTransaction(source, runner, await connect(runner), begin);
  }

  /**
   * Runs work without waiting for the transaction to have begun: its first statements share that round trip. If it did
   * not begin, these run without role and reach: row-level security shows and takes no row, unless the login is exempt
   * from it. All further statements are refused.
   */
  async run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const execute = executeOn(this.connection, namesOf(this.source));
    try {
      return await withinUnit(this.source, this.runner, execute, work, this.#begun);
    } finally {
      if (!this.#hasBegun) await this.#begun;
      this.#hasBegun = true;
    }
  }

  control(sql: string): Promise<{ command?: string }> {
    return control(this.connection, sql);
  }

  async commit(): Promise<void> {
    // A transaction that a swallowed error has aborted is rolled back by COMMIT, without an error.
    const { command } = await this.control('COMMIT');
    if (command !== 'COMMIT')
      throw new StoreError('database_failed', 'A statement of the unit had failed; nothing was committed.');
  }

  /** A connection on which not even that works leaves the pool, and the server rolls back by itself. */
  async rollback(error: unknown): Promise<void> {
    if (isSilence(error)) return leave(this.connection);
    try {
      await this.control('ROLLBACK');
    } catch {
      await leave(this.connection);
    }
  }

  release(): Promise<void> {
    return this.runner.release();
  }

  /** Ends a transaction that has only read; never throws. @param error what failed in it */
  async close(error: unknown): Promise<void> {
    try {
      if (error === undefined) await this.control('COMMIT');
      else await this.rollback(error);
    } catch {
      await leave(this.connection);
    } finally {
      await this.release();
    }
  }
}

/** One transaction for several writing units: each has a savepoint. */
export class PostgresGroup implements GroupTransaction {
  #isFirst = true;
  #isBroken = false;

  private constructor(
    private readonly open: OpenTransaction,
    readonly end: TransactionEnd,
  ) {}

  static async begin(source: DataSource, begin: string, end: TransactionEnd): Promise<PostgresGroup> {
    const open = await OpenTransaction.begin(source, `${begin}; SAVEPOINT unit`);
    return new PostgresGroup(open, end);
  }

  async unit(work: WriteWork): Promise<unknown> {
    const savepoint = this.#isFirst ? undefined : this.open.control('RELEASE SAVEPOINT unit; SAVEPOINT unit');
    this.#isFirst = false;
    savepoint?.catch(() => undefined);
    try {
      return await this.open.run((manager) => work(manager, this.end));
    } finally {
      await savepoint?.catch((error: unknown) => {
        // The unit before has swallowed the failure of a statement: nothing of this transaction can be committed.
        this.#isBroken = true;
        throw error;
      });
    }
  }

  async undoUnit(): Promise<void> {
    if (this.#isBroken) throw new StoreError('database_failed', 'The savepoint is that of another unit.');
    await this.open.control('ROLLBACK TO SAVEPOINT unit');
  }

  async commit(): Promise<void> {
    const flushed = this.open.run((manager) => this.end.flush(manager));
    // In the same round trip: COMMIT of a transaction in which a statement has failed rolls it back.
    const committed = this.open.commit();
    committed.catch(() => undefined);
    await flushed;
    await committed;
    await this.open.release();
  }

  async rollback(error: unknown): Promise<void> {
    await this.open.rollback(error);
    await this.open.release();
  }
}

export interface ReadTask {
  begin: string;
  work: (manager: EntityManager) => Promise<unknown>;
}

/** Runs the reads that wait at this moment in one snapshot. Each is answered when it has read. */
export async function runReads(
  source: DataSource,
  first: QueuedUnit<ReadTask>,
  next: () => QueuedUnit<ReadTask> | undefined,
): Promise<void> {
  const { begin } = first.task;
  const units = [first];
  for (let unit = next(); unit !== undefined; unit = next()) units.push(unit);
  const failed: { unit: QueuedUnit<ReadTask>; error: unknown }[] = [];
  try {
    const open = await OpenTransaction.begin(source, begin);
    await Promise.all(
      units.map(async (unit) => {
        try {
          unit.succeed(await open.run(unit.task.work));
        } catch (error) {
          failed.push({ unit, error });
        }
      }),
    );
    await open.close(failed[0]?.error);
  } catch (error) {
    for (const unit of units) unit.fail(refused(error));
    return;
  }
  for (const { unit, error } of failed) {
    // The failure of one statement has failed all that came after it.
    const isOwn = units.length === 1 && !isAgain(source, error);
    if (isOwn || codeOf(error) === '' || isUnknown(error)) unit.fail(refused(error));
    else await settle(unit, () => again(source, 1, () => once(source, begin, unit.task.work)));
  }
}

async function settle(unit: QueuedUnit<ReadTask>, run: () => Promise<unknown>): Promise<void> {
  try {
    unit.succeed(await run());
  } catch (error) {
    unit.fail(error);
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

const leave = (connection: Connection): Promise<void> => connection.end().catch(() => undefined);
/** `pg` has no code for an answer that did not come within `query_timeout`. Later queries on this connection queue behind it. */
const isSilence = (error: unknown): boolean => messageOf(error) === 'Query read timeout';

const LOCK_NOT_AVAILABLE = '55P03';

/** The error as it leaves the store. Errors of `pg` carry values in their details, ours and the domain's do not. */
export function refused(error: unknown): unknown {
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
