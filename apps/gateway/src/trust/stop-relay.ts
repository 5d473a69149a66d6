import { join } from 'node:path';
import { isStopOrLift, type StopOrLift } from '@countersign/authorization';
import { parseSignature } from '@countersign/contract';
import { describeError, RetryTimer, SingleFlight } from '@countersign/runtime';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Clock } from '../clock.js';
import { type BrokerClient, BrokerResponseError } from '../feed/broker-client.js';
import { LineFile } from '../storage/line-file.js';
import { trustFolder } from './chain-files.js';
import { signatureHash, stopHash } from './customer-stops.js';

const line = z.union([z.strictObject({ handed: z.unknown() }), z.strictObject({ told: z.string() })]);

/** Signatures that the broker has, so that repeating one of them costs nothing. */
const MAX_RELAYED = 10_000;

/** Statuses that reject the statement itself. Sending it again would be useless. */
const FINAL_REJECTIONS = new Set([400, 422]);

export type StopRelayParts = {
  spoolDir: string;
  broker: Pick<BrokerClient, 'post'>;
  clock: Pick<Clock, 'monotonic'>;
  log: Logger;
};

/**
 * Relays to the broker what customers have submitted at this gateway, so that every other gateway receives it by the
 * feed. It is kept on disk until the broker has it. Nothing depends on it here: this gateway obeys at once.
 */
export class StopRelay {
  /** What the broker does not have yet, by hash, in order of arrival: a stop before its lift. */
  private readonly waiting = new Map<string, StopOrLift>();
  private readonly relayed = new LRUCache<string, true>({ max: MAX_RELAYED });
  private readonly file: LineFile;
  private readonly retry: RetryTimer;
  private readonly stop = new AbortController();
  private readonly flight = new SingleFlight();

  private constructor(private readonly parts: StopRelayParts) {
    this.file = new LineFile(join(trustFolder(parts.spoolDir), 'handed.jsonl'));
    this.retry = new RetryTimer(parts.clock);
  }

  /** Throws if the file exists and cannot be read whole. */
  static async load(parts: StopRelayParts): Promise<StopRelay> {
    const relay = new StopRelay(parts);
    await relay.file.read((stored) => {
      const read = line.parse(stored);
      if ('told' in read) relay.waiting.delete(read.told);
      else {
        const signature = parseSignature(read.handed);
        if (isStopOrLift(signature)) relay.waiting.set(stopHash(signature), signature);
      }
    });
    return relay;
  }

  /**
   * Resolves when it is durable. Does nothing if the broker has exactly this signature, or will get it. Rejects with the
   * file system's error.
   */
  async add(signature: StopOrLift): Promise<void> {
    const waiting = this.waiting.get(stopHash(signature));
    const isKnown =
      this.relayed.has(signatureHash(signature)) ||
      (waiting !== undefined && signatureHash(waiting) === signatureHash(signature));
    if (!isKnown) {
      this.waiting.set(stopHash(signature), signature);
      this.file.add({ handed: signature });
    }
    await this.flush();
  }

  /** The broker is another one, or reachable again. */
  retryNow(): void {
    this.retry.reset();
  }

  /** Relays what is waiting. Called often while in touch. */
  tick(): void {
    if (this.waiting.size === 0 || !this.retry.isDue || this.stop.signal.aborted) return;
    void this.flight.run(() => this.relay());
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.flight.settle();
  }

  private async relay(): Promise<void> {
    const { log } = this.parts;
    try {
      for (const [hash, signature] of this.waiting)
        if (await this.deliver(hash, signature)) {
          this.waiting.delete(hash);
          this.relayed.set(signatureHash(signature), true);
          this.file.add({ told: hash });
        }
      await this.flush();
      if (this.waiting.size > 0) this.retry.failed();
      else this.retry.reset();
    } catch (error) {
      this.retry.failed();
      if (!this.stop.signal.aborted) log.warn(describeError(error), 'stops could not be relayed');
    }
  }

  /** Returns false if it must be retried, while others need not wait for it. Throws if the broker does not answer. */
  private async deliver(hash: string, signature: StopOrLift): Promise<boolean> {
    const { broker, log } = this.parts;
    try {
      const body = JSON.stringify({ countersignature: signature });
      await broker.post('/gateway/v1/stops', body, this.stop.signal);
      return true;
    } catch (error) {
      if (!(error instanceof BrokerResponseError)) throw error;
      const { tenant } = signature.statement;
      const { status, code } = error;
      log.error({ tenant, stop: hash, status, code }, 'the broker rejects a stop that was submitted here');
      return FINAL_REJECTIONS.has(status) && error.isAboutContent;
    }
  }

  private flush(): Promise<void> {
    return this.file.flush(() => [...this.waiting.values()].map((handed) => ({ handed })));
  }
}
