import { join } from 'node:path';
import {
  type CountersignRefusal,
  checkStop,
  isTakenInTime,
  nodeCountersigning,
  type PinnedTrust,
  type StopOrLift,
} from '@countersign/authorization';
import { canonicalJson, parseSignature, STOP_TYPE, sha256Digest, statementHash } from '@countersign/contract';
import type { SignedLift, SignedStop } from '@countersign/gateway-protocol';
import type { Logger } from 'pino';
import { z } from 'zod';
import { LineFile } from '../storage/line-file.js';
import { trustFolder } from './chain-files.js';

/** Of one tenant: more than any people sign, and less than a feed of nonsense could fill this process with. */
const MAX_WAITING = 1_000;

const line = z.union([
  z.strictObject({ stop: z.unknown() }),
  z.strictObject({ tenant: z.string(), lifted: z.string() }),
]);

export type CustomerStopsOptions = {
  spoolDir: string;
  log: Logger;
  trust(tenant: string): PinnedTrust | 'unpinned' | undefined;
  /** Hears that something new is stopped, so that open calls are cut. */
  onStop(): void;
};

/**
 * The customers' own stops: each signed by one of a tenant's people, in force until a signed lift, over restarts and
 * whatever the broker says. They come by the feed or from the customer itself.
 */
export class CustomerStops {
  private readonly active = new ActiveStops();
  /** Stops that were lifted, `TENANT HASH`: none comes back. A stop's nonce makes its hash its own, so each counts once. */
  private readonly lifted = new Set<string>();
  /**
   * What the feed brought and nothing here vouches for yet, by tenant, once each however often it comes: the pin, or the
   * version that it names or that lists its signer, may still be on its way.
   */
  private readonly waiting = new Map<string, Map<string, StopOrLift>>();
  private readonly file: LineFile;

  private constructor(private readonly options: CustomerStopsOptions) {
    this.file = new LineFile(join(trustFolder(options.spoolDir), 'stops.jsonl'));
  }

  /** Throws where the file is there and cannot be read whole: forgetting would let in what a customer has stopped. */
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

  /** What of tenant and digest is stopped, in words; undefined where nothing is. */
  find(what: { tenant: string; digest: string }): string | undefined {
    return this.active.find(what);
  }

  /**
   * A stop or lift that the customer hands in itself, taken once and in its time. It is in force when this returns, and
   * durable when the promise resolves; answers why it is not taken. Rejects with the file system's error.
   */
  async submit(signature: StopOrLift, now: number): Promise<CountersignRefusal | undefined> {
    const place = this.stateOf(signature);
    // Also of one that is in force: its hash is the statement's, and what is handed in is passed on with its signature.
    const refusal = this.check(signature);
    if (refusal !== undefined) return refusal;
    if (place !== 'in force' || isLift(signature)) {
      if (!isTakenInTime(signature, now))
        return { reason: 'outside_window', detail: 'the statement is not to be taken now' };
      if (place === 'lifted' && isStop(signature))
        return { reason: 'duplicate_signature', detail: 'the stop was taken before, and lifted' };
      this.apply(signature);
    }
    await this.flush();
    return undefined;
  }

  /** What the feed brings, lifts first. In force when this returns; durable after `settle`. */
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
            'a stop or lift of the feed is not taken',
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

  /** A tenant's trust is another one now: what waited for that is looked at again. */
  retryWaiting(tenants: readonly string[]): void {
    for (const tenant of tenants) {
      const waited = [...(this.waiting.get(tenant)?.values() ?? [])];
      this.waiting.delete(tenant);
      this.applyFeed(waited.filter(isStop), waited.filter(isLift));
    }
  }

  /** Resolves when all that was taken is durable; rejects with the file system's error. */
  async flush(): Promise<void> {
    await this.file.flush(() => this.lines());
  }

  private check(signature: StopOrLift): CountersignRefusal | undefined {
    const trust = this.options.trust(signature.statement.tenant);
    if (trust === undefined || trust === 'unpinned')
      return { reason: 'not_pinned', detail: 'this gateway has nothing pinned for this tenant' };
    return checkStop(signature, trust, nodeCountersigning);
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
      this.file.add({ tenant, lifted: stop });
      log.warn({ tenant, person }, 'a stop was lifted by the customer');
    }
  }

  private keep(stop: SignedStop): void {
    if (this.stateOf(stop) !== 'lifted') this.active.add(stopHash(stop), stop);
  }

  /** A lift speaks of stops of its own tenant alone. */
  private forget(tenant: string, hash: string): void {
    this.lifted.add(`${tenant} ${hash}`);
    this.active.delete(tenant, hash);
  }

  /** What became of the stop, or of the one that the lift is about. */
  private stateOf(signature: StopOrLift): 'in force' | 'lifted' | 'new' {
    const { tenant } = signature.statement;
    const hash = isLift(signature) ? signature.statement.stop : stopHash(signature);
    if (this.lifted.has(`${tenant} ${hash}`)) return 'lifted';
    return this.active.has(tenant, hash) ? 'in force' : 'new';
  }

  private *lines(): Generator<object> {
    for (const place of this.lifted) {
      const [tenant = '', lifted = ''] = place.split(' ');
      yield { tenant, lifted };
    }
    for (const stop of this.active.all()) yield { stop };
  }
}

/** Of what was signed and by whom: nobody else’s signature over the same takes a place that is another’s. */
const signatureHash = (signature: StopOrLift): string =>
  sha256Digest(nodeCountersigning.hashing, canonicalJson(signature));
const stopHash = ({ statement }: StopOrLift): string => statementHash(nodeCountersigning.hashing, statement);
const isStop = (signature: { statement: { type: string } }): signature is SignedStop =>
  signature.statement.type === STOP_TYPE;
const isLift = (signature: StopOrLift): signature is SignedLift => signature.statement.type !== STOP_TYPE;

/** What stands in place of a digest where all of a tenant is stopped. */
const ALL = '*';

/** The stops in force, found by what they stop: a call asks twice, however many there are, of its own tenant or of others. */
export class ActiveStops {
  /** By the hash of the statement, for each tenant. */
  private readonly byTenant = new Map<string, Map<string, SignedStop>>();
  /** How many stop the same, by `TENANT DIGEST`. */
  private readonly counts = new Map<string, number>();

  /** What of tenant and digest is stopped, in words; undefined where nothing is. */
  find({ tenant, digest }: { tenant: string; digest: string }): string | undefined {
    if (!this.byTenant.has(tenant)) return undefined;
    if (this.counts.has(placeOf(tenant, ALL))) return 'the customer has stopped all access';
    if (this.counts.has(placeOf(tenant, digest))) return 'the customer has stopped this grant';
    return undefined;
  }

  has(tenant: string, hash: string): boolean {
    return this.byTenant.get(tenant)?.has(hash) === true;
  }

  add(hash: string, stop: SignedStop): void {
    const { tenant, digest } = stop.statement;
    if (this.has(tenant, hash)) return;
    this.byTenant.set(tenant, (this.byTenant.get(tenant) ?? new Map()).set(hash, stop));
    this.count(placeOf(tenant, digest), 1);
  }

  /** Ends a stop of this tenant; one that it does not have is none of its own. */
  delete(tenant: string, hash: string): void {
    const stops = this.byTenant.get(tenant);
    const stop = stops?.get(hash);
    if (stops === undefined || stop === undefined) return;
    stops.delete(hash);
    if (stops.size === 0) this.byTenant.delete(tenant);
    this.count(placeOf(tenant, stop.statement.digest), -1);
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
