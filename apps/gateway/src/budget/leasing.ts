import { type LeaseAnswer, type LeaseAsk, parseLeaseAnswer } from '@countersign/gateway-protocol';
import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import type { BrokerClient } from '../feed/broker-client.js';
import { describeError } from '../log/describe-error.js';
import type { Quarantine } from '../records/shipping/quarantine.js';
import type { Shipper } from '../records/shipping/shipper.js';
import type { SpoolPlace } from '../records/spool/segments.js';
import type { Spool } from '../records/spool/spool.js';
import type { BootLeases } from './boot-leases.js';

type LeasingParts = {
  broker: Pick<BrokerClient, 'post'>;
  boots: BootLeases;
  boot: string;
  spool: Pick<Spool, 'isLeftClosed' | 'isWhole' | 'end'>;
  shipper: Pick<Shipper, 'hasShipped'>;
  quarantine: Pick<Quarantine, 'hasOfRun'>;
  clock: Pick<Clock, 'monotonic'>;
  log: Logger;
};

/** A call waits for the answer: a broker that is slower is as good as away. */
const ANSWER_MS = 5_000;
/** How long to leave it after a failure; twice as long after each further one. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Talks to the broker about leases: this run's, and those of runs that were killed. */
export class Leasing {
  private underWay: Promise<void> | undefined;
  private pause = FIRST_PAUSE_MS;
  private notBefore = Number.NEGATIVE_INFINITY;
  /** Where the records of earlier runs end in the spool, once their last are durable. */
  private recordsEnd: SpoolPlace | undefined;

  constructor(private readonly parts: LeasingParts) {}

  /** Rejects with BrokerAnswer, the network's error, or that of the disk on which this run has to be noted first. */
  async ask(ask: Omit<LeaseAsk, 'boot'>): Promise<LeaseAnswer> {
    const { broker, boots, boot } = this.parts;
    await boots.note();
    const json = JSON.stringify({ boot, ...ask });
    return parseLeaseAnswer(await broker.post('/gateway/v1/leases', json, AbortSignal.timeout(ANSWER_MS)));
  }

  /**
   * Gives up what earlier runs held, as soon as the broker has all their records; where records are known to be lost,
   * what was held counts as used. Called a few times a second.
   */
  sweep(): void {
    const { boots, spool, shipper, clock } = this.parts;
    if (this.underWay !== undefined || clock.monotonic() < this.notBefore) return;
    if (!spool.isWhole && !boots.isGivenUp) this.attempt(() => boots.giveUp());
    if (!boots.hasEarlier || !spool.isWhole || !spool.isLeftClosed) return;
    this.recordsEnd ??= spool.end;
    if (shipper.hasShipped(this.recordsEnd)) this.attempt(() => this.closeEarlier());
  }

  private closeEarlier(): Promise<void> {
    const { broker, boots, quarantine } = this.parts;
    return boots.closeEarlier(
      (boot) => !quarantine.hasOfRun(boot),
      (ended) =>
        broker.post(
          '/gateway/v1/leases/closed',
          JSON.stringify({ boots: ended }),
          AbortSignal.timeout(ANSWER_MS),
        ),
    );
  }

  private attempt(step: () => Promise<void>): void {
    this.underWay = step()
      .then(
        () => {
          this.pause = FIRST_PAUSE_MS;
        },
        (error: unknown) => {
          this.parts.log.warn(describeError(error), 'leases of an earlier run stay as they are for now');
          this.notBefore = this.parts.clock.monotonic() + this.pause;
          this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
        },
      )
      .finally(() => {
        this.underWay = undefined;
      });
  }
}
