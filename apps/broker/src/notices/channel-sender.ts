import {
  type ClaimedMessage,
  type Delivered,
  DeliveryFailure,
  type DeliveryOutcome,
  type EndedMessage,
  type MessageDraft,
  type MessagePart,
  type NoticeChannel,
  type Randomness,
} from '@countersign/access';
import { type DeliveryChannel } from '@countersign/contract';
import { type BackOffPolicy, backOffDelay, PeriodicLoop } from '@countersign/runtime';
import type { BrokerDeps } from '../core.module.js';

/** After so many attempts a delivery is dead: with the delays below, about a day after the first attempt. */
export const MOST_ATTEMPTS = 42;
export const BACK_OFF: BackOffPolicy = { firstMs: 1_000, longestMs: 3_600_000 };
/** The longest that one attempt may take. */
const ATTEMPT_MS = 15_000;
/** How long a claim keeps other brokers from attempting a delivery. After a crash the delivery is due again then. */
const CLAIM_MS = 60_000;
const POLL_MS = 1_000;
/** Attempts that end in quick succession are stored together, and make room for the next ones together. */
const REST_MS = 20;

/** Called after each attempt, once for the recipients with one outcome. `error` is for the operator's log. */
export type DeliveryReport = (message: ClaimedMessage, part: MessagePart, error: unknown) => void;

/** A part of an attempt that has ended. `error` is for the operator's log. */
type Ended = MessagePart & { error?: unknown };

/** Finds the messages that replace one whose attempt ended with this outcome. */
export type FindReplacements = (message: ClaimedMessage, part: MessagePart) => Promise<MessageDraft[]>;

/**
 * Attempts the messages of one channel: one at a time to each recipient, several recipients at once. A slow recipient
 * delays no one else, because the loop does not wait for attempts.
 */
export class ChannelSender {
  private readonly loop: PeriodicLoop;
  private readonly underWay = new Set<Promise<void>>();
  /** Attempts that have ended and are not stored yet. */
  private ended: EndedMessage[] = [];
  private readonly stopping = new AbortController();

  constructor(
    private readonly deps: BrokerDeps,
    private readonly channel: NoticeChannel,
    private readonly findReplacements: FindReplacements,
    private readonly report: DeliveryReport,
    private readonly onError: (job: string, error: unknown) => void,
  ) {
    this.loop = new PeriodicLoop(channel.name, POLL_MS, () => this.settleAndClaim(), onError, REST_MS);
  }

  get name(): DeliveryChannel {
    return this.channel.name;
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
    await Promise.all(this.underWay);
    await this.settleAndClaim().catch((error: unknown) => this.onError(this.channel.name, error));
  }

  /** Stores the attempts that have ended, and begins new ones, up to `mostAtOnce` under way. */
  private async settleAndClaim(): Promise<void> {
    const { name, mostAtOnce } = this.channel;
    const room = this.stopping.signal.aborted ? 0 : mostAtOnce - this.underWay.size;
    const now = this.deps.clock.now();
    const at = now.toISOString();
    const until = new Date(now.getTime() + CLAIM_MS).toISOString();
    // If they cannot be stored, the messages are attempted again when their claim ends.
    const ended = this.ended.splice(0);
    if (ended.length === 0 && room === 0) return;
    const claimed = await this.deps.store.notices.write(async ({ deliveryQueues }) => {
      if (ended.length > 0) await deliveryQueues.settle(name, ended, at);
      return room === 0 ? [] : await deliveryQueues.claim(name, room, { now: at, until });
    });
    for (const message of claimed) this.begin(message);
  }

  private begin(message: ClaimedMessage): void {
    const attempt = this.attempt(message)
      .catch((error: unknown) => this.onError(this.channel.name, error))
      .finally(() => {
        this.underWay.delete(attempt);
        this.wake();
      });
    this.underWay.add(attempt);
  }

  private async attempt(message: ClaimedMessage): Promise<void> {
    const parts: Ended[] = [];
    const instead: MessageDraft[] = [];
    for (const part of await this.try(message)) {
      const found = await this.withReplacements(message, part);
      parts.push(found.part);
      instead.push(...found.instead);
    }
    this.ended.push({ message, parts, instead });
    for (const part of parts) this.report(message, part, part.error);
  }

  /**
   * If the replacements cannot be read, because the store fails for example, the message is attempted again, so that they are looked
   * for again. This counts as a failed attempt: a message that always fails is given up one day, and later notices no longer wait
   * for it.
   */
  private async withReplacements(
    message: ClaimedMessage,
    part: Ended,
  ): Promise<{ part: Ended; instead: MessageDraft[] }> {
    try {
      return { part, instead: await this.findReplacements(message, part) };
    } catch (error) {
      this.onError(this.channel.name, error);
      const { state } = part.outcome;
      if (state === 'due' || state === 'delivered') return { part, instead: [] };
      return { part: { ...part, outcome: this.afterFailure(message, error), error }, instead: [] };
    }
  }

  private async try(message: ClaimedMessage): Promise<Ended[]> {
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(ATTEMPT_MS)]);
    const all = [message.recipient, ...message.others];
    try {
      const result = await rejectOnAbort(signal, this.channel.deliver(message, signal));
      const parts = 'done' in result ? [{ recipients: all, result }] : result;
      return parts.map((part) => ({ recipients: part.recipients, ...this.endOf(message, part.result) }));
    } catch (error) {
      return [{ recipients: all, outcome: this.afterFailure(message, error), error }];
    }
  }

  private endOf(message: ClaimedMessage, result: Delivered | DeliveryFailure): Omit<Ended, 'recipients'> {
    if (result instanceof DeliveryFailure)
      return { outcome: this.afterFailure(message, result), error: result };
    if (result.done === 'skipped') return { outcome: { state: 'skipped', error: result.code } };
    return { outcome: { state: 'delivered', at: this.deps.clock.now().toISOString() } };
  }

  private afterFailure(message: ClaimedMessage, error: unknown): DeliveryOutcome {
    const now = this.deps.clock.now();
    if (this.stopping.signal.aborted)
      return { state: 'due', nextAt: now.toISOString(), error: 'interrupted' };
    const failure = error instanceof DeliveryFailure ? error : new DeliveryFailure('internal_error');
    const { retryAfterSeconds } = failure;
    const inMs = (delay: number) => new Date(now.getTime() + delay).toISOString();
    if (retryAfterSeconds !== null && !failure.counts)
      return { state: 'due', nextAt: inMs(retryAfterSeconds * 1_000), error: failure.code, uncounted: true };
    const attempts = message.attempts + 1;
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

/** The work's result, or a failure as soon as the signal aborts, even if the work ignores the signal. */
async function rejectOnAbort<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
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
