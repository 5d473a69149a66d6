import { join } from 'node:path';
import { type LeaseAnswer, type LeaseRequest, parseLeaseAnswer } from '@countersign/gateway-protocol';
import { describeError, RetryTimer, SingleFlight } from '@countersign/runtime';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Clock } from '../clock.js';
import type { BrokerClient } from '../feed/broker-client.js';
import type { Quarantine } from '../records/shipping/quarantine.js';
import type { Shipper } from '../records/shipping/shipper.js';
import type { SpoolPlace } from '../records/spool/segments.js';
import type { Spool } from '../records/spool/spool.js';
import { JsonFile } from '../storage/json-file.js';

type LeaseClientParts = {
  broker: Pick<BrokerClient, 'postSigned'>;
  boots: BootLeases;
  boot: string;
  spool: Pick<Spool, 'areUnfinishedCallsClosed' | 'isWhole' | 'end'>;
  shipper: Pick<Shipper, 'hasShipped'>;
  quarantine: Pick<Quarantine, 'hasOfRun'>;
  clock: Pick<Clock, 'monotonic'>;
  log: Logger;
};

/** A call waits for this answer, so a slower broker counts as unreachable. */
const ANSWER_MS = 5_000;

/** Requests leases from the broker, and returns those of runs that were killed. */
export class LeaseClient {
  private readonly flight = new SingleFlight();
  private readonly retry: RetryTimer;
  /** Where the records of earlier runs end in the spool. Set once the last of them are durable. */
  private recordsEnd: SpoolPlace | undefined;

  constructor(private readonly parts: LeaseClientParts) {
    this.retry = new RetryTimer(parts.clock);
  }

  /**
   * Rejects with BrokerResponseError, the network's error, or the error of the disk, on which this run is noted first.
   */
  async request(ask: Omit<LeaseRequest, 'boot'>): Promise<LeaseAnswer> {
    const { broker, boots, boot } = this.parts;
    await boots.registerOwn();
    const body = { boot, ...ask };
    return parseLeaseAnswer(
      await broker.postSigned('/gateway/v1/leases', body, AbortSignal.timeout(ANSWER_MS)),
    );
  }

  /**
   * Returns what earlier runs held, as soon as the broker has all their records. If records are known to be lost, what
   * was held counts as used. Called a few times a second.
   */
  sweep(): void {
    const { boots, spool, shipper } = this.parts;
    if (this.flight.isRunning || !this.retry.isDue) return;
    if (!spool.isWhole && !boots.isGivenUp) this.attempt(() => boots.giveUp());
    if (!boots.hasEarlier || !spool.isWhole || !spool.areUnfinishedCallsClosed) return;
    this.recordsEnd ??= spool.end;
    if (shipper.hasShipped(this.recordsEnd)) this.attempt(() => this.closeEarlier());
  }

  private closeEarlier(): Promise<void> {
    const { broker, boots, quarantine } = this.parts;
    return boots.closeEarlier(
      (boot) => !quarantine.hasOfRun(boot),
      (ended) =>
        broker.postSigned('/gateway/v1/leases/closed', { boots: ended }, AbortSignal.timeout(ANSWER_MS)),
    );
  }

  private attempt(step: () => Promise<void>): void {
    void this.flight.run(async () => {
      try {
        await step();
        this.retry.reset();
      } catch (error) {
        this.parts.log.warn(
          describeError(error),
          'the leases of an earlier run could not be returned; this is tried again',
        );
        this.retry.failed();
      }
    });
  }
}

/** `found`: runs whose records were found on disk by a later run. */
const shape = z.strictObject({ boots: z.array(z.string()), found: z.array(z.string()).default([]) });
/** The broker accepts at most this many in one request (docs/feed.md). */
const MAX_BOOTS_PER_REQUEST = 100;

/**
 * Which runs of this gateway may hold leases. A run is noted durably before its first lease. If it did not end in
 * order, a later run reports it to the broker, once the broker has all its records. A note that is lost, or given up
 * because records are lost, only means that what the run held counts as used.
 */
export class BootLeases {
  private readonly cell: JsonFile<z.infer<typeof shape>>;
  private noting: Promise<void> | undefined;
  private givenUp = false;

  private constructor(
    folder: string,
    private readonly boot: string,
    private earlier: readonly string[],
  ) {
    this.cell = new JsonFile(join(folder, 'leases.json'));
  }

  /**
   * `isThere`: whether a run's records are on disk. If its next run does not find them, they are gone, and no one knows
   * what the run used. Throws if the file exists and cannot be read, and the file system's error.
   */
  static async load(folder: string, boot: string, isThere: (boot: string) => boolean): Promise<BootLeases> {
    const stored = await new JsonFile(join(folder, 'leases.json')).read();
    const { boots, found } = stored === undefined ? { boots: [], found: [] } : shape.parse(stored);
    const earlier = boots.filter((each) => found.includes(each) || isThere(each));
    const loaded = new BootLeases(folder, boot, earlier);
    if (boots.length > found.length) await loaded.write(earlier);
    return loaded;
  }

  get hasEarlier(): boolean {
    return this.earlier.length > 0;
  }

  get isGivenUp(): boolean {
    return this.givenUp;
  }

  /** Resolves when this run is noted on disk. Rejects with the file system's error; then nothing may be leased. */
  async registerOwn(): Promise<void> {
    if (this.givenUp) return;
    this.noting ??= this.write([...this.earlier, this.boot]).catch((error: unknown) => {
      this.noting = undefined;
      throw error;
    });
    await this.noting;
  }

  /**
   * Reports earlier runs whose records are complete, with `report`, and then forgets them. Runs that are not `isWhole`
   * are forgotten without a report.
   */
  async closeEarlier(
    isWhole: (boot: string) => boolean,
    report: (boots: readonly string[]) => Promise<unknown>,
  ): Promise<void> {
    const boots = this.earlier.slice(0, MAX_BOOTS_PER_REQUEST);
    const whole = boots.filter(isWhole);
    if (whole.length > 0) await report(whole);
    this.earlier = this.earlier.slice(boots.length);
    await this.write([...this.earlier, ...(this.noting === undefined ? [] : [this.boot])]);
  }

  /**
   * Records are damaged or gone, and no one knows which run they belong to. No run that may be affected is ever
   * reported, this one included. Rejects with the file system's error; the caller tries again.
   */
  async giveUp(): Promise<void> {
    if (this.givenUp) return;
    this.givenUp = true;
    this.earlier = [];
    await this.write([]).catch((error: unknown) => {
      this.givenUp = false;
      throw error;
    });
  }

  /** This run ends in order and holds nothing any more. */
  async closeOwn(): Promise<void> {
    if (this.noting !== undefined) await this.write(this.earlier);
  }

  private write(boots: readonly string[]): Promise<void> {
    return this.cell.write({ boots: [...boots], found: boots.filter((boot) => boot !== this.boot) });
  }
}
