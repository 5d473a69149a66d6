import type { ReadUnit, Store, TenantUnit, VendorReadUnit, VendorUnit } from '@countersign/access';
import type { DataSource, EntityManager } from 'typeorm';
import { StoreError } from '../errors.js';
import { Sealer } from '../secrets/seal.js';
import { openSource } from '../sqlite/data-source.js';
import { readTransaction, writeTransaction } from '../sqlite/transactions.js';
import { sqlitePath } from '../sqlite/url.js';
import type { UnitContext } from '../units/context.js';
import { tenantReads, vendorReads } from '../units/read-unit.js';
import { UnitOfWork } from '../units/unit-of-work.js';
import { checkedDeployment } from './deployment.js';
import { exists, unapplied } from './migrate.js';
import type { StoreOptions } from './options.js';
import { UnitQueue } from './unit-queue.js';

/** A store that is open, with what its process needs besides the units of work. */
export interface OpenedStore extends Store {
  /**
   * Calls back after each committed writing unit of this process, to wake whoever polls. Other processes'
   * commits are not heard of.
   *
   * @returns a function that ends it
   */
  onCommit(listener: () => void): () => void;
  /** Settles when the database answers; rejects where it does not. */
  ready(): Promise<void>;
  /** Lets the units at hand finish, refuses new ones, closes the database. */
  close(): Promise<void>;
}

/**
 * Opens the database of this deployment. It must have been migrated.
 *
 * @throws StoreError `invalid_url`, `engine_unsupported`, `database_missing`, `database_unreadable` (its `cause` is the
 *   file system's error where the file could not be opened at all), `migrations_pending`, `schema_too_new`, `master_key_mismatch`
 */
export async function openStore(options: StoreOptions): Promise<OpenedStore> {
  const path = sqlitePath(options.url);
  const context: UnitContext = { ...options, sealer: new Sealer(options.masterKey, options.random) };
  if (!(await exists(path))) throw missing();
  const write = await openSource(path, 'write');
  try {
    if ((await unapplied(write)).length > 0) throw pending();
    const deployment = await checkedDeployment(write.manager, context.sealer);
    return new SqliteStore(deployment, write, await openSource(path, 'read'), context);
  } catch (error) {
    await write.destroy();
    throw error;
  }
}

const missing = (): StoreError =>
  new StoreError('database_missing', 'There is no database file yet: run `countersign migrate`.');

const pending = (): StoreError =>
  new StoreError('migrations_pending', 'The database is not of this version yet: run `countersign migrate`.');

class SqliteStore implements OpenedStore {
  readonly #writes = new UnitQueue();
  readonly #reads = new UnitQueue();
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly deployment: string,
    private readonly writeSource: DataSource,
    private readonly readSource: DataSource,
    private readonly context: UnitContext,
  ) {}

  forTenant<T>(slug: string, work: (unit: TenantUnit) => Promise<T>): Promise<T> {
    return this.write(async (unit) => work(await unit.tenant(slug)));
  }

  asVendor<T>(work: (unit: VendorUnit) => Promise<T>): Promise<T> {
    return this.write(async (unit) => work(await unit.vendor()));
  }

  readForTenant<T>(slug: string, work: (unit: ReadUnit) => Promise<T>): Promise<T> {
    return this.read(async (manager) => work(tenantReads(manager, slug)));
  }

  readAsVendor<T>(work: (unit: VendorReadUnit) => Promise<T>): Promise<T> {
    return this.read(async (manager) => work(vendorReads(manager, this.context)));
  }

  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async ready(): Promise<void> {
    await this.read((manager) => manager.query('SELECT 1'));
  }

  async close(): Promise<void> {
    await Promise.all([this.#writes.close(), this.#reads.close()]);
    if (this.readSource.isInitialized) await this.readSource.destroy();
    if (this.writeSource.isInitialized) await this.writeSource.destroy();
  }

  private async write<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T> {
    const result = await this.#writes.run(() =>
      writeTransaction(this.writeSource, async (manager) => {
        const unit = new UnitOfWork(manager, this.context);
        const done = await work(unit);
        await unit.flush();
        return done;
      }),
    );
    // A listener that throws must not make a committed unit look failed.
    for (const listener of this.#listeners) queueMicrotask(listener);
    return result;
  }

  private read<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.#reads.run(() => readTransaction(this.readSource, work));
  }
}
