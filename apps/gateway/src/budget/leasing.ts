import { type LeaseAnswer, type LeaseAsk, parseLeaseAnswer } from '@countersign/gateway-protocol';
import { describeError, RetryTimer, SingleFlight } from '@countersign/runtime';
import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import type { BrokerClient } from '../feed/broker-client.js';
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

/** Talks to the broker about leases: this run's, and those of runs that were killed. */
export class Leasing {
  private readonly flight = new SingleFlight();
  private readonly retry: RetryTimer;
  /** Where the records of earlier runs end in the spool, once their last are durable. */
  private recordsEnd: SpoolPlace | undefined;

  constructor(private readonly parts: LeasingParts) {
    this.retry = new RetryTimer(parts.clock);
  }

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
    const { boots, spool, shipper } = this.parts;
    if (this.flight.isRunning || !this.retry.isDue) return;
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
    void this.flight.run(async () => {
      try {
        await step();
        this.retry.reset();
      } catch (error) {
        this.parts.log.warn(describeError(error), 'leases of an earlier run stay as they are for now');
        this.retry.failed();
      }
    });
  }
}
