import type { GatewayPin, GatewayPins } from '@countersign/gateway-protocol';
import { describeError, RetryTimer, SingleFlight } from '@countersign/runtime';
import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import type { BrokerClient } from '../feed/broker-client.js';

export type PinReporterParts = {
  broker: Pick<BrokerClient, 'postSigned'>;
  log: Logger;
  pins(): readonly GatewayPin[];
  /** Changes whenever `pins` may return something else. */
  revision(): number;
  clock: Clock;
};

/**
 * Reports to the broker what is pinned here, so that customers see it: all of it, after each change and after each
 * reconnection. Nothing else depends on it. It is retried with growing pauses until the broker accepts it.
 */
export class PinReporter {
  private reported: number | undefined;
  private readonly flight = new SingleFlight();
  private readonly stop = new AbortController();
  private readonly retry: RetryTimer;
  /** When the last report was made: each is later, also if the wall clock goes back. */
  private madeAt = 0;

  constructor(private readonly parts: PinReporterParts) {
    this.retry = new RetryTimer(parts.clock);
  }

  /** The broker may have forgotten the report, or be another broker. */
  reset(): void {
    this.reported = undefined;
    this.retry.reset();
  }

  /** Reports if there is something new. Called often while in touch. */
  tick(): void {
    const revision = this.parts.revision();
    if (revision === this.reported || this.flight.isRunning || this.stop.signal.aborted) return;
    if (!this.retry.isDue) return;
    void this.flight.run(() => this.report(revision));
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.flight.settle();
  }

  private async report(revision: number): Promise<void> {
    try {
      const { clock, pins } = this.parts;
      this.madeAt = Math.max(clock.now(), this.madeAt + 1);
      const report: GatewayPins = { at: new Date(this.madeAt).toISOString(), pins: [...pins()] };
      await this.parts.broker.postSigned('/gateway/v1/pins', report, this.stop.signal);
      this.reported = revision;
      this.retry.reset();
    } catch (error) {
      this.retry.failed();
      if (!this.stop.signal.aborted)
        this.parts.log.debug(describeError(error), 'the pins could not be reported');
    }
  }
}
