import { DeliveryFailure, type ExportTarget, exportLogAsSide } from '@countersign/access';
import { type BackOffPolicy, backOffDelay, PeriodicLoop } from '@countersign/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { type BrokerDeps, type BrokerSettings, DEPS, LOGGER, OUTBOUND, SETTINGS } from '../core.module.js';
import type { OutboundRules } from '../outbound/outbound-rules.js';
import { exportedEvents } from './formats/exported-event.js';
import { formatEvent } from './formats/index.js';
import { type Batch, Receivers } from './receivers.js';

const BACK_OFF: BackOffPolicy = { firstMs: 1_000, longestMs: 300_000 };
/** How long a claim keeps other brokers from sending. Longer than one batch may take. After a crash it is due again then. */
const CLAIM_MS = 60_000;
const LOOK_MS = 1_000;
/** Leaves in quick succession are sent together. */
const GATHER_MS = 250;
const MOST_AT_ONCE = 16;
const MOST_LEAVES = 250;
/** A collector takes 1 MB at once. A single leaf may be larger than this, and is then sent alone. */
const MOST_BYTES = 512 * 1024;
/** Batches of one claim. Then the target waits for its turn again, so that a long backlog holds up no other target. */
const MOST_BATCHES = 20;

/**
 * Streams logs to their targets: one batch at a time to each, several targets at once. The cursor of a target moves only
 * after its receiver has acknowledged a batch, so each leaf is sent at least once, in the order of the log. Nothing waits for
 * a receiver, and no more than one batch of each target is in memory.
 */
@Injectable()
export class ExportSender implements OnApplicationBootstrap, OnModuleDestroy {
  /** A customer's receivers, and the vendor's own. */
  readonly #receivers: Readonly<Record<keyof OutboundRules, Receivers>>;
  readonly #host: string;
  readonly #stopping = new AbortController();
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #loop: PeriodicLoop;
  #unsubscribe = () => {};

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) { publicUrl }: BrokerSettings,
    @Inject(OUTBOUND) rules: OutboundRules,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const now = () => deps.clock.now();
    this.#receivers = {
      vendor: new Receivers(rules.vendor, now),
      customer: new Receivers(rules.customer, now),
    };
    this.#host = new URL(publicUrl).hostname;
    this.#loop = new PeriodicLoop('exports', LOOK_MS, () => this.look(), this.onError, GATHER_MS);
  }

  onApplicationBootstrap(): void {
    this.#unsubscribe = this.deps.store.onCommit(({ logs }) => {
      if (logs.length > 0) this.#loop.wake();
    });
    this.#loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.#unsubscribe();
    this.#stopping.abort();
    await this.#loop.stop();
    await Promise.all(this.#underWay.values());
  }

  private readonly onError = (job: string, error: unknown) =>
    this.logger.error({ err: error, job }, 'a job failed');

  /** Claims as many due targets as there are places, and begins to send to them. */
  private async look(): Promise<void> {
    const places = MOST_AT_ONCE - this.#underWay.size;
    if (this.#stopping.signal.aborted || places <= 0) return;
    const now = this.deps.clock.now().toISOString();
    const due = await this.deps.store.exports.read(({ exportTargets }) =>
      exportTargets.due(now, places, [...this.#underWay.keys()]),
    );
    for (const target of due) {
      const claimed = await this.deps.store.exports.write(({ exportTargets }) =>
        exportTargets.claim(target, this.claimEnd()),
      );
      if (claimed !== null) this.begin(claimed);
    }
  }

  private begin(target: ExportTarget): void {
    const work = this.sendBacklog(target)
      .catch((error: unknown) => this.onError('exports', error))
      .finally(() => {
        this.#underWay.delete(target.id);
        this.#loop.wake();
      });
    this.#underWay.set(target.id, work);
  }

  private async sendBacklog(claimed: ExportTarget): Promise<void> {
    let target: ExportTarget | null = claimed;
    try {
      for (let batch = 0; target !== null && batch < MOST_BATCHES; batch += 1) {
        const moved: ExportTarget | 'done' | null = await this.sendNext(target);
        if (moved === 'done') break;
        target = moved;
      }
    } catch (error) {
      return this.keepFailure(target ?? claimed, error);
    }
    if (target === null) return;
    const last = target;
    const nextAt = this.deps.clock.now().toISOString();
    await this.deps.store.exports.write(({ exportTargets }) => exportTargets.release(last, nextAt));
  }

  /**
   * Sends one batch and moves the cursor. A crash between the two sends the batch again.
   *
   * @returns the target with its new cursor; null if another broker has claimed it or it was removed; `done` at the log's end
   * @throws DeliveryFailure
   */
  private async sendNext(target: ExportTarget): Promise<ExportTarget | 'done' | null> {
    const { tenant, log, next: index } = target;
    const page = await exportLogAsSide(this.deps, tenant, log, { index, limit: MOST_LEAVES });
    const { events } = exportedEvents(this.deps.store.deployment, log, page);
    const batch = this.batchOf(target, events);
    if (batch === null) return page.next === null ? 'done' : this.moveTo(target, page.next);
    const secret = await this.deps.store.exports.read(({ exportTargets }) => exportTargets.secret(target.id));
    const receivers = this.#receivers[tenant === null ? 'vendor' : 'customer'];
    await receivers.send({ ...target, secret }, batch, this.#stopping.signal);
    return this.moveTo(target, batch.last + 1);
  }

  /** Also past leaves that the log's retention has pruned: a later leaf says so. */
  private async moveTo(target: ExportTarget, next: number): Promise<ExportTarget | null> {
    const moved = { next, at: this.deps.clock.now().toISOString(), until: this.claimEnd() };
    const isOurs = await this.deps.store.exports.write(({ exportTargets }) =>
      exportTargets.acknowledge(target, moved),
    );
    return isOurs ? { ...target, next, failures: 0 } : null;
  }

  /** As many events as fit, at least one; null if there is none. */
  private batchOf(
    { kind, content, splunkIndex }: ExportTarget,
    events: ReturnType<typeof exportedEvents>['events'],
  ): Batch | null {
    const [first] = events;
    if (first === undefined) return null;
    const lines: string[] = [];
    let [bytes, last] = [0, first.index];
    for (const event of events) {
      const line = formatEvent(kind, event, { host: this.#host, content, splunkIndex });
      bytes += Buffer.byteLength(line);
      if (lines.length > 0 && bytes > MOST_BYTES) break;
      lines.push(line);
      last = event.index;
    }
    return { first: first.index, last, lines };
  }

  private async keepFailure(target: ExportTarget, error: unknown): Promise<void> {
    const now = this.deps.clock.now();
    if (this.#stopping.signal.aborted) {
      await this.deps.store.exports.write(({ exportTargets }) =>
        exportTargets.release(target, now.toISOString()),
      );
      return;
    }
    const code = error instanceof DeliveryFailure ? error.code : 'internal_error';
    const { id, kind, log, failures } = target;
    this.logger.warn({ err: error, target: id, kind, log, code }, 'a log was not streamed to its receiver');
    const delay = backOffDelay(failures + 1, BACK_OFF);
    const failure = {
      ...{ error: code, at: now.toISOString() },
      nextAt: new Date(now.getTime() + delay).toISOString(),
    };
    await this.deps.store.exports.write(({ exportTargets }) => exportTargets.fail(target, failure));
  }

  private claimEnd(): string {
    return new Date(this.deps.clock.now().getTime() + CLAIM_MS).toISOString();
  }
}
