import type { DataSource, EntityManager } from 'typeorm';
import { StoreError } from '../../errors.js';
import { checkedDeployment } from '../deployment.js';
import type { OpenedEngine } from '../engine.js';
import { type Engine, migrationsPending, NO_RULES } from '../engine.js';
import type { Sealer } from '../secrets/seal.js';
import { UnitQueue } from '../unit-queue.js';
import { openSource } from './data-source.js';
import { exists, unapplied } from './migrate.js';
import { readTransaction, writeTransaction } from './transactions.js';

export async function openSqlite(path: string, sealer: Sealer): Promise<OpenedEngine> {
  if (!(await exists(path)))
    throw new StoreError('database_missing', 'There is no database file yet: run `countersign migrate`.');
  const write = await openSource(path, 'write');
  try {
    if ((await unapplied(write)).length > 0) throw migrationsPending();
    const deployment = await checkedDeployment(write.manager, sealer);
    return { deployment, engine: new SqliteEngine(write, await openSource(path, 'read')) };
  } catch (error) {
    await write.destroy();
    throw error;
  }
}

/** One writer and one reader. The reach is held by the repositories alone: SQLite knows no policies. */
class SqliteEngine implements Engine {
  readonly rules = NO_RULES;
  readonly #writes = new UnitQueue();
  readonly #reads = new UnitQueue();

  constructor(
    private readonly writeSource: DataSource,
    private readonly readSource: DataSource,
  ) {}

  write<T>(_unit: unknown, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.#writes.run(() => writeTransaction(this.writeSource, work));
  }

  read<T>(_reach: unknown, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.#reads.run(() => readTransaction(this.readSource, work));
  }

  /** SQLite sends no notification: callers poll. */
  onForeignCommit(): () => void {
    return () => {};
  }

  async close(): Promise<void> {
    await Promise.all([this.#writes.close(), this.#reads.close()]);
    if (this.readSource.isInitialized) await this.readSource.destroy();
    if (this.writeSource.isInitialized) await this.writeSource.destroy();
  }
}
