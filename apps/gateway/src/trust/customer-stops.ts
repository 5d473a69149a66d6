import { join } from 'node:path';
import {
  type CountersignRefusal,
  checkStop,
  isAcceptedAt,
  nodeCountersignPorts,
  type PinnedTrust,
  type StopOrLift,
} from '@countersign/authorization';
import { canonicalJson, parseSignature, STOP_TYPE, sha256Digest, statementHash } from '@countersign/contract';
import type { SignedLift, SignedStop } from '@countersign/gateway-protocol';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { z } from 'zod';
import { LineFile } from '../storage/line-file.js';
import { trustFolder } from './chain-files.js';

/** For one tenant: more than people sign, and too few for a hostile feed to fill this process. */
const MAX_WAITING = 1_000;

/** A lift is accepted for five minutes: far more than people sign in that time. */
const MAX_RECENT_LIFTS = 1_000;

const line = z.union([
  z.strictObject({ stop: z.unknown() }),
  z.strictObject({ tenant: z.string(), lifted: z.string() }),
]);

export type CustomerStopsOptions = {
  spoolDir: string;
  log: Logger;
  trust(tenant: string): PinnedTrust | 'unpinned' | undefined;
  /** Called when something new is stopped, so that open calls can be cut. */
  onStop(): void;
  /** Called when something new is stopped or lifted, after it is in force. */
  onChange?(tenant: string): void;
};

/**
 * The customers' own stops. Each is signed by one of a tenant's people and stays in force until a signed lift, over
 * restarts, and whatever the broker says. Stops arrive by the feed or from the customer itself.
 */
export class CustomerStops {
  private readonly active = new ActiveStops();
  /**
   * Stops that were lifted, by tenant, as the hash of the statement. They never return. A stop's nonce makes its hash
   * unique, so each stop counts once.
   */
  private readonly lifted = new Map<string, Set<string>>();
  /** The last lifts that were accepted, by the hash of signature and statement: repeating one of them changes nothing. */
  private readonly recentLifts = new LRUCache<string, true>({ max: MAX_RECENT_LIFTS });
  /**
   * Stops and lifts of the feed that could not be verified yet, by tenant and without duplicates. The pin, or the
   * version of the trust document that lists the signer, may still be on its way.
   */
  private readonly waiting = new Map<string, Map<string, StopOrLift>>();
  private readonly file: LineFile;

  private constructor(private readonly options: CustomerStopsOptions) {
    this.file = new LineFile(join(trustFolder(options.spoolDir), 'stops.jsonl'));
  }

  /**
   * Throws if the file exists and cannot be read whole: without it, calls that a customer has stopped could be allowed.
   */
  static async load(options: CustomerStopsOptions): Promise<CustomerStops> {
    const stops = new CustomerStops(options);
    await stops.file.read((stored) => {
      const read = line.parse(stored);
      if ('lifted' in read) stops.forget(read.tenant, read.lifted);
      else {
        const stop = parseSignature(read.stop);
        if (isStop(stop)) stops.keep(stop);
      }
    });
    return stops;
  }

  /** What is stopped, in words; undefined if nothing is. */
  find(what: { tenant: string; digest: string }): string | undefined {
    return this.active.find(what);
  }

  /** The tenants that have stopped something, now or earlier. */
  get tenants(): Iterable<string> {
    return new Set([...this.active.tenants, ...this.lifted.keys()]);
  }

  /** The active stops of a tenant, by the hash of the statement. */
  of(tenant: string): [string, SignedStop][] {
    return this.active.of(tenant);
  }

  /** The stops of a tenant that were lifted, as hashes of the statements. */
  liftedOf(tenant: string): string[] {
    return [...(this.lifted.get(tenant) ?? [])];
  }

  /**
   * A stop or lift that the customer submits itself. It is accepted once, and only within its time window. It is in
   * force when this returns, and durable when the promise resolves. Resolves with the reason if it is not accepted.
   * Rejects with the file system's error.
   */
  async submit(signature: StopOrLift, now: number): Promise<CountersignRefusal | undefined> {
    if (this.isKnown(signature)) {
      await this.flush();
      return undefined;
    }
    const place = this.stateOf(signature);
    // Another signature of a known stop is checked too: its hash covers only the statement, and the submitted signature is relayed.
    const refusal = this.check(signature);
    if (refusal !== undefined) return refusal;
    if (place !== 'in force' || isLift(signature)) {
      if (!isAcceptedAt(signature, now))
        return { reason: 'outside_window', detail: 'the statement is outside its time window' };
      if (place === 'lifted' && isStop(signature))
        return { reason: 'duplicate_signature', detail: 'the stop was accepted before, and lifted' };
      this.apply(signature);
    }
    await this.flush();
    return undefined;
  }

  /** Whether exactly this signature was accepted before. Then no one has to verify it again, and anyone may repeat it. */
  private isKnown(signature: StopOrLift): boolean {
    if (!isStop(signature)) return this.recentLifts.has(signatureHash(signature));
    const known = this.active.get(signature.statement.tenant, stopHash(signature));
    return known !== undefined && canonicalJson(known) === canonicalJson(signature);
  }

  /** Applies what the feed brings, lifts first. In force when this returns; durable after `flush`. */
  applyFeed(stops: readonly SignedStop[], lifts: readonly SignedLift[]): void {
    for (const signature of [...lifts, ...stops]) {
      const place = this.stateOf(signature);
      if (place === 'lifted' || (place === 'in force' && isStop(signature))) continue;
      const { tenant } = signature.statement;
      const refusal = this.check(signature);
      if (refusal === undefined) this.apply(signature);
      else {
        this.keepWaiting(signature);
        if (refusal.reason !== 'not_pinned')
          this.options.log.warn(
            { tenant, reason: refusal.reason },
            'a stop or lift of the feed is not accepted',
          );
      }
    }
  }

  private keepWaiting(signature: StopOrLift): void {
    const { tenant } = signature.statement;
    const waiting = this.waiting.get(tenant) ?? new Map<string, StopOrLift>();
    if (waiting.size < MAX_WAITING)
      this.waiting.set(tenant, waiting.set(signatureHash(signature), signature));
  }

  /** The trust of these tenants has changed: what waited for that is tried again. */
  retryWaiting(tenants: readonly string[]): void {
    for (const tenant of tenants) {
      const waited = [...(this.waiting.get(tenant)?.values() ?? [])];
      this.waiting.delete(tenant);
      this.applyFeed(waited.filter(isStop), waited.filter(isLift));
    }
  }

  /** Resolves when everything that was accepted is durable. Rejects with the file system's error. */
  async flush(): Promise<void> {
    await this.file.flush(() => this.lines());
  }

  private check(signature: StopOrLift): CountersignRefusal | undefined {
    const trust = this.options.trust(signature.statement.tenant);
    if (trust === undefined || trust === 'unpinned')
      return { reason: 'not_pinned', detail: 'this gateway has nothing pinned for this tenant' };
    return checkStop(signature, trust, nodeCountersignPorts);
  }

  private apply(signature: StopOrLift): void {
    const { tenant, person } = signature.statement;
    const { log } = this.options;
    if (isStop(signature)) {
      this.keep(signature);
      this.file.add({ stop: signature });
      log.warn({ tenant, person, digest: signature.statement.digest ?? null }, 'stopped by the customer');
      this.options.onStop();
    } else if (isLift(signature)) {
      const { stop } = signature.statement;
      this.forget(tenant, stop);
      this.recentLifts.set(signatureHash(signature), true);
      this.file.add({ tenant, lifted: stop });
      log.warn({ tenant, person }, 'a stop was lifted by the customer');
    }
    this.options.onChange?.(tenant);
  }

  private keep(stop: SignedStop): void {
    if (this.stateOf(stop) !== 'lifted') this.active.add(stopHash(stop), stop);
  }

  /** A lift applies only to stops of its own tenant. */
  private forget(tenant: string, hash: string): void {
    this.lifted.set(tenant, (this.lifted.get(tenant) ?? new Set()).add(hash));
    this.active.delete(tenant, hash);
  }

  /** The state of this stop, or of the stop that this lift names. */
  private stateOf(signature: StopOrLift): 'in force' | 'lifted' | 'new' {
    const { tenant } = signature.statement;
    const hash = isLift(signature) ? signature.statement.stop : stopHash(signature);
    if (this.lifted.get(tenant)?.has(hash)) return 'lifted';
    return this.active.has(tenant, hash) ? 'in force' : 'new';
  }

  private *lines(): Generator<object> {
    for (const [tenant, hashes] of this.lifted) for (const lifted of hashes) yield { tenant, lifted };
    for (const stop of this.active.all()) yield { stop };
  }
}

/** Covers statement and signer: another person's signature over the same statement does not replace this one. */
export const signatureHash = (signature: StopOrLift): string =>
  sha256Digest(nodeCountersignPorts.hashing, canonicalJson(signature));
export const stopHash = ({ statement }: StopOrLift): string =>
  statementHash(nodeCountersignPorts.hashing, statement);
export const isStop = (signature: { statement: { type: string } }): signature is SignedStop =>
  signature.statement.type === STOP_TYPE;
const isLift = (signature: StopOrLift): signature is SignedLift => signature.statement.type !== STOP_TYPE;

/** Stands for a digest if all access of a tenant is stopped. */
const ALL = '*';

/** The active stops, indexed by what they stop: a call needs two look-ups, however many stops there are. */
export class ActiveStops {
  /** By tenant, then by the hash of the statement. */
  private readonly byTenant = new Map<string, Map<string, SignedStop>>();
  /** How many stops stop the same thing, by `TENANT DIGEST`. */
  private readonly counts = new Map<string, number>();

  /** What is stopped, in words; undefined if nothing is. */
  find({ tenant, digest }: { tenant: string; digest: string }): string | undefined {
    if (!this.byTenant.has(tenant)) return undefined;
    if (this.counts.has(placeOf(tenant, ALL))) return 'the customer has stopped all access';
    if (this.counts.has(placeOf(tenant, digest))) return 'the customer has stopped this grant';
    return undefined;
  }

  has(tenant: string, hash: string): boolean {
    return this.byTenant.get(tenant)?.has(hash) === true;
  }

  get(tenant: string, hash: string): SignedStop | undefined {
    return this.byTenant.get(tenant)?.get(hash);
  }

  add(hash: string, stop: SignedStop): void {
    const { tenant, digest } = stop.statement;
    if (this.has(tenant, hash)) return;
    this.byTenant.set(tenant, (this.byTenant.get(tenant) ?? new Map()).set(hash, stop));
    this.count(placeOf(tenant, digest), 1);
  }

  /** Ends a stop of this tenant. Does nothing if the tenant has no such stop. */
  delete(tenant: string, hash: string): void {
    const stops = this.byTenant.get(tenant);
    const stop = stops?.get(hash);
    if (stops === undefined || stop === undefined) return;
    stops.delete(hash);
    if (stops.size === 0) this.byTenant.delete(tenant);
    this.count(placeOf(tenant, stop.statement.digest), -1);
  }

  get tenants(): Iterable<string> {
    return this.byTenant.keys();
  }

  of(tenant: string): [string, SignedStop][] {
    return [...(this.byTenant.get(tenant) ?? [])];
  }

  *all(): Generator<SignedStop> {
    for (const stops of this.byTenant.values()) yield* stops.values();
  }

  private count(place: string, by: 1 | -1): void {
    const count = (this.counts.get(place) ?? 0) + by;
    if (count === 0) this.counts.delete(place);
    else this.counts.set(place, count);
  }
}

const placeOf = (tenant: string, digest: string = ALL): string => `${tenant} ${digest}`;
