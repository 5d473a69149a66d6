import { type LeaseAnswer, type LeaseAsk, parseLeaseAnswer } from '@countersign/gateway-protocol';
import type { Logger } from 'pino';
import type { BrokerClient } from '../feed/broker-client.js';
import { describeError } from '../log/describe-error.js';
import type { Shipper } from '../ship/shipper.js';
import type { SpoolPlace } from '../spool/segments.js';
import type { Spool } from '../spool/spool.js';
import type { BootLeases } from './boot-leases.js';

export type LeasingParts = {
  broker: BrokerClient;
  boots: BootLeases;
  boot: string;
  spool: Spool;
  shipper: Shipper;
  log: Logger;
};

/** A call waits for the answer: a broker that is slower is as good as away. */
const ANSWER_MS = 5_000;

/** Talks to the broker about leases: this run's, and those of runs that were killed. */
export class Leasing {
  private closing: Promise<void> | undefined;
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

  /** Gives up what earlier runs held, as soon as the broker has all their records. Called a few times a second. */
  sweep(): void {
    const { boots, spool, shipper } = this.parts;
    if (!boots.hasEarlier || this.closing !== undefined || !spool.isLeftClosed) return;
    this.recordsEnd ??= spool.end;
    if (!shipper.hasShipped(this.recordsEnd)) return;
    this.closing = this.closeEarlier().finally(() => {
      this.closing = undefined;
    });
  }

  private async closeEarlier(): Promise<void> {
    const { broker, boots, log } = this.parts;
    const tell = (ended: readonly string[]) =>
      broker.post(
        '/gateway/v1/leases/closed',
        JSON.stringify({ boots: ended }),
        AbortSignal.timeout(ANSWER_MS),
      );
    await boots.closeEarlier(tell).catch((error: unknown) => {
      log.warn(describeError(error), 'leases of an earlier run stay as they are for now');
    });
  }
}
