import type { KeyObject } from 'node:crypto';
import type { ChangeData, FeedJwk, FeedTenant, SnapshotData } from '@countersign/gateway-protocol';
import { readJwks } from '@countersign/grant-token-verify';
import type { ForbidRule } from '@countersign/scope';
import { DigestLedger } from './digest-ledger.js';
import { Grants } from './grants.js';
import { Locks } from './locks.js';
import { RouteMaps } from './route-maps.js';

/** What the gateway knows from the feed, and from nowhere else: grants, services, keys, tenants, locks. */
export class GatewayState {
  readonly grants: Grants;
  readonly locks = new Locks();
  private maps = RouteMaps.none;
  private signingKeys = new Map<string, KeyObject>();
  private tenants = new Map<string, readonly ForbidRule[]>();
  private tokenIssuer: string | undefined;
  private readonly waiting = new Set<() => void>();

  /**
   * `onGrantEnded` hears of every digest that leaves the positive list, `onLocked` when locks have come, so that open
   * calls are cut. `ledger` remembers digests; in memory alone unless said otherwise.
   */
  constructor(
    onGrantEnded: (digest: string) => void,
    private readonly onLocked: () => void,
    readonly ledger: DigestLedger = DigestLedger.inMemory(),
  ) {
    this.grants = new Grants(ledger, onGrantEnded);
  }

  /** `iss` of grant tokens; undefined before the first snapshot. */
  get issuer(): string | undefined {
    return this.tokenIssuer;
  }

  get routeMaps(): RouteMaps {
    return this.maps;
  }

  key(kid: string): KeyObject | undefined {
    return this.signingKeys.get(kid);
  }

  /** What the tenant forbids; undefined for one that is not known. */
  forbidden(tenant: string): readonly ForbidRule[] | undefined {
    return this.tenants.get(tenant);
  }

  /** Everything anew. Throws before anything is changed when the snapshot contradicts itself. */
  applySnapshot(data: SnapshotData, now: number): void {
    const maps = this.maps.replace(data.services, data.routeMaps);
    this.maps = maps;
    this.tokenIssuer = data.issuer;
    this.signingKeys = readKeys(data.keys);
    this.tenants = new Map(data.tenants.map(byTenant));
    this.grants.replace(data.grants, now);
    this.locks.replace(data.locks);
    if (data.locks.length > 0) this.onLocked();
    this.changed();
  }

  /** One change. Ends come first: a change that ends and adds the same digest ends it. */
  applyChange(data: ChangeData, now: number): void {
    const { services, routeMaps } = data;
    if (services !== undefined && routeMaps !== undefined) this.maps = this.maps.replace(services, routeMaps);
    if (data.keys !== undefined) this.signingKeys = readKeys(data.keys);
    this.grants.endAll(data.endedGrants ?? [], now);
    for (const [slug, forbid] of (data.tenants ?? []).map(byTenant)) this.tenants.set(slug, forbid);
    for (const slug of data.removedTenants ?? []) this.tenants.delete(slug);
    this.grants.add(data.grants ?? []);
    this.locks.lift(data.liftedLocks ?? []);
    if (data.locks !== undefined) {
      this.locks.add(data.locks);
      this.onLocked();
    }
    this.changed();
  }

  /** Resolves at the next change of state, or after `milliseconds`. */
  nextChange(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.waiting.add(done);
    });
  }

  private changed(): void {
    for (const done of [...this.waiting]) done();
  }
}

function readKeys(keys: readonly FeedJwk[]): Map<string, KeyObject> {
  return readJwks({ keys });
}

function byTenant({ slug, forbid }: FeedTenant): [string, readonly ForbidRule[]] {
  return [slug, forbid];
}
