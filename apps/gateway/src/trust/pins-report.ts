import type { GatewayPin } from '@countersign/gateway-protocol';
import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import type { BrokerClient } from '../feed/broker-client.js';
import { describeError } from '../log/describe-error.js';
import { RetryPace } from './retry-pace.js';

export type PinsReportParts = {
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
export class PinsReport {
  private told: number | undefined;
  private telling: Promise<void> | undefined;
  private readonly stop = new AbortController();
  private readonly pace: RetryPace;

  constructor(private readonly parts: PinsReportParts) {
    this.pace = new RetryPace(parts.clock);
  }

  /** The broker may have forgotten, or be another one. */
  forget(): void {
    this.told = undefined;
    this.pace.begin();
  }

  /** Tells it where there is something to tell. To be called often, while in touch. */
  tick(): void {
    const revision = this.parts.revision();
    if (revision === this.told || this.telling !== undefined || this.stop.signal.aborted) return;
    if (!this.pace.isDue) return;
    this.telling = this.tell(revision).finally(() => {
      this.telling = undefined;
    });
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.telling;
  }

  private async tell(revision: number): Promise<void> {
    try {
      const pins = JSON.stringify({ pins: this.parts.pins() });
      await this.parts.broker.post('/gateway/v1/pins', pins, this.stop.signal);
      this.told = revision;
      this.pace.begin();
    } catch (error) {
      this.pace.failed();
      if (!this.stop.signal.aborted) this.parts.log.debug(describeError(error), 'the pins could not be told');
    }
  }
}
