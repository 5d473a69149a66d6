import { join } from 'node:path';
import type { PinnedTrust } from '@countersign/authorization';
import type { SignedTrustDocument } from '@countersign/contract';
import {
  activePin,
  type FeedTrust,
  type GatewayPin,
  type Pin,
  type PinStates,
} from '@countersign/gateway-protocol';
import { describeError } from '@countersign/runtime';
import type { Logger } from 'pino';
import { z } from 'zod';
import { LineFile } from '../storage/line-file.js';
import { ChainFiles, ChainTooLarge, type StoredChain, trustFolder } from './chain-files.js';
import { HostPins } from './host-pins.js';
import { type ChainPlace, TrustChain } from './trust-chain.js';

export type PinnedTrustStoreOptions = {
  spoolDir: string;
  /** `dep_…` of the credential. Documents of other deployments are refused. */
  deployment: string;
  log: Logger;
  /** Limit for one tenant's chain. Default: far more than people sign. */
  maxChainBytes?: number;
  /** Called with the tenants whose trust has changed. */
  onChange(tenants: readonly string[]): void;
};

const claimedLine = z.strictObject({ tenant: z.string() });

/**
 * The customers' trust documents that this gateway's own host has pinned. The feed only delivers chains: it is
 * believed in nothing except that a tenant is claimed. That is remembered for ever, whatever the feed says later.
 *
 * Changes by the feed and by the pins file run one at a time, in `queue`.
 */
export class PinnedTrustStore {
  /** The chains from the pins in force, by tenant. */
  private readonly chains = new Map<string, TrustChain>();
  /** Every chain that was ever followed here, by tenant and pin: a pin that comes back continues its old chain. */
  private readonly followed = new Map<string, TrustChain>();
  private readonly claimed = new Set<string>();
  /** Tenants with a pin in force, or with one that was in force long enough that documents were followed from it. */
  readonly pinnedTenants = new Set<string>();
  /** Offers of the feed that were not followed to their end. A later pin, or a disk that works again, may need them. */
  private readonly offered = new Map<string, readonly SignedTrustDocument[]>();
  /** Tenants whose new chain has not yet followed what was offered. */
  private readonly toFollow = new Set<string>();
  private readonly files: ChainFiles;
  private readonly claims: LineFile;
  private changes = 0;
  private queue: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly options: PinnedTrustStoreOptions,
    private readonly pins: HostPins,
  ) {
    this.files = chainFilesOf(options);
    this.claims = new LineFile(join(trustFolder(options.spoolDir), 'claimed.jsonl'));
  }

  /** Reads what earlier runs followed. Throws if any of it cannot be read whole. `now` in milliseconds. */
  static async load(options: PinnedTrustStoreOptions, now: number): Promise<PinnedTrustStore> {
    const stored = await chainFilesOf(options).read();
    const store = new PinnedTrustStore(options, await HostPins.load(options.spoolDir, options.log, now));
    await store.claims.read((line) => store.claimed.add(claimedLine.parse(line).tenant));
    for (const chain of stored) store.restore(chain, now);
    for (const [tenant, { pin }] of Object.entries(store.pins.all)) {
      store.startChain(tenant, pin, now);
      store.logIfBehind(tenant);
    }
    return store;
  }

  /**
   * The trust document that applies to this tenant's calls. `undefined`: no one claimed the tenant. `unpinned`: no chain
   * leads here from a pin, or it does not reach the version that the pin requires.
   */
  trustFor(tenant: string): PinnedTrust | 'unpinned' | undefined {
    return this.inForce(tenant) ?? (this.claimed.has(tenant) ? 'unpinned' : undefined);
  }

  /** Hash of the trust document that applies to this tenant's calls; null if none is pinned here. */
  trustHash(tenant: string): string | null {
    return this.inForce(tenant)?.hash ?? null;
  }

  private inForce(tenant: string): PinnedTrust | undefined {
    return this.isBehind(tenant) ? undefined : this.chains.get(tenant)?.inForce;
  }

  /** Whether the chain lacks a version that the pin requires: the feed brought an older chain, or another history. */
  private isBehind(tenant: string): boolean {
    const required = this.pins.requiredVersions(tenant);
    return required !== undefined && this.chains.get(tenant)?.contains(required) === false;
  }

  /** Every tenant about which the store knows something. */
  get tenants(): ReadonlySet<string> {
    return new Set([...this.claimed, ...this.pinnedTenants]);
  }

  /** Counts the changes of what is pinned and in force here. */
  get revision(): number {
    return this.changes;
  }

  /** What is pinned here, as the broker receives it. */
  report(now: number): GatewayPin[] {
    return Object.keys(this.pins.all).flatMap((tenant) => this.reportOf(tenant, now) ?? []);
  }

  /** The same of one tenant; undefined if nothing is pinned of it. */
  reportOf(tenant: string, now: number): GatewayPin | undefined {
    const state = this.pins.all[tenant];
    if (state === undefined) return undefined;
    const { pin, alarm } = state;
    const root = activePin(pin, now);
    const hash = this.chains.get(tenant)?.inForce?.hash;
    const behind = this.isBehind(tenant) && hash !== undefined ? { behind: hash } : {};
    const next = pin.next !== undefined && root.pinned === pin.pinned ? { next: pin.next } : {};
    const raised = alarm === undefined ? {} : { alarm };
    return { tenant, ...root, current: this.trustHash(tenant), ...behind, ...next, ...raised };
  }

  /** Follows what the feed brings. New versions count once they are durable. Rejects with the file system's error. */
  applyFeed(offers: readonly FeedTrust[], now: number): Promise<void> {
    return this.serially(async () => {
      const changed = new Set<string>();
      try {
        for (const { tenant, chain } of offers) {
          if (this.claim(tenant)) changed.add(tenant);
          if (await this.followChain(tenant, chain, now)) changed.add(tenant);
        }
      } finally {
        // What counts now is announced, even if a later offer could not be written.
        this.notifyChanged(changed);
      }
      await this.flushClaims();
    });
  }

  /**
   * Looks for pins that were set on this host, or that take effect now. Called often. Rejects with the file system's
   * error; the next call tries again what could not be written.
   */
  checkPins(now: number): Promise<void> {
    return this.serially(async () => {
      const before = await this.pins.refresh(now);
      if (before !== undefined) this.notifyChanged(this.adopt(before, now));
      await this.followStarted(now);
      await this.flushClaims();
    });
  }

  /** New chains follow what was offered for them. */
  private async followStarted(now: number): Promise<void> {
    for (const tenant of this.toFollow) {
      if (await this.followChain(tenant, this.offered.get(tenant) ?? [], now)) this.notifyChanged([tenant]);
      this.toFollow.delete(tenant);
    }
  }

  private flushClaims(): Promise<void> {
    return this.claims.flush(() => [...this.claimed].map((tenant) => ({ tenant })));
  }

  /** Returns the tenants whose pin in force, waiting pin or alarm is not what it was before. No pin ever goes. */
  private adopt(before: PinStates, now: number): Set<string> {
    const changed = new Set<string>();
    for (const [tenant, state] of Object.entries(this.pins.all)) {
      const { pin } = state;
      if (JSON.stringify(state) !== JSON.stringify(before[tenant])) {
        this.pins.announce(tenant, state, now);
        changed.add(tenant);
      }
      if (this.chains.get(tenant)?.place.pinned !== activePin(pin, now).pinned) {
        changed.add(tenant);
        this.startChain(tenant, pin, now);
        this.toFollow.add(tenant);
      }
      if (changed.has(tenant)) this.logIfBehind(tenant);
    }
    return changed;
  }

  private notifyChanged(tenants: Iterable<string>): void {
    const changed = [...tenants];
    if (changed.length === 0) return;
    this.changes += 1;
    this.options.onChange(changed);
  }

  private logIfBehind(tenant: string): void {
    const hash = this.chains.get(tenant)?.inForce?.hash;
    if (hash === undefined || !this.isBehind(tenant)) return;
    const detail = { tenant, reason: 'behind_pin', held: hash, atLeast: this.pins.requiredVersions(tenant) };
    this.options.log.error(
      detail,
      'the stored trust documents are older than the version that the pin requires; no call is allowed',
    );
  }

  /** Once claimed, a tenant stays claimed; durable after the next flush. Returns whether the claim is new. */
  private claim(tenant: string): boolean {
    if (this.claimed.has(tenant)) return false;
    this.claims.add({ tenant });
    this.claimed.add(tenant);
    return true;
  }

  /** The chain followed from the current pin; empty if none was followed. */
  private startChain(tenant: string, pin: Pin, now: number): void {
    this.claim(tenant);
    this.pinnedTenants.add(tenant);
    const place = { deployment: this.options.deployment, tenant, pinned: activePin(pin, now).pinned };
    this.chains.set(tenant, this.followed.get(keyOf(place)) ?? TrustChain.begin(place));
  }

  /** A chain that an earlier run followed, from whichever pin. */
  private restore({ tenant, pinned, versions }: StoredChain, now: number): void {
    this.claimed.add(tenant);
    this.pinnedTenants.add(tenant);
    const place = { deployment: this.options.deployment, tenant, pinned };
    const { chain, refusal } = TrustChain.begin(place).follow(versions, now);
    if (refusal !== undefined)
      throw new Error(`the trust documents of ${tenant} on disk do not follow: ${refusal.reason}`);
    this.followed.set(keyOf(place), chain);
  }

  /** Returns whether the tenant's trust has changed. */
  private async followChain(
    tenant: string,
    offered: readonly SignedTrustDocument[],
    now: number,
  ): Promise<boolean> {
    const trustChain = this.chains.get(tenant);
    const { chain, refusal } = trustChain?.follow(offered, now) ?? {};
    if (refusal !== undefined)
      this.options.log.error(
        { tenant, reason: refusal.reason, detail: refusal.detail },
        'an offered trust document is refused',
      );
    this.offered.set(tenant, offered);
    const isNew = chain !== undefined && chain !== trustChain && (await this.persistChain(chain));
    if (isNew) {
      this.chains.set(tenant, chain);
      this.followed.set(keyOf(chain.place), chain);
    }
    if (chain !== undefined && refusal === undefined) this.offered.delete(tenant);
    this.logIfBehind(tenant);
    return isNew;
  }

  /** Writes a chain to disk. Returns false for one that is too large: it must not hold up the other tenants. */
  private async persistChain({ place: { tenant, pinned }, versions }: TrustChain): Promise<boolean> {
    try {
      await this.files.write({ tenant, pinned, versions });
      return true;
    } catch (error) {
      if (!(error instanceof ChainTooLarge)) throw error;
      this.options.log.error({ tenant, ...describeError(error) }, 'an offered trust document is refused');
      return false;
    }
  }

  private serially<T>(work: () => Promise<T>): Promise<T> {
    const done = this.queue.then(work);
    this.queue = done.catch(() => undefined);
    return done;
  }
}

const chainFilesOf = ({ spoolDir, maxChainBytes }: PinnedTrustStoreOptions): ChainFiles =>
  new ChainFiles(spoolDir, maxChainBytes);

const keyOf = ({ tenant, pinned }: Pick<ChainPlace, 'tenant' | 'pinned'>): string => `${tenant} ${pinned}`;
