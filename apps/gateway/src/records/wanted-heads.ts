import { parseHeadsAnswer } from '@countersign/gateway-protocol';
import { describeError, SingleFlight } from '@countersign/runtime';
import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import { type BrokerClient, BrokerResponseError } from '../feed/broker-client.js';
import type { Recorder } from './recorder.js';

/** How often the gateway polls whose chains the broker wants signed. */
const POLL_EVERY_MS = 30_000;
/** A broker that is older than this gateway does not have this endpoint. It may be updated later. */
const UNKNOWN_EVERY_MS = 3_600_000;
const ANSWER_MS = 5_000;

type Parts = {
  broker: Pick<BrokerClient, 'postSigned'>;
  recorder: Pick<Recorder, 'wantHeads'>;
  boot: string;
  clock: Pick<Clock, 'monotonic'>;
  log: Logger;
};

/**
 * Polls the broker for the logs that want a signed head although nothing was recorded there. Without that head no statement could
 * say that there was no access.
 */
export class WantedHeads {
  private readonly flight = new SingleFlight();
  private dueAt = 0;

  constructor(private readonly parts: Parts) {}

  /** Called a few times a second. */
  sweep(): void {
    const { clock } = this.parts;
    if (this.flight.isRunning || clock.monotonic() < this.dueAt) return;
    this.dueAt = clock.monotonic() + POLL_EVERY_MS;
    void this.flight.run(() => this.poll());
  }

  private async poll(): Promise<void> {
    const { broker, recorder, boot, clock, log } = this.parts;
    try {
      const answer = await broker.postSigned('/gateway/v1/heads', { boot }, AbortSignal.timeout(ANSWER_MS));
      recorder.wantHeads(parseHeadsAnswer(answer).wanted);
    } catch (error) {
      if (error instanceof BrokerResponseError && error.status === 404)
        this.dueAt = clock.monotonic() + UNKNOWN_EVERY_MS;
      else log.debug(describeError(error), 'the broker did not say whose chains it wants signed');
    }
  }
}
