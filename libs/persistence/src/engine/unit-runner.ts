import {
  type DataSource,
  type EntityManager,
  QueryFailedError,
  type QueryRunner,
  QueryRunnerAlreadyReleasedError,
} from 'typeorm';

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
 */
export async function withinUnit<T>(
  source: DataSource,
  runner: QueryRunner,
  execute: Execute,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  // A view: only this unit's is released at its end.
  const view: UnitRunner = Object.create(runner);
  view.execute = (sql, parameters) => {
    if (view.isReleased) return Promise.reject(new QueryRunnerAlreadyReleasedError());
    return execute(sql, parameters).catch((error: Error) => {
      throw new QueryFailedError(sql, parameters, error);
    });
  };
  try {
    return await work(source.createEntityManager(view));
  } finally {
    Object.defineProperty(view, 'isReleased', { value: true });
  }
}

/** Runs a statement on the unit's connection; outside of units, through TypeORM, and then a write does not say what it wrote. */
export async function execute(manager: EntityManager, sql: string, parameters: unknown[]): Promise<Executed> {
  const runner = manager.queryRunner as UnitRunner | undefined;
  if (runner?.execute !== undefined) return runner.execute(sql, parameters);
  return { rows: await manager.query<Record<string, unknown>[]>(sql, parameters), affected: 0 };
}
