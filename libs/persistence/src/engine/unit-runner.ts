import { setImmediate as turn } from 'node:timers/promises';
import {
  type DataSource,
  type EntityManager,
  QueryFailedError,
  type QueryRunner,
  QueryRunnerAlreadyReleasedError,
} from 'typeorm';
import { isAborted } from '../failures.js';

/** What a statement returned, and how many rows it wrote. */
export interface Executed {
  rows: Record<string, unknown>[];
  affected: number;
}

/**
 * Runs one statement on the driver's own connection. It sends the statement before it returns, so statements of one
 * moment share a round trip.
 */
export type Execute = (sql: string, parameters: unknown[]) => Promise<Executed>;

/** A query runner that belongs to one unit of work. */
export interface UnitRunner extends QueryRunner {
  /** Past TypeORM, which takes longer to hand on a statement than the engine takes to run it. */
  execute: Execute;
}

/**
 * Hands out a manager that works until the unit is over and never after: a call that was never awaited would otherwise
 * land in another unit's transaction, or in none.
 *
 * @param begun settles when the transaction has begun; if it has not, the manager works no more
 */
export async function withinUnit<T>(
  source: DataSource,
  runner: QueryRunner,
  execute: Execute,
  work: (manager: EntityManager) => Promise<T>,
  begun?: Promise<unknown>,
): Promise<T> {
  // A view: only this unit's is released at its end.
  const view: UnitRunner = Object.create(runner);
  let cause: QueryFailedError | undefined;
  view.execute = (sql, parameters) => {
    if (view.isReleased) return Promise.reject(new QueryRunnerAlreadyReleasedError());
    return execute(sql, parameters).catch((error: Error) => {
      const failed = new QueryFailedError(sql, parameters, error);
      if (!isAborted(failed)) cause ??= failed;
      throw failed;
    });
  };
  const end = () => Object.defineProperty(view, 'isReleased', { value: true });
  begun?.catch(end);
  try {
    return await work(source.createEntityManager(view));
  } catch (error) {
    // Statements that were sent together fail together, and the first failure need not be the first to get here.
    if (isAborted(error)) await turn();
    throw isAborted(error) ? (cause ?? error) : error;
  } finally {
    end();
  }
}

/** Runs a statement on the unit's connection; outside of units, through TypeORM, and then a write does not say what it wrote. */
export async function execute(manager: EntityManager, sql: string, parameters: unknown[]): Promise<Executed> {
  const runner = manager.queryRunner as UnitRunner | undefined;
  if (runner?.execute !== undefined) return runner.execute(sql, parameters);
  return { rows: await manager.query<Record<string, unknown>[]>(sql, parameters), affected: 0 };
}
