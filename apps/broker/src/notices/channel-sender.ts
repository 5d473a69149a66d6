import {
  type Delivered,
  type Delivery,
  type DeliveryDraft,
  DeliveryFailure,
  type DeliveryOutcome,
  type NoticeChannel,
  type Randomness,
} from '@countersign/access';
import { type BackOffPolicy, backOffDelay, PeriodicLoop } from '@countersign/runtime';
import type { BrokerDeps } from '../core.module.js';

/** After so many attempts a delivery is dead: with the delays below, about a day after the first attempt. */
export const MOST_ATTEMPTS = 42;
export const BACK_OFF: BackOffPolicy = { firstMs: 1_000, longestMs: 3_600_000 };
/** The longest that one attempt may take. */
const ATTEMPT_MS = 15_000;
/** How long a claim keeps other brokers from attempting a delivery. After a crash the delivery is due again then. */
const CLAIM_MS = 60_000;
const LOOK_MS = 1_000;
const BATCH = 200;

/** Called after each attempt. `error` is for the operator's log. */
export type DeliveryReport = (delivery: Delivery, outcome: DeliveryOutcome, error: unknown) => void;

/** How an attempt ended. `error` is for the operator's log. */
type Attempt = { outcome: DeliveryOutcome; error?: unknown };

/** What goes out in place of a delivery after an attempt that ended so. */
export type InsteadOf = (delivery: Delivery, outcome: DeliveryOutcome) => Promise<DeliveryDraft[]>;

/**
 * Attempts the deliveries of one channel: one at a time to each recipient, several recipients at once. A slow recipient
 * delays no one else, because the loop does not wait for attempts.
 */
export class ChannelSender {
  private readonly loop: PeriodicLoop;
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly deps: BrokerDeps,
    private readonly channel: NoticeChannel,
    private readonly insteadOf: InsteadOf,
    private readonly report: DeliveryReport,
    private readonly onError: (job: string, error: unknown) => void,
  ) {
    this.loop = new PeriodicLoop(channel.name, LOOK_MS, () => this.look(), onError);
  }

  start(): void {
    this.loop.start();
  }

  wake(): void {
    this.loop.wake();
  }

  /** Aborts the attempts in progress. Resolves when the store has them as due again. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop.stop();
    await Promise.all(this.underWay.values());
  }

  /** Begins as many attempts as are allowed at once. */
  private async look(): Promise<void> {
    while (!this.stopping.signal.aborted && this.underWay.size < this.channel.mostAtOnce) {
      const now = this.deps.clock.now();
      const due = await this.deps.store.notices.read((unit) =>
        unit.deliveries.due(this.channel.name, now.toISOString(), BATCH, [...this.underWay.keys()]),
      );
      const next = firstOfEach(due).slice(0, this.channel.mostAtOnce - this.underWay.size);
      if (next.length === 0) return;
      const until = new Date(now.getTime() + CLAIM_MS).toISOString();
      const claimed = await this.deps.store.notices.write(async ({ deliveries }) => {
        const ours: Delivery[] = [];
        for (const delivery of next) if (await deliveries.claim(delivery, until)) ours.push(delivery);
        return ours;
      });
      for (const delivery of claimed) this.begin(delivery);
    }
  }

  private begin(delivery: Delivery): void {
    const attempt = this.attempt(delivery)
      .catch((error: unknown) => this.onError(this.channel.name, error))
      .finally(() => {
        this.underWay.delete(delivery.recipient);
        this.wake();
      });
    this.underWay.set(delivery.recipient, attempt);
  }

  private async attempt(delivery: Delivery): Promise<void> {
    const ended = await this.try(delivery);
    const { outcome, error, instead } = await this.withInstead(delivery, ended);
    await this.deps.store.notices.write(async ({ deliveries }) => {
      await deliveries.settle(delivery, outcome);
      if (instead.length > 0) await deliveries.add(delivery, instead, this.deps.clock.now().toISOString());
    });
    this.report(delivery, outcome, error);
  }

  /**
   * If what goes out in place of the delivery cannot be found out, such as in a fault of the store, the end is not settled yet: the
   * delivery is attempted again and ends so again. Like every failure it counts, so that what always fails is dead one day and
   * keeps later notices no longer.
   */
  private async withInstead(
    delivery: Delivery,
    ended: Attempt,
  ): Promise<Attempt & { instead: DeliveryDraft[] }> {
    try {
      return { ...ended, instead: await this.insteadOf(delivery, ended.outcome) };
    } catch (error) {
      this.onError(this.channel.name, error);
      const { state } = ended.outcome;
      if (state === 'due' || state === 'delivered') return { ...ended, instead: [] };
      return { outcome: this.afterFailure(delivery, error), error, instead: [] };
    }
  }

  private async try(delivery: Delivery): Promise<Attempt> {
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(ATTEMPT_MS)]);
    try {
      const result = await broken(signal, this.channel.deliver(delivery, signal));
      if (result.done === 'skipped') return { outcome: { state: 'skipped', error: result.code } };
      return { outcome: { state: 'delivered', at: this.deps.clock.now().toISOString() } };
    } catch (error) {
      return { outcome: this.afterFailure(delivery, error), error };
    }
  }

  private afterFailure(delivery: Delivery, error: unknown): DeliveryOutcome {
    const now = this.deps.clock.now();
    if (this.stopping.signal.aborted)
      return { state: 'due', nextAt: now.toISOString(), error: 'interrupted' };
    const failure = error instanceof DeliveryFailure ? error : new DeliveryFailure('internal_error');
    const { retryAfterSeconds } = failure;
    const inMs = (delay: number) => new Date(now.getTime() + delay).toISOString();
    if (retryAfterSeconds !== null && !failure.counts)
      return { state: 'due', nextAt: inMs(retryAfterSeconds * 1_000), error: failure.code, uncounted: true };
    const attempts = delivery.attempts + 1;
    if (failure.final || attempts >= MOST_ATTEMPTS)
      return { state: 'dead', at: now.toISOString(), error: failure.code };
    const delay =
      retryAfterSeconds === null
        ? backOffDelay(attempts, BACK_OFF, () => fraction(this.deps.random))
        : retryAfterSeconds * 1_000;
    return { state: 'due', nextAt: inMs(delay), error: failure.code };
  }
}

/** A number from 0 up to, but not including, 1. */
const fraction = (random: Randomness): number => new DataView(random.bytes(4).buffer).getUint32(0) / 2 ** 32;

/** The oldest delivery of each recipient. */
function firstOfEach(deliveries: readonly Delivery[]): Delivery[] {
  const first = new Map<string, Delivery>();
  for (const delivery of deliveries)
    if (!first.has(delivery.recipient)) first.set(delivery.recipient, delivery);
  return [...first.values()];
}

/** The work's result, or a failure as soon as the signal aborts, even if the work ignores the signal. */
async function broken(signal: AbortSignal, work: Promise<Delivered>): Promise<Delivered> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new DeliveryFailure('timed_out'));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}
