import { continueLogKeyRotation } from '@countersign/access';
import { PeriodicLoop } from '@countersign/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { type BrokerDeps, DEPS, LOGGER } from '../core.module.js';
import { Checkpoints } from './checkpoints.js';

/** An event is followed by its checkpoint within a second. Events in between share one. */
const GATHER_MS = 250;
/** How often logs are looked for that other processes wrote to, or that changed just before a crash. */
const SWEEP_MS = 30_000;
const MOST_LOGS = 200;
/** How often a rotation of the log key is looked for whose process ended before each log had its leaf. */
const ROTATION_MS = 30_000;

/** Signs a checkpoint soon after each change of a log, so that followers and witnesses see it without a request. */
@Injectable()
export class CheckpointPublisher implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #grown = new Set<string>();
  readonly #loops: readonly PeriodicLoop[];
  #unsubscribe = () => {};

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(LOGGER) logger: Logger,
    private readonly checkpoints: Checkpoints,
  ) {
    const onError = (job: string, error: unknown) => logger.error({ err: error, job }, 'a job failed');
    this.#loops = [
      new PeriodicLoop('checkpoints', GATHER_MS, () => this.publish(), onError),
      new PeriodicLoop('unsigned logs', SWEEP_MS, () => this.sweep(), onError),
      new PeriodicLoop('log key', ROTATION_MS, () => this.continueRotation(), onError),
    ];
  }

  onApplicationBootstrap(): void {
    this.#unsubscribe = this.deps.store.onCommit(({ logs }) => {
      for (const log of logs) this.#grown.add(log);
    });
    for (const loop of this.#loops) loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.#unsubscribe();
    await Promise.all(this.#loops.map((loop) => loop.stop()));
  }

  private async publish(): Promise<void> {
    const logs = [...this.#grown];
    this.#grown.clear();
    await this.checkpoints.signAllGrown(logs);
  }

  private async sweep(): Promise<void> {
    await this.checkpoints.signAllGrown(
      await this.deps.store.checkpoints.read((unit) => unit.checkpoints.behind(MOST_LOGS)),
    );
  }

  /** One batch a turn, until every log has the hand-over to the newest key. */
  private async continueRotation(): Promise<void> {
    await continueLogKeyRotation(this.deps, this.deps.signers, { actor: 'job' });
  }
}
