import type { DataSource, EntityManager } from 'typeorm';
import { StoreError } from '../../errors.js';
import type { RowAccess } from '../../repositories/bound.js';
import type { UnitContext } from '../../units/context.js';
import { TransactionEnd } from '../../units/transaction-end.js';
import { openDeployment } from '../deployment.js';
import {
  type Engine,
  isTenant,
  migrationsPending,
  NO_RULES,
  type OpenedEngine,
  type Pools,
} from '../engine.js';
import { asUnit } from '../inside-unit.js';
import { aloneIn, type GroupRules, runGroup, type WriteTask, type WriteWork } from '../unit-group.js';
import { UnitQueue } from '../unit-queue.js';
import { type QueuedUnit, UnitQueues } from '../unit-queues.js';
import { closeSource, openSource } from './data-source.js';
import { exists, unapplied } from './migrate.js';
import { truncateLog } from './statements.js';
import { readTransaction, refused, SqliteGroup } from './transactions.js';

export async function openSqlite(path: string, context: UnitContext): Promise<OpenedEngine> {
  if (!(await exists(path)))
    throw new StoreError('database_missing', 'There is no database file yet: run `countersign migrate`.');
  const write = await openSource(path, 'write');
  try {
    if ((await unapplied(write)).length > 0) throw migrationsPending();
    const deployment = await openDeployment(write.manager, context);
    return { deployment, engine: new SqliteEngine(path, write, await openSource(path, 'read'), context) };
  } catch (error) {
    await closeSource(write, path);
    throw error;
  }
}

/** Not a unit of work: what comes between two of them. */
const SCRUB = { scrub: true } as const;
type Scrub = typeof SCRUB;
type WriteUnit = QueuedUnit<WriteTask>;

const isScrub = (unit: QueuedUnit<WriteTask | Scrub>): unit is QueuedUnit<Scrub> => unit.task === SCRUB;

/** The database has one writer. */
const WRITER = 'writer';

/** One writer and one reader. The reach is held by the repositories alone: SQLite knows no policies. */
class SqliteEngine implements Engine {
  readonly rules = NO_RULES;
  readonly #writes: UnitQueues<WriteTask | Scrub>;
  readonly #reads = new UnitQueue();

  constructor(
    private readonly path: string,
    private readonly writeSource: DataSource,
    private readonly readSource: DataSource,
    context: UnitContext,
  ) {
    const open = () => SqliteGroup.open(writeSource, new TransactionEnd(context, NO_RULES));
    const group: GroupRules = {
      open,
      alone: ({ work }) =>
        aloneIn(open, work).catch((error: unknown) => {
          throw refused(error);
        }),
      isAgain: () => false,
      isUnknown: () => false,
      refused,
    };
    this.#writes = new UnitQueues(1, (first, next) =>
      isScrub(first) ? this.scrub(first) : runGroup(first as WriteUnit, next as () => WriteUnit, group),
    );
  }

  write<T>({ reach }: { reach: RowAccess }, work: WriteWork): Promise<T> {
    // What a unit across tenants reads of the organisation it may have changed itself, and its commit may fail.
    return this.#writes.run<T>(WRITER, { reach, work: asUnit(work) }, { isAlone: !isTenant(reach) });
  }

  read<T>(_reach: unknown, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.#reads.run(() => readTransaction(this.readSource, work));
  }

  /** Between two writing units, so that no transaction of this process is open. */
  scrubDeleted(): Promise<boolean> {
    return this.#writes.run<boolean>(WRITER, SCRUB, { isAlone: true });
  }

  /**
   * Moves the write-ahead log into the database file and cuts it to nothing: it still holds pages from before the deletion.
   * In the file itself `secure_delete` has overwritten what was deleted.
   */
  private async scrub(unit: QueuedUnit<Scrub>): Promise<void> {
    try {
      unit.succeed(await this.#reads.run(() => Promise.resolve(truncateLog(this.writeSource))));
    } catch (error) {
      unit.fail(refused(error));
    }
  }

  /** SQLite sends no notification: callers poll. */
  onForeignCommit(): () => void {
    return () => {};
  }

  get pools(): Pools {
    return { write: this.#writes.use, read: this.#reads.use };
  }

  async close(): Promise<void> {
    await Promise.all([this.#writes.close(), this.#reads.close()]);
    if (this.readSource.isInitialized) await this.readSource.destroy();
    if (this.writeSource.isInitialized) await closeSource(this.writeSource, this.path);
  }
}
