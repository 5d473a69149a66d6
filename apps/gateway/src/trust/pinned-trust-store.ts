import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PinnedTrust } from '@countersign/authorization';
import type { SignedTrustDocument } from '@countersign/contract';
import {
  type FeedTrust,
  type GatewayPin,
  type Pin,
  type Pins,
  pinInForce,
  pinsPath,
  readPins,
} from '@countersign/gateway-protocol';
import { describeError } from '@countersign/runtime';
import type { Logger } from 'pino';
import { z } from 'zod';
import { LineFile } from '../storage/line-file.js';
import { ChainFiles, ChainTooLarge, type StoredChain, trustFolder } from './chain-files.js';
import { type ChainPlace, TrustChain } from './trust-chain.js';

export type PinnedTrustStoreOptions = {
  spoolDir: string;
  /** `dep_…` of the credential: a document of another deployment is none. */
  deployment: string;
  log: Logger;
  /** Of one tenant's chain; unless said otherwise far more than any people sign. */
  maxChainBytes?: number;
  /** Hears of the tenants whose trust is another one now. */
  onChange(tenants: readonly string[]): void;
};

const claimedLine = z.strictObject({ tenant: z.string() });

/**
 * What customers have signed of their people and rules, as far as this gateway's own host has pinned it. The feed brings
 * chains and is believed in nothing but that a tenant is claimed; that is remembered, whatever it says later.
 */
export class PinnedTrustStore {
  private pins: Pins = {};
  /** Which file was read: it is read again only when it is another one. */
  private pinsVersion: string | undefined;
  /** When the next pin that waits comes into force. */
  private nextPinAt = Number.POSITIVE_INFINITY;
  /** Versions that the pin in force demands of a tenant's chain; nothing for one that demands none. */
  private readonly requiredVersions = new Map<string, readonly string[]>();
  /** From the pins in force, by tenant. */
  private readonly chains = new Map<string, TrustChain>();
  /** All that was ever followed here, by tenant and pin: a pin that comes back goes on from where its chain was. */
  private readonly followed = new Map<string, TrustChain>();
  private readonly claimed = new Set<string>();
  /** Tenants of which a pin is in force, or was so long that documents were followed from it. */
  readonly pinnedTenants = new Set<string>();
  /** What the feed offered and was not followed to its end: for a pin that is still to come, or a disk that works again. */
  private readonly offered = new Map<string, readonly SignedTrustDocument[]>();
  /** Tenants of which a chain was begun that is to follow what was offered: until that is done. */
  private readonly toFollow = new Set<string>();
  private readonly files: ChainFiles;
  private readonly claims: LineFile;
  private changes = 0;
  /** One at a time: feed and pins both change what is held. */
  private queue: Promise<unknown> = Promise.resolve();

  private constructor(private readonly options: PinnedTrustStoreOptions) {
    this.files = new ChainFiles(options.spoolDir, options.maxChainBytes);
    this.claims = new LineFile(join(trustFolder(options.spoolDir), 'claimed.jsonl'));
  }

  /** Reads what earlier runs have followed. Throws where any of it cannot be read whole. `now` in milliseconds. */
  static async load(options: PinnedTrustStoreOptions, now: number): Promise<PinnedTrustStore> {
    const trusts = new PinnedTrustStore(options);
    const stored = await trusts.files.read();
    trusts.pinsVersion = await fileVersion(options.spoolDir);
    trusts.keepPins(await readPins(options.spoolDir), now);
    await trusts.claims.read((line) => trusts.claimed.add(claimedLine.parse(line).tenant));
    for (const chain of stored) trusts.restore(chain, now);
    for (const [tenant, pin] of Object.entries(trusts.pins)) {
      trusts.startChain(tenant, pin, now);
      trusts.logIfBehind(tenant);
    }
    return trusts;
  }

  /**
   * By what a call of this tenant is judged: `undefined` where nobody claimed it, `unpinned` where no pin leads here, or
   * not as far as the pin demands.
   */
  trustFor(tenant: string): PinnedTrust | 'unpinned' | undefined {
    return this.inForce(tenant) ?? (this.claimed.has(tenant) ? 'unpinned' : undefined);
  }

  /** Hash of the trust document by which calls of this tenant are judged; null where it has pinned none here. */
  trustHash(tenant: string): string | null {
    return this.inForce(tenant)?.hash ?? null;
  }

  private inForce(tenant: string): PinnedTrust | undefined {
    return this.isBehind(tenant) ? undefined : this.chains.get(tenant)?.inForce;
  }

  /** Whether the chain that is held lacks a version that the pin demands: an older one was fed, or another history. */
  private isBehind(tenant: string): boolean {
    const least = this.requiredVersions.get(tenant);
    return least !== undefined && this.chains.get(tenant)?.contains(least) === false;
  }

  /** Counts the changes of what is pinned and in force here. */
  get revision(): number {
    return this.changes;
  }

  /** What is pinned here, as the broker is told. */
  report(now: number): GatewayPin[] {
    return Object.entries(this.pins).map(([tenant, pin]) => {
      const root = pinInForce(pin, now);
      const held = this.chains.get(tenant)?.inForce?.hash;
      const behind = this.isBehind(tenant) && held !== undefined ? { behind: held } : {};
      const next = pin.next !== undefined && root.pinned === pin.pinned ? { next: pin.next } : {};
      return { tenant, ...root, current: this.trustHash(tenant), ...behind, ...next };
    });
  }

  /** Follows what the feed brings. What is new counts once it is durable; rejects with the file system's error. */
  applyFeed(offers: readonly FeedTrust[], now: number): Promise<void> {
    return this.serially(async () => {
      const notifyChanged = new Set<string>();
      try {
        for (const { tenant, chain } of offers) {
          if (this.claim(tenant)) notifyChanged.add(tenant);
          if (await this.followChain(tenant, chain, now)) notifyChanged.add(tenant);
        }
      } finally {
        // What counts now is to be told, also where what came after it could not be written.
        this.changed(notifyChanged);
      }
      await this.flushClaims();
    });
  }

  /**
   * Looks whether somebody has pinned on this host, or a pin has come into force. To be called often. Rejects with the file
   * system's error; the next call tries again what could not be written.
   */
  checkPins(now: number): Promise<void> {
    return this.serially(async () => {
      const { log, spoolDir } = this.options;
      const mark = await fileVersion(spoolDir);
      if (mark !== this.pinsVersion || now >= this.nextPinAt) {
        this.pinsVersion = mark;
        const read = await readPins(spoolDir).catch((error: unknown) => {
          log.error(describeError(error), 'the pins cannot be read; those that were are kept');
          return this.pins;
        });
        this.changed(this.adopt(read, now));
      }
      await this.followStarted(now);
      await this.flushClaims();
    });
  }

  /** Chains that were begun go as far as what was offered for them leads. */
  private async followStarted(now: number): Promise<void> {
    for (const tenant of this.toFollow) {
      if (await this.followChain(tenant, this.offered.get(tenant) ?? [], now)) this.changed([tenant]);
      this.toFollow.delete(tenant);
    }
  }

  private flushClaims(): Promise<void> {
    return this.claims.flush(() => [...this.claimed].map((tenant) => ({ tenant })));
  }

  /** Answers the tenants of which another pin counts, or waits, than before. */
  private adopt(read: Pins, now: number): Set<string> {
    const changed = new Set<string>();
    const before = this.pins;
    this.keepPins(read, now);
    for (const [tenant, pin] of Object.entries(read)) {
      if (JSON.stringify(pin) !== JSON.stringify(before[tenant])) {
        this.announce(tenant, pin, now);
        changed.add(tenant);
      }
      if (this.chains.get(tenant)?.place.pinned !== pinInForce(pin, now).pinned) {
        changed.add(tenant);
        this.startChain(tenant, pin, now);
        this.toFollow.add(tenant);
      }
      if (changed.has(tenant)) this.logIfBehind(tenant);
    }
    for (const tenant of Object.keys(before)) {
      if (read[tenant] !== undefined) continue;
      // Taken out of the file by hand: the tenant stays claimed, and nothing opens it.
      this.chains.delete(tenant);
      changed.add(tenant);
    }
    return changed;
  }

  private changed(tenants: Iterable<string>): void {
    const told = [...tenants];
    if (told.length === 0) return;
    this.changes += 1;
    this.options.onChange(told);
  }

  private keepPins(pins: Pins, now: number): void {
    this.pins = pins;
    this.requiredVersions.clear();
    for (const [tenant, pin] of Object.entries(pins)) {
      const { atLeast } = pinInForce(pin, now);
      if (atLeast !== undefined) this.requiredVersions.set(tenant, atLeast);
    }
    const waiting = Object.values(pins).map(({ next }) => (next === undefined ? 0 : Date.parse(next.from)));
    this.nextPinAt = Math.min(Number.POSITIVE_INFINITY, ...waiting.filter((from) => from > now));
  }

  private announce(tenant: string, pin: Pin, now: number): void {
    const { log } = this.options;
    if (pin.next !== undefined && now < Date.parse(pin.next.from))
      log.warn(
        { tenant, pinned: pin.pinned, next: pin.next },
        'another pin is to take the place of the one in force',
      );
    else log.warn({ tenant, ...pinInForce(pin, now) }, 'a tenant is pinned');
  }

  private logIfBehind(tenant: string): void {
    const held = this.chains.get(tenant)?.inForce?.hash;
    if (held === undefined || !this.isBehind(tenant)) return;
    const detail = { tenant, reason: 'behind_pin', held, atLeast: this.requiredVersions.get(tenant) };
    this.options.log.error(
      detail,
      'the trust documents that are held do not reach what the pin demands; nothing opens',
    );
  }

  /** Claimed once, claimed for ever: kept with the next settling. Whether it is news. */
  private claim(tenant: string): boolean {
    if (this.claimed.has(tenant)) return false;
    this.claims.add({ tenant });
    this.claimed.add(tenant);
    return true;
  }

  /** The chain from the pin in force on, as far as it was ever followed here; without a version where it never was. */
  private startChain(tenant: string, pin: Pin, now: number): void {
    this.claim(tenant);
    this.pinnedTenants.add(tenant);
    const place = { deployment: this.options.deployment, tenant, pinned: pinInForce(pin, now).pinned };
    this.chains.set(tenant, this.followed.get(keyOf(place)) ?? TrustChain.begin(place));
  }

  /** What an earlier run has followed, from whichever pin. */
  private restore({ tenant, pinned, versions }: StoredChain, now: number): void {
    this.claimed.add(tenant);
    this.pinnedTenants.add(tenant);
    const place = { deployment: this.options.deployment, tenant, pinned };
    const { chain, refusal } = TrustChain.begin(place).follow(versions, now);
    if (refusal !== undefined)
      throw new Error(`the trust documents of ${tenant} on disk do not follow: ${refusal.reason}`);
    this.followed.set(keyOf(place), chain);
  }

  /** Whether the tenant's trust is another one now. */
  private async followChain(
    tenant: string,
    offered: readonly SignedTrustDocument[],
    now: number,
  ): Promise<boolean> {
    const held = this.chains.get(tenant);
    const { chain, refusal } = held?.follow(offered, now) ?? {};
    if (refusal !== undefined)
      this.options.log.error(
        { tenant, reason: refusal.reason, detail: refusal.detail },
        'an offered trust document is refused',
      );
    this.offered.set(tenant, offered);
    const isNew = chain !== undefined && chain !== held && (await this.persistChain(chain));
    if (isNew) {
      this.chains.set(tenant, chain);
      this.followed.set(keyOf(chain.place), chain);
    }
    if (chain !== undefined && refusal === undefined) this.offered.delete(tenant);
    this.logIfBehind(tenant);
    return isNew;
  }

  /** Writes a chain to disk. One that is too large for that is refused by itself: it must not hold up all other tenants. */
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

const keyOf = ({ tenant, pinned }: Pick<ChainPlace, 'tenant' | 'pinned'>): string => `${tenant} ${pinned}`;

/** Which file the pins are in: every writing makes another one. Undefined where there is none. */
async function fileVersion(spoolDir: string): Promise<string | undefined> {
  const found = await stat(pinsPath(spoolDir), { bigint: true }).catch(() => undefined);
  return found === undefined ? undefined : `${found.ino} ${found.mtimeNs} ${found.size}`;
}
