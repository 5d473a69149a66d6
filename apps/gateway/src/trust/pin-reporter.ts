import type { GatewayPin } from '@countersign/gateway-protocol';
import { describeError, RetryTimer, SingleFlight } from '@countersign/runtime';
import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import type { BrokerClient } from '../feed/broker-client.js';

export type PinReporterParts = {
  broker: Pick<BrokerClient, 'post'>;
  log: Logger;
  pins(): readonly GatewayPin[];
  /** Another number where `pins` may answer something else. */
  revision(): number;
  clock: Pick<Clock, 'monotonic'>;
};

/**
 * Tells the broker what is pinned here, so that customers see it: all of it, when it has changed and when the broker has
 * been found again. Nothing here hangs on it; it is tried again until it is taken, less and less often.
 */
export class PinReporter {
  private reported: number | undefined;
  private readonly flight = new SingleFlight();
  private readonly stop = new AbortController();
  private readonly retry: RetryTimer;

  constructor(private readonly parts: PinReporterParts) {
    this.retry = new RetryTimer(parts.clock);
  }

  /** The broker may have forgotten, or be another one. */
  reset(): void {
    this.reported = undefined;
    this.retry.reset();
  }

  /** Tells it where there is something to tell. To be called often, while in touch. */
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
      const pins = JSON.stringify({ pins: this.parts.pins() });
      await this.parts.broker.post('/gateway/v1/pins', pins, this.stop.signal);
      this.reported = revision;
      this.retry.reset();
    } catch (error) {
      this.retry.failed();
      if (!this.stop.signal.aborted) this.parts.log.debug(describeError(error), 'the pins could not be told');
    }
  }
}
