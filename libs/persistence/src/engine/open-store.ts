import {
  type DeploymentPorts,
  notFound,
  type ReadUnit,
  type Store,
  type TenantUnit,
  type UnitOptions,
  type VendorReadUnit,
  type VendorUnit,
  type Whereabouts,
} from '@countersign/access';
import { DEPLOYMENT_SLUG } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import { isAborted } from '../failures.js';
import type { RowAccess } from '../repositories/bound.js';
import { Directory } from '../repositories/directory.js';
import { IdempotentAnswers, type KeptAnswer, KeyTaken } from '../repositories/idempotency.js';
import { OrganisationCache } from '../repositories/organisation-cache.js';
import { firstResult, isKept, type SentKey, usedAtOnce } from '../units/answers.js';
import type { UnitContext } from '../units/context.js';
import { checkedSlug, Owners } from '../units/context.js';
import { portsOf } from '../units/ports.js';
import { tenantReads, vendorReads } from '../units/read-unit.js';
import { UnitOfWork } from '../units/unit-of-work.js';
import type { CommitNews, Engine, Pools, StoreOptions } from './engine.js';
import { openPostgres } from './postgres/engine.js';
import { Sealer } from './secrets/seal.js';
import { openSqlite } from './sqlite/engine.js';
import { placeOf } from './url.js';

/** A store that is open, with what its process needs besides the units of work. */
export interface OpenedStore extends Store {
  /**
   * Calls back after each committed writing unit of this process, and soon after other processes' units that
   * notify gateways or people, if the engine carries announcements (PostgreSQL). It wakes pollers early; nothing may
   * depend on it.
   *
   * @param listener is told who may learn from it
   * @returns a function that ends it
   */
  onCommit(listener: (news: CommitNews) => void): () => void;
  /** How busy the connections to the database are. */
  readonly pools: Pools;
  /** Settles when the database answers; rejects if it does not. */
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
    owners: new Owners(),
    uptime: null,
  };
  const { engine, deployment } =
    place.engine === 'sqlite'
      ? await openSqlite(place.path, context)
      : await openPostgres(place.url, context);
  const store = new EngineStore(deployment, engine, context);
  return Object.assign(store, portsOf(store));
}

/** A unit of work before its transaction: whose rows it may touch, and what opens it. */
interface UnitStart<T> {
  reach: RowAccess;
  /** Whether it takes the log of its reach, and so waits for the other units that do. */
  waitsForLog: boolean;
  /** Opens the unit in its transaction. @returns the tenant that a kept answer belongs to, and the work */
  open(
    unit: UnitOfWork,
    manager: EntityManager,
    /** Read once the log is taken. */
    beside: () => Promise<unknown>,
  ): Promise<{ tenant: string; work: () => Promise<T> }>;
}

class EngineStore implements Omit<OpenedStore, keyof DeploymentPorts> {
  readonly #listeners = new Set<(news: CommitNews) => void>();
  readonly #stopListening: () => void;

  constructor(
    readonly deployment: string,
    private readonly engine: Engine,
    private readonly context: UnitContext,
  ) {
    this.#stopListening = engine.onForeignCommit(() => this.wake(EVERYTHING));
  }

  async forTenant<T>(
    tenant: string | Whereabouts,
    work: (unit: TenantUnit) => Promise<T>,
    { idempotency }: UnitOptions = {},
  ): Promise<T> {
    const slug = typeof tenant === 'string' ? tenant : this.knownTenantOf(tenant);
    if (slug === undefined) return this.write(this.located(tenant as Whereabouts, work), idempotency);
    return this.write(
      {
        reach: { tenant: checkedSlug(slug) },
        waitsForLog: true,
        open: async (unit, _manager, beside) => {
          const opened = await unit.tenant(slug, beside);
          return { tenant: slug, work: () => work(opened) };
        },
      },
      idempotency,
    );
  }

  asVendor<T>(work: (unit: VendorUnit) => Promise<T>, { idempotency }: UnitOptions = {}): Promise<T> {
    return this.write(
      {
        reach: 'all-tenants',
        waitsForLog: true,
        open: async (unit, _manager, beside) => {
          const opened = await unit.vendor();
          await beside();
          return { tenant: DEPLOYMENT_SLUG, work: () => work(opened) };
        },
      },
      idempotency,
    );
  }

  /** A unit across tenants that takes no log: what it changes is no event, and no one who polls the store waits for it. */
  withoutLog<T>(work: (unit: ReturnType<UnitOfWork['deployment']>) => Promise<T>): Promise<T> {
    const { engine, context } = this;
    return engine.write({ reach: 'all-tenants', waitsForLog: false }, (manager, end) =>
      work(new UnitOfWork(manager, context, engine.rules, end, null).deployment()),
    );
  }

  async readForTenant<T>(slug: string, work: (unit: ReadUnit) => Promise<T>): Promise<T> {
    const reach = { tenant: checkedSlug(slug) };
    return this.engine.read(reach, async (manager) => work(await tenantReads(manager, this.context, slug)));
  }

  /** @param isShared it reads a few rows by their keys */
  readAsVendor<T>(work: (unit: VendorReadUnit) => Promise<T>, isShared = false): Promise<T> {
    return this.engine.read(
      'all-tenants',
      async (manager) => work(vendorReads(manager, this.context)),
      isShared,
    );
  }

  scrubDeleted(): Promise<boolean> {
    return this.engine.scrubDeleted();
  }

  onCommit(listener: (news: CommitNews) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get pools(): Pools {
    return this.engine.pools;
  }

  async ready(): Promise<void> {
    await this.engine.read('all-tenants', (manager) => manager.query('SELECT 1'));
  }

  async close(): Promise<void> {
    this.#stopListening();
    await this.engine.close();
  }

  /** @throws AccessError `not_found` if the caller may not see the object */
  private knownTenantOf({ kind, id, sees }: Whereabouts): string | undefined {
    const owner = this.context.owners.get(id);
    if (owner === undefined) return undefined;
    if (!sees(owner)) throw notFound(kind);
    return owner.tenant;
  }

  /** The unit begins across tenants, looks the tenant up, and is narrowed to it before anything else. */
  private located<T>({ kind, id, sees }: Whereabouts, work: (unit: TenantUnit) => Promise<T>): UnitStart<T> {
    const { engine, context } = this;
    return {
      reach: 'all-tenants',
      // Its log is not known yet. The database makes it wait.
      waitsForLog: false,
      open: async (unit, manager, beside) => {
        const owner = await new Directory(manager).ownerOf(kind, id);
        if (owner === null || !sees(owner)) throw notFound(kind);
        context.owners.note(id, owner);
        await engine.rules.narrow(manager, owner.tenant);
        const opened = await unit.tenant(owner.tenant, beside);
        return { tenant: owner.tenant, work: () => work(opened) };
      },
    };
  }

  private async write<T>(start: UnitStart<T>, sent: SentKey | undefined): Promise<T> {
    try {
      return await this.attempt(start, sent);
    } catch (error) {
      if (!(error instanceof KeyTaken) || sent === undefined) throw error;
      return this.afterKeyTaken(start, sent);
    }
  }

  private async attempt<T>(start: UnitStart<T>, sent: SentKey | undefined): Promise<T> {
    const { engine, context } = this;
    const { reach, waitsForLog } = start;
    const isAcross = reach === 'all-tenants' && waitsForLog;
    let news: CommitNews = EVERYTHING;
    const result = await engine.write({ reach, waitsForLog }, async (manager, end) => {
      const cache = isAcross ? null : context.organisation;
      const unit = new UnitOfWork(manager, context, engine.rules, end, cache);
      const answers = new IdempotentAnswers(manager);
      let earlier: KeptAnswer | null = null;
      const { tenant, work } = await start.open(unit, manager, async () => {
        earlier = sent === undefined ? null : await answers.find(sent);
      });
      if (earlier !== null && sent !== undefined && isKept(earlier, sent))
        return firstResult<T>(earlier, sent);
      const finished = await finish(unit, async () => {
        const done = await work();
        if (sent !== undefined) await answers.save(tenant, sent, done);
        return done;
      });
      news = isAcross ? { ...EVERYTHING, logs: unit.news.logs } : unit.news;
      return finished;
    });
    this.wake(news);
    return result;
  }

  /** A tenant's unit does not see what other tenants' units stored under the key, so this looks across tenants. */
  private async afterKeyTaken<T>(start: UnitStart<T>, sent: SentKey): Promise<T> {
    const earlier = await this.engine.read('all-tenants', (manager) =>
      new IdempotentAnswers(manager).find(sent),
    );
    if (earlier !== null && isKept(earlier, sent)) return firstResult<T>(earlier, sent);
    await this.withoutLog(({ idempotency }) => idempotency.clearExpired(sent.now.toISOString()));
    try {
      return await this.attempt(start, sent);
    } catch (error) {
      throw error instanceof KeyTaken ? usedAtOnce() : error;
    }
  }

  /** A listener that throws must not make a committed unit look failed. */
  private wake(news: CommitNews): void {
    for (const listener of this.#listeners) queueMicrotask(() => listener(news));
  }
}

async function finish<T>(unit: UnitOfWork, work: () => Promise<T>): Promise<T> {
  try {
    const done = await work();
    await unit.settle();
    return done;
  } catch (error) {
    // If a write that nothing waited for has failed, it says what is wrong.
    if (isAborted(error)) await unit.settle();
    throw error;
  }
}

/** Of units across tenants and of other processes: whatever there may be. */
const EVERYTHING: CommitNews = { feed: true, notices: true, deliveries: true, logs: [] };
