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
import { LineFile } from '../durable/line-file.js';
import { StopsInForce } from './stops-in-force.js';
import { trustFolder } from './trust-folder.js';

/** Of one tenant: more than any people sign, and less than a feed of nonsense could fill this process with. */
const MOST_WAITING = 1_000;

const line = z.union([
  z.strictObject({ stop: z.unknown() }),
  z.strictObject({ tenant: z.string(), lifted: z.string() }),
]);

export type StopsOptions = {
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
export class Stops {
  private readonly inForce = new StopsInForce();
  /** Stops that were lifted, `TENANT HASH`: none comes back. A stop's nonce makes its hash its own, so each counts once. */
  private readonly lifted = new Set<string>();
  /**
   * What the feed brought and nothing here vouches for yet, by tenant, once each however often it comes: the pin, or the
   * version that it names or that lists its signer, may still be on its way.
   */
  private readonly waiting = new Map<string, Map<string, StopOrLift>>();
  private readonly file: LineFile;

  private constructor(private readonly options: StopsOptions) {
    this.file = new LineFile(join(trustFolder(options.spoolDir), 'stops.jsonl'));
  }

  /** Throws where the file is there and cannot be read whole: forgetting would let in what a customer has stopped. */
  static async load(options: StopsOptions): Promise<Stops> {
    const stops = new Stops(options);
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
  on(what: { tenant: string; digest: string }): string | undefined {
    return this.inForce.on(what);
  }

  /**
   * A stop or lift that the customer hands in itself, taken once and in its time. It is in force when this returns, and
   * durable when the promise resolves; answers why it is not taken. Rejects with the file system's error.
   */
  async hand(signature: StopOrLift, now: number): Promise<CountersignRefusal | undefined> {
    const place = this.placeOf(signature);
    // Also of one that is in force: its hash is the statement's, and what is handed in is passed on with its signature.
    const refusal = this.refuse(signature);
    if (refusal !== undefined) return refusal;
    if (place !== 'in force' || isLift(signature)) {
      if (!isTakenInTime(signature, now))
        return { reason: 'outside_window', detail: 'the statement is not to be taken now' };
      if (place === 'lifted' && isStop(signature))
        return { reason: 'duplicate_signature', detail: 'the stop was taken before, and lifted' };
      this.apply(signature);
    }
    await this.settle();
    return undefined;
  }

  /** What the feed brings, lifts first. In force when this returns; durable after `settle`. */
  take(stops: readonly SignedStop[], lifts: readonly SignedLift[]): void {
    for (const signature of [...lifts, ...stops]) {
      const place = this.placeOf(signature);
      if (place === 'lifted' || (place === 'in force' && isStop(signature))) continue;
      const { tenant } = signature.statement;
      const refusal = this.refuse(signature);
      if (refusal === undefined) this.apply(signature);
      else {
        this.wait(signature);
        if (refusal.reason !== 'not_pinned')
          this.options.log.warn(
            { tenant, reason: refusal.reason },
            'a stop or lift of the feed is not taken',
          );
      }
    }
  }

  private wait(signature: StopOrLift): void {
    const { tenant } = signature.statement;
    const waiting = this.waiting.get(tenant) ?? new Map<string, StopOrLift>();
    if (waiting.size < MOST_WAITING) this.waiting.set(tenant, waiting.set(wholeHashOf(signature), signature));
  }

  /** A tenant's trust is another one now: what waited for that is looked at again. */
  lookAgain(tenants: readonly string[]): void {
    for (const tenant of tenants) {
      const waited = [...(this.waiting.get(tenant)?.values() ?? [])];
      this.waiting.delete(tenant);
      this.take(waited.filter(isStop), waited.filter(isLift));
    }
  }

  /** Resolves when all that was taken is durable; rejects with the file system's error. */
  async settle(): Promise<void> {
    await this.file.settle(() => this.lines());
  }

  private refuse(signature: StopOrLift): CountersignRefusal | undefined {
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
    if (this.placeOf(stop) !== 'lifted') this.inForce.add(hashOf(stop), stop);
  }

  /** A lift speaks of stops of its own tenant alone. */
  private forget(tenant: string, hash: string): void {
    this.lifted.add(`${tenant} ${hash}`);
    this.inForce.delete(tenant, hash);
  }

  /** What became of the stop, or of the one that the lift is about. */
  private placeOf(signature: StopOrLift): 'in force' | 'lifted' | 'new' {
    const { tenant } = signature.statement;
    const hash = isLift(signature) ? signature.statement.stop : hashOf(signature);
    if (this.lifted.has(`${tenant} ${hash}`)) return 'lifted';
    return this.inForce.has(tenant, hash) ? 'in force' : 'new';
  }

  private *lines(): Generator<object> {
    for (const place of this.lifted) {
      const [tenant = '', lifted = ''] = place.split(' ');
      yield { tenant, lifted };
    }
    for (const stop of this.inForce.all()) yield { stop };
  }
}

/** Of what was signed and by whom: nobody else’s signature over the same takes a place that is another’s. */
const wholeHashOf = (signature: StopOrLift): string =>
  sha256Digest(nodeCountersigning.hashing, canonicalJson(signature));
const hashOf = ({ statement }: StopOrLift): string => statementHash(nodeCountersigning.hashing, statement);
const isStop = (signature: { statement: { type: string } }): signature is SignedStop =>
  signature.statement.type === STOP_TYPE;
const isLift = (signature: StopOrLift): signature is SignedLift => signature.statement.type !== STOP_TYPE;
