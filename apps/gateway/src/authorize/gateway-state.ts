import type { KeyObject } from 'node:crypto';
import { readJwks } from '@countersign/authorization';
import type { ForbidRule } from '@countersign/contract';
import type { ChangeData, FeedJwk, FeedTenant, SnapshotData } from '@countersign/gateway-protocol';
import { ActiveGrants } from './active-grants.js';
import { DigestLedger } from './digest-ledger.js';
import { Locks } from './locks.js';
import { type ClosedService, RouteMaps, type ServiceHost } from './route-maps.js';

export type GatewayStateOptions = {
  /** Remembers digests. Default: in memory only. */
  ledger?: DigestLedger;
  /** Called for every digest that leaves the positive list. */
  onGrantEnded(digest: string): void;
  /** Called when locks were added or keys may have gone, so that open calls can be cut. */
  onNarrowed(): void;
  /** Called with the services that are closed by a bad route map, whenever that list changes. */
  onClosedServices?(closed: readonly ClosedService[]): void;
  /** Called whenever services, their maps or the settings of their upstreams may have changed. */
  onServices?(maps: RouteMaps): void;
};

/** What the gateway knows from the feed: grants, services, keys, tenants, locks. There is no other source. */
export class GatewayState {
  readonly grants: ActiveGrants;
  readonly locks = new Locks();
  private maps = RouteMaps.none;
  private signingKeys = new Map<string, SigningKey>();
  private tenants = new Map<string, FeedTenant>();
  private tokenIssuer: string | undefined;
  private readonly waiting = new Set<() => void>();

  readonly ledger: DigestLedger;

  constructor(private readonly options: GatewayStateOptions) {
    this.ledger = options.ledger ?? DigestLedger.inMemory();
    this.grants = new ActiveGrants(this.ledger, options.onGrantEnded);
  }

  /** `iss` of grant tokens; undefined before the first snapshot. */
  get issuer(): string | undefined {
    return this.tokenIssuer;
  }

  get routeMaps(): RouteMaps {
    return this.maps;
  }

  /**
   * The service with this host of its own. The broker's host never counts as one: its cookies would come along, because cookies ignore
   * ports.
   */
  serviceAtHost(host: string): ServiceHost | undefined {
    const found = this.maps.atHost(host);
    if (found === undefined || this.tokenIssuer === undefined) return undefined;
    return new URL(this.tokenIssuer).hostname === host ? undefined : found;
  }

  /** The key with this id, while it verifies tokens. A retired key expires by time, with or without further news. */
  activeKey(kid: string, now: number): KeyObject | undefined {
    const found = this.signingKeys.get(kid);
    return found !== undefined && now < found.until ? found.key : undefined;
  }

  /** Whether the feed still lists the key, retired or not. A key that it no longer lists was revoked. */
  isStillListed(kid: string): boolean {
    return this.signingKeys.has(kid);
  }

  /** What the tenant forbids; undefined for an unknown tenant. */
  forbidden(tenant: string): readonly ForbidRule[] | undefined {
    return this.tenants.get(tenant)?.forbid;
  }

  /** Whether the tenant accepts only calls that the gateway forwards itself. */
  requiresGateway(tenant: string): boolean {
    return this.tenants.get(tenant)?.requireGateway === true;
  }

  /** Replaces everything. If the snapshot contradicts itself, throws before anything is changed. */
  applySnapshot(data: Omit<SnapshotData, 'nonce'>, now: number): void {
    this.replaceMaps(this.maps.replace(data.services, data.routeMaps));
    this.tokenIssuer = data.issuer;
    this.signingKeys = readKeys(data.keys);
    this.tenants = new Map(data.tenants.map((tenant) => [tenant.slug, tenant]));
    this.grants.replace(data.grants, now);
    this.locks.replace(data.locks);
    this.options.onNarrowed();
    this.changed();
  }

  /** Applies one change. Ends come first: a change that both ends and adds a digest ends it. */
  applyChange(data: ChangeData, now: number): void {
    const { services, routeMaps } = data;
    if (services !== undefined && routeMaps !== undefined)
      this.replaceMaps(this.maps.replace(services, routeMaps));
    if (data.keys !== undefined) this.signingKeys = readKeys(data.keys);
    this.grants.endAll(data.endedGrants ?? [], now);
    for (const tenant of data.tenants ?? []) this.tenants.set(tenant.slug, tenant);
    for (const slug of data.removedTenants ?? []) this.tenants.delete(slug);
    this.grants.add(data.grants ?? []);
    this.locks.lift(data.liftedLocks ?? []);
    this.locks.add(data.locks ?? []);
    if (data.locks !== undefined || data.keys !== undefined) this.options.onNarrowed();
    this.changed();
  }

  /** Forgets digests whose own life is over. `now` in milliseconds since the epoch. */
  forgetDigests(now: number): void {
    this.ledger.forget(now);
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

  private replaceMaps(maps: RouteMaps): void {
    const isNews = JSON.stringify(maps.closed) !== JSON.stringify(this.maps.closed);
    this.maps = maps;
    this.options.onServices?.(maps);
    if (isNews) this.options.onClosedServices?.(maps.closed);
  }

  private changed(): void {
    for (const done of [...this.waiting]) done();
  }
}

/** A key that verifies tokens, and until when: milliseconds since the epoch, infinite if it does not retire. */
type SigningKey = { key: KeyObject; until: number };

function readKeys(keys: readonly FeedJwk[]): Map<string, SigningKey> {
  const ends = new Map(keys.map(({ kid, exp }) => [kid, typeof exp === 'number' ? exp * 1_000 : Infinity]));
  return new Map([...readJwks({ keys })].map(([kid, key]) => [kid, { key, until: ends.get(kid) ?? 0 }]));
}
