import { randomUUID } from 'node:crypto';
import { DEPLOYMENT_SLUG } from '@countersign/contract';
import type { DataSource, EntityManager } from 'typeorm';
import type { RowAccess } from '../../repositories/bound.js';
import type { UnitContext } from '../../units/context.js';
import { TransactionEnd } from '../../units/transaction-end.js';
import { openDeployment } from '../deployment.js';
import {
  type Engine,
  isTenant,
  migrationsPending,
  type OpenedEngine,
  type Pools,
  type UnitRules,
} from '../engine.js';
import { asUnit } from '../inside-unit.js';
import { aloneIn, type GroupRules, runGroup, type WriteTask, type WriteWork } from '../unit-group.js';
import { UnitQueues } from '../unit-queues.js';
import { execute } from '../unit-runner.js';
import { HOLD_ORGANISATION } from './advisory-locks.js';
import { beginRead, beginWrite, narrowTo } from './begin.js';
import { openPool } from './data-source.js';
import { CHANNEL, Listener } from './listener.js';
import { pendingIn } from './migrate.js';
import {
  again,
  isAgain,
  isUnknown,
  PostgresGroup,
  type ReadTask,
  refused,
  runReads,
  transaction,
} from './transactions.js';

/** Units at once, and so connections: a process may have as many readers as writers, and neither starves the other. */
const WRITERS = 6;
const READERS = 6;

export async function openPostgres(url: string, context: UnitContext): Promise<OpenedEngine> {
  const source = await openPool(url, WRITERS + READERS);
  try {
    if ((await pendingIn(source)).length > 0) throw migrationsPending();
    const deployment = await transaction(source, beginRead('all-tenants'), (manager) =>
      openDeployment(manager, context),
    );
    return { deployment, engine: new PostgresEngine(source, url, context) };
  } catch (error) {
    await source.destroy();
    throw error;
  }
}

class PostgresEngine implements Engine {
  readonly #writes: UnitQueues<WriteTask>;
  readonly #reads: UnitQueues<ReadTask>;
  readonly #self = randomUUID();
  readonly #listeners = new Set<() => void>();
  readonly #listener: Listener;
  readonly rules: UnitRules;

  constructor(
    private readonly source: DataSource,
    url: string,
    context: UnitContext,
  ) {
    this.rules = {
      narrow: async (manager, slug) => void (await manager.query(narrowTo(slug))),
      beforeOrganisationChange: async (manager) => void (await manager.query(HOLD_ORGANISATION)),
      // PostgreSQL sends it when the transaction commits, and never if it does not.
      announce: async (manager) =>
        void (await execute(manager, 'SELECT pg_notify($1, $2)', [CHANNEL, this.#self])),
    };
    const group = this.group(context);
    this.#writes = new UnitQueues(WRITERS, (first, next) => runGroup(first, next, group));
    this.#reads = new UnitQueues(READERS, (first, next) => runReads(source, first, next));
    this.#listener = new Listener(url, this.#self, () => {
      for (const listener of this.#listeners) listener();
    });
    this.#listener.start();
  }

  write<T>({ reach, waitsForLog }: { reach: RowAccess; waitsForLog: boolean }, work: WriteWork): Promise<T> {
    const slug = reach === 'all-tenants' ? DEPLOYMENT_SLUG : reach.tenant;
    const queue = waitsForLog ? slug : null;
    return this.#writes.run<T>(queue, { reach, work: asUnit(work) }, { isAlone: !isTenant(reach) });
  }

  read<T>(reach: RowAccess, work: (manager: EntityManager) => Promise<T>, isShared = false): Promise<T> {
    const begin = beginRead(reach);
    return this.#reads.run<T>(isShared ? begin : null, { begin, work: asUnit(work) }, { isAlone: !isShared });
  }

  /** Vacuum does it, which the database's owner runs or schedules. */
  scrubDeleted(): Promise<boolean> {
    return Promise.resolve(true);
  }

  onForeignCommit(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get pools(): Pools {
    return { write: this.#writes.use, read: this.#reads.use };
  }

  async close(): Promise<void> {
    await Promise.all([this.#writes.close(), this.#reads.close(), this.#listener.stop()]);
    if (this.source.isInitialized) await this.source.destroy();
  }

  private group(context: UnitContext): GroupRules {
    const { source, rules } = this;
    const open = (reach: RowAccess) =>
      PostgresGroup.begin(source, beginWrite(reach), new TransactionEnd(context, rules));
    return {
      open,
      alone: ({ reach, work }, attempts) => again(source, attempts, () => aloneIn(() => open(reach), work)),
      isAgain: (error) => isAgain(source, error),
      isUnknown,
      refused,
    };
  }
}
