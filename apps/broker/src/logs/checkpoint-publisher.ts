import { DEPLOYMENT_SLUG } from '@countersign/contract';
import { PeriodicLoop } from '@countersign/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { type BrokerDeps, DEPS, LOGGER } from '../core.module.js';
import { Checkpoints } from './checkpoints.js';

/** An event is followed by its checkpoint within a second. Events in between share one. */
const GATHER_MS = 250;

/**
 * Signs a checkpoint soon after each change of a log, so that followers and witnesses see it without anybody asking.
 * A log that changed just before a crash is signed when it changes again, or when somebody asks for its checkpoint.
 */
@Injectable()
export class CheckpointPublisher implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #grown = new Set<string>([DEPLOYMENT_SLUG]);
  readonly #loop: PeriodicLoop;
  #unsubscribe = () => {};

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(LOGGER) logger: Logger,
    private readonly checkpoints: Checkpoints,
  ) {
    this.#loop = new PeriodicLoop(
      'checkpoints',
      GATHER_MS,
      () => this.publish(),
      (job, error) => logger.error({ err: error, job }, 'a job failed'),
    );
  }

  onApplicationBootstrap(): void {
    this.#unsubscribe = this.deps.store.onCommit(({ logs }) => {
      for (const log of logs) this.#grown.add(log);
    });
    this.#loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.#unsubscribe();
    await this.#loop.stop();
  }

  private async publish(): Promise<void> {
    const logs = [...this.#grown];
    this.#grown.clear();
    for (const log of logs) await this.checkpoints.current(log);
  }
}
