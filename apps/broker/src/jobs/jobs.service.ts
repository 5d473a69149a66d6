import { doDue } from '@countersign/access';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { type BrokerDeps, DEPS, LOGGER } from '../injection.js';
import { Metrics } from '../observe/metrics.js';
import { Loop } from './loop.js';
import { dispatchOutbox } from './outbox-dispatcher.js';

const EVERY_MS = 1_000;
/** Turns of one run of the expiry job; what is left then waits for the next second. */
const MOST_BATCHES = 50;

/** The broker's recurring work: begins and ends what is due, tells people what happened. */
@Injectable()
export class Jobs {
  private readonly loops: readonly Loop[];
  private unsubscribe: (() => void) | undefined;

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {
    const onError = (job: string, error: unknown) => this.logger.error({ err: error, job }, 'a job failed');
    this.loops = [
      new Loop('expiry', EVERY_MS, () => this.expire(), onError),
      new Loop('outbox', EVERY_MS, () => this.dispatch(), onError),
    ];
  }

  start(): void {
    this.unsubscribe = this.deps.store.onCommit(() => this.loops[1]?.wake());
    for (const loop of this.loops) loop.start();
  }

  async stop(): Promise<void> {
    this.unsubscribe?.();
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  private async expire(): Promise<void> {
    for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
      const done = await doDue(this.deps);
      if (Object.values(done).every((count) => count === 0)) return;
      this.metrics.expired(done);
      this.logger.info(done, 'did what was due');
    }
  }

  private async dispatch(): Promise<void> {
    const sent = await dispatchOutbox(this.deps, [], (notice, error) =>
      this.logger.warn(
        { err: error, notice: notice.id, attempts: notice.attempts },
        'a notice was not delivered',
      ),
    );
    this.metrics.dispatched(sent);
  }
}
