import type { ReadUnit, SlackUnit, Store, TenantUnit, VendorReadUnit, VendorUnit } from '@countersign/access';
import type { Reach } from '../repositories/bound.js';
import { OrganisationCache } from '../repositories/organisation-cache.js';
import { Sessions } from '../repositories/sign-in.js';
import { SeenBySlack, SlackInstallations, SlackPosts } from '../repositories/slack.js';
import type { UnitContext } from '../units/context.js';
import { tenantReads, vendorReads } from '../units/read-unit.js';
import { checkedSlug } from '../units/slug.js';
import { UnitOfWork } from '../units/unit-of-work.js';
import type { Engine } from './engine.js';
import type { StoreOptions } from './options.js';
import { openPostgres } from './postgres/engine.js';
import { Sealer } from './secrets/seal.js';
import { openSqlite } from './sqlite/engine.js';
import { placeOf } from './url.js';

/** A store that is open, with what its process needs besides the units of work. */
export interface OpenedStore extends Store {
  /**
   * Calls back after each committed writing unit of this process, and soon after other processes' units that
   * have something to tell gateways or people, where the engine carries word of them (PostgreSQL). It wakes
   * whoever polls; nothing may rest on being woken.
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
 * @throws StoreError `invalid_url`, `database_missing`, `database_unreadable` (its `cause` is the file system's error where
 *   the file could not be opened at all), `migrations_pending`, `schema_too_new`,
 *   `master_key_mismatch`, `role_missing`
 */
export async function openStore(options: StoreOptions): Promise<OpenedStore> {
  const place = placeOf(options.url);
  const context: UnitContext = {
    ...options,
    sealer: new Sealer(options.masterKey, options.random),
    organisation: new OrganisationCache(),
  };
  const { engine, deployment } =
    place.engine === 'sqlite'
      ? await openSqlite(place.path, context.sealer)
      : await openPostgres(place.url, context.sealer);
  return new EngineStore(deployment, engine, context);
}

class EngineStore implements OpenedStore {
  readonly #listeners = new Set<() => void>();
  readonly #deafen: () => void;

  constructor(
    readonly deployment: string,
    private readonly engine: Engine,
    private readonly context: UnitContext,
  ) {
    this.#deafen = engine.onForeignCommit(() => this.wake());
  }

  async forTenant<T>(slug: string, work: (unit: TenantUnit) => Promise<T>): Promise<T> {
    return this.write({ tenant: checkedSlug(slug) }, async (unit) => work(await unit.tenant(slug)));
  }

  asVendor<T>(work: (unit: VendorUnit) => Promise<T>): Promise<T> {
    return this.write('everybody', async (unit) => work(await unit.vendor()));
  }

  touchSession(id: string, at: string): Promise<void> {
    return this.engine.write('everybody', (manager) => new Sessions(manager).touch(id, at));
  }

  forSlack<T>(work: (unit: SlackUnit) => Promise<T>): Promise<T> {
    return this.engine.write('everybody', (manager) =>
      work({
        installations: new SlackInstallations(manager, this.context.sealer),
        posts: new SlackPosts(manager),
        seen: new SeenBySlack(manager),
      }),
    );
  }

  async readForTenant<T>(slug: string, work: (unit: ReadUnit) => Promise<T>): Promise<T> {
    const reach = { tenant: checkedSlug(slug) };
    return this.engine.read(reach, async (manager) => work(tenantReads(manager, this.context, slug)));
  }

  readAsVendor<T>(work: (unit: VendorReadUnit) => Promise<T>): Promise<T> {
    return this.engine.read('everybody', async (manager) => work(vendorReads(manager, this.context)));
  }

  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async ready(): Promise<void> {
    await this.engine.read('everybody', (manager) => manager.query('SELECT 1'));
  }

  async close(): Promise<void> {
    this.#deafen();
    await this.engine.close();
  }

  private async write<T>(reach: Reach, work: (unit: UnitOfWork) => Promise<T>): Promise<T> {
    const { engine, context } = this;
    const result = await engine.write(reach, async (manager) => {
      const cache = reach === 'everybody' ? null : context.organisation;
      const unit = new UnitOfWork(manager, context, engine.rules, cache);
      const done = await work(unit);
      await unit.flush();
      return done;
    });
    this.wake();
    return result;
  }

  /** A listener that throws must not make a committed unit look failed. */
  private wake(): void {
    for (const listener of this.#listeners) queueMicrotask(listener);
  }
}
