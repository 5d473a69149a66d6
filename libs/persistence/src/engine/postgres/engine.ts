import { randomUUID } from 'node:crypto';
import { DEPLOYMENT_SLUG } from '@countersign/contract';
import type { DataSource, EntityManager } from 'typeorm';
import type { RowAccess } from '../../repositories/bound.js';
import { checkedDeployment } from '../deployment.js';
import type { Engine, UnitRules } from '../engine.js';
import { migrationsPending, type OpenedEngine } from '../engine.js';
import type { Sealer } from '../secrets/seal.js';
import { UnitLanes } from '../unit-lanes.js';
import { beginRead, beginWrite, HOLD_ORGANISATION, narrowTo } from './begin.js';
import { openPool } from './data-source.js';
import { CHANNEL, Listener } from './listener.js';
import { pendingIn } from './migrate.js';
import { transaction } from './transactions.js';

/** Units at once, and so connections: a process may have as many readers as writers, and neither starves the other. */
const WRITERS = 6;
const READERS = 6;

export async function openPostgres(url: string, sealer: Sealer): Promise<OpenedEngine> {
  const source = await openPool(url, WRITERS + READERS);
  try {
    if ((await pendingIn(source)).length > 0) throw migrationsPending();
    const deployment = await transaction(source, beginRead('all-tenants'), (manager) =>
      checkedDeployment(manager, sealer),
    );
    return { deployment, engine: new PostgresEngine(source, url) };
  } catch (error) {
    await source.destroy();
    throw error;
  }
}

class PostgresEngine implements Engine {
  readonly #writes = new UnitLanes(WRITERS);
  readonly #reads = new UnitLanes(READERS);
  readonly #self = randomUUID();
  readonly #listeners = new Set<() => void>();
  readonly #listener: Listener;
  readonly rules: UnitRules;

  constructor(
    private readonly source: DataSource,
    url: string,
  ) {
    this.rules = {
      narrow: async (manager, slug) => void (await manager.query(narrowTo(slug))),
      beforeOrganisationChange: async (manager) => void (await manager.query(HOLD_ORGANISATION)),
      // PostgreSQL sends it when the transaction commits, and never if it does not.
      announce: async (manager) =>
        void (await manager.query('SELECT pg_notify($1, $2)', [CHANNEL, this.#self])),
    };
    this.#listener = new Listener(url, this.#self, () => {
      for (const listener of this.#listeners) listener();
    });
    this.#listener.start();
  }

  write<T>(
    { reach, waitsForLog }: { reach: RowAccess; waitsForLog: boolean },
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    const slug = reach === 'all-tenants' ? DEPLOYMENT_SLUG : reach.tenant;
    const lane = waitsForLog ? slug : null;
    return this.#writes.run(lane, () => transaction(this.source, beginWrite(reach), work));
  }

  read<T>(reach: RowAccess, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.#reads.run(null, () => transaction(this.source, beginRead(reach), work));
  }

  onForeignCommit(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await Promise.all([this.#writes.close(), this.#reads.close(), this.#listener.stop()]);
    if (this.source.isInitialized) await this.source.destroy();
  }
}
