import {
  type EventLog,
  type FeedChanges,
  type FeedEpochs,
  type TenantUnit,
  VENDOR_SLUG,
  type VendorUnit,
} from '@countersign/access';
import { DEPLOYMENT_SLUG } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import type { CommitNews, UnitRules } from '../engine/engine.js';
import type { RowAccess } from '../repositories/bound.js';
import { Locks } from '../repositories/locks.js';
import { OrganisationReader } from '../repositories/organisation.js';
import type { OrganisationCache } from '../repositories/organisation-cache.js';
import { TenantOutbox } from '../repositories/outbox.js';
import type { UnitContext } from './context.js';
import { checkedSlug } from './context.js';
import { FeedTail } from './feed-tail.js';
import { PendingWrites } from './pending-writes.js';
import { ALL_REPOSITORIES, bind, type RepositoryContext, TENANT_REPOSITORIES } from './registry.js';
import { deciderOf, NO_OUTBOX, readsOfDecider } from './sealed-unit.js';
import { TenantLog } from './tenant-log.js';
import type { TransactionEnd } from './transaction-end.js';

/** Everything that one writing unit hands out. */
export class UnitOfWork {
  readonly #feed: FeedChanges & FeedEpochs;
  /** The names of the logs that it has opened. */
  readonly #logs = new Set<string>();
  #hasFeed = false;
  #hasNotices = false;
  readonly #writes = new PendingWrites();
  #organisationHeld: Promise<void> | undefined;

  constructor(
    private readonly manager: EntityManager,
    private readonly context: UnitContext,
    private readonly rules: UnitRules,
    private readonly end: TransactionEnd,
    /** Null in a unit that may change the organisation. */
    private readonly cache: OrganisationCache | null,
  ) {
    const tail = new FeedTail(manager, context.random);
    this.#feed = {
      changed: async (kind, ref) => {
        this.#hasFeed = true;
        end.feedChanged(kind, ref);
      },
      openEpoch: (least) => {
        this.#hasFeed = true;
        end.announce();
        return tail.openEpoch(least);
      },
    };
  }

  /** Who has anything to learn from this unit. */
  get news(): CommitNews {
    return { feed: this.#hasFeed, notices: this.#hasNotices, deliveries: false, logs: [...this.#logs] };
  }

  /**
   * A unit of a sealed log decides by the organisation, trust and locks of its tenant, and notifies no one.
   *
   * @param beside what is read right after the log is taken, in the same round trip
   * @throws StoreError `invalid_tenant` if the text is no slug
   */
  async tenant(slug: string, beside?: () => Promise<unknown>): Promise<TenantUnit> {
    const { manager, cache } = this;
    const scope = this.scope({ tenant: checkedSlug(slug) });
    const decider = await deciderOf(manager, slug);
    const organisation = new OrganisationReader(manager, { tenant: decider }, cache);
    const [log] = await Promise.all([this.log(slug), organisation.prefetch(), beside?.()]);
    const members = { tenant: slug, organisation, log, outbox: this.outbox(slug), feed: this.#feed };
    return decider === slug
      ? bind(TENANT_REPOSITORIES, scope, members)
      : bind(TENANT_REPOSITORIES, scope, {
          ...{ ...members, outbox: NO_OUTBOX },
          ...readsOfDecider(manager, decider),
        });
  }

  /** Takes the deployment's log for the whole unit. */
  async vendor(): Promise<VendorUnit> {
    const log = await this.log(DEPLOYMENT_SLUG);
    return bind(ALL_REPOSITORIES, this.scope('all-tenants'), {
      tenant: (slug: string) => this.tenant(slug),
      logOf: (side: string | null): Promise<EventLog> =>
        this.log(side === null ? VENDOR_SLUG : checkedSlug(side)),
      outboxOf: (side: string | null) => this.outbox(side === null ? DEPLOYMENT_SLUG : checkedSlug(side)),
      locks: new Locks(this.manager, { tenant: DEPLOYMENT_SLUG }),
      log,
      feed: this.#feed,
    });
  }

  /** The repositories across tenants, without any log. */
  deployment() {
    return bind(ALL_REPOSITORIES, this.scope('all-tenants'), {});
  }

  /** Waits for what was sent. @throws whatever the first write that failed threw */
  async settle(): Promise<void> {
    this.#writes.close();
    await this.#writes.settle();
  }

  private scope(reach: RowAccess): RepositoryContext {
    const { manager, context, cache } = this;
    const beforeOrganisationChange = () => {
      this.#organisationHeld ??= this.rules.beforeOrganisationChange(manager);
      return this.#organisationHeld;
    };
    const shared = { owners: context.owners, writes: this.#writes };
    return { manager, context, cache, reach, shared, beforeOrganisationChange };
  }

  private outbox(tenant: string): TenantOutbox {
    return new TenantOutbox(this.manager, tenant, this.context.ids, this.#writes, () => {
      this.#hasNotices = true;
      this.end.announce();
    });
  }

  private async log(tenant: string): Promise<TenantLog> {
    this.#logs.add(tenant);
    const log = await this.end.log(this.manager, tenant);
    return new TenantLog(this.manager, this.context, log, this.#writes);
  }
}
