import type {
  ChangeData,
  FeedGrant,
  FeedLock,
  FeedTenant,
  SnapshotData,
} from '@countersign/gateway-protocol';
import type { LedgerLine } from '../authorize/digest-ledger.js';
import { GatewayState, type GatewayStateOptions } from '../authorize/gateway-state.js';
import type { Clock } from '../clock.js';
import { FeedLiveness, type SharedLiveness } from '../feed/feed-liveness.js';
import type { FeedState, Update } from './messages.js';

type Share = (update: Update) => void;

/**
 * What the feed says, in the primary: each event that it applies goes on to the workers. They get only grants that the primary's
 * ledger admits: a worker may remember less of what has ended.
 */
export class SharedState extends GatewayState {
  private rest: Omit<FeedState, 'grants' | 'tenants' | 'locks'> | undefined;
  private readonly listed = new Map<string, FeedGrant>();
  private readonly allTenants = new Map<string, FeedTenant>();
  private readonly allLocks = new Map<string, FeedLock>();

  constructor(
    options: GatewayStateOptions,
    private readonly share: Share,
    private readonly onForgotten: () => void = () => undefined,
  ) {
    super(options);
  }

  /**
   * What a worker that begins has to remember of digests. The beginning of a new grant is made durable before the grant is listed. A
   * worker that learned of it in between would take a digest that is open but not listed for one that has ended.
   */
  get digests(): LedgerLine[] {
    const isKnown = ({ digest, ended }: LedgerLine) => ended || this.listed.has(digest);
    return [...this.ledger.all()].filter((line) => this.rest === undefined || isKnown(line));
  }

  /** Everything that applies now, for a worker that begins; undefined before the first snapshot. */
  get all(): FeedState | undefined {
    if (this.rest === undefined) return undefined;
    const values = <T>(map: ReadonlyMap<string, T>) => [...map.values()];
    const [grants, tenants, locks] = [values(this.listed), values(this.allTenants), values(this.allLocks)];
    return { ...this.rest, grants, tenants, locks };
  }

  override applySnapshot(data: Omit<SnapshotData, 'nonce'>, now: number): void {
    super.applySnapshot(data, now);
    const { issuer, services, routeMaps, keys, grants, tenants, locks } = data;
    this.rest = { issuer, services, routeMaps, keys };
    // A grant that is listed again with another window stays as it was, and a worker must not take it for ended.
    const admitted = grants.flatMap((grant) =>
      this.ledger.admits(grant) ? [grant] : (this.listed.get(grant.digest) ?? []),
    );
    for (const map of [this.listed, this.allTenants, this.allLocks]) map.clear();
    this.keep({ grants: admitted, tenants, locks });
    this.share({ type: 'snapshot', data: { ...this.rest, grants: admitted, tenants, locks }, now });
  }

  override applyChange(data: ChangeData, now: number): void {
    super.applyChange(data, now);
    const { trust: _trust, stops: _stops, lifts: _lifts, ...change } = data;
    if (change.grants !== undefined)
      change.grants = change.grants.filter((grant) => this.ledger.admits(grant));
    const { services, routeMaps, keys } = change;
    if (this.rest !== undefined) {
      if (services !== undefined && routeMaps !== undefined)
        Object.assign(this.rest, { services, routeMaps });
      if (keys !== undefined) this.rest.keys = keys;
    }
    for (const id of change.liftedLocks ?? []) this.allLocks.delete(id);
    this.keep(change);
    for (const slug of change.removedTenants ?? []) this.allTenants.delete(slug);
    for (const { digest } of change.endedGrants ?? []) this.listed.delete(digest);
    this.share({ type: 'change', data: change, now });
  }

  override forgetDigests(now: number): void {
    super.forgetDigests(now);
    this.onForgotten();
    this.share({ type: 'forget', now });
  }

  private keep({ grants = [], tenants = [], locks = [] }: ChangeData): void {
    for (const grant of grants) this.listed.set(grant.digest, grant);
    for (const tenant of tenants) this.allTenants.set(tenant.slug, tenant);
    for (const lock of locks) this.allLocks.set(lock.id, lock);
  }
}

/**
 * Whether the gateway is in touch, in the primary. The workers learn when the last authentic event came, after the event itself, and
 * several times a second that the primary runs.
 */
export class PrimaryLiveness extends FeedLiveness {
  constructor(
    clock: Clock,
    private readonly onChange: (liveness: SharedLiveness) => void,
  ) {
    super(clock);
  }

  override start(brokerTime: number, askedAt: number): void {
    super.start(brokerTime, askedAt);
    this.onChange(this.share());
  }

  override eventReceived(brokerTime: number): void {
    super.eventReceived(brokerTime);
    this.onChange(this.share());
  }

  override reset(): void {
    super.reset();
    this.onChange(this.share());
  }

  override tick(): void {
    super.tick();
    this.onChange(this.share());
  }
}
