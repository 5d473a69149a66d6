import type { ChainName } from '@countersign/access';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type BrokerDeps, DEPS } from '../core.module.js';

/** Gateways send a head each minute, and retry each second. A run that sent nothing for this long has ended, or has no contact. */
const SHOWN_MS = 120_000;
/** Most runs that are remembered. A gateway has one for each process that serves calls. */
const MOST_SHOWN = 10_000;

/** When the oldest record of a run's newest batch was written, and when the batch was taken; milliseconds since the epoch. */
type Newest = { gateway: string; writtenAt: number; takenAt: number | undefined };

/**
 * How late the records of each gateway are: how old the first record of its newest batch was when it was taken. While a batch is not
 * taken, for whatever reason, its delay grows. What a gateway has not sent at all only the gateway's own metrics show.
 */
@Injectable()
export class RecordDelays {
  private readonly runs = new LRUCache<string, Newest>({ max: MOST_SHOWN, ttl: SHOWN_MS });

  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  /** @param at when the first record of the batch was written, by the gateway's clock */
  received(run: ChainName, at: string): void {
    this.note(run, at, undefined);
  }

  taken(run: ChainName, at: string): void {
    this.note(run, at, this.now());
  }

  /** In seconds, by the id of the gateway. */
  get all(): ReadonlyMap<string, number> {
    this.runs.purgeStale();
    const delays = new Map<string, number>();
    for (const { gateway, writtenAt, takenAt = this.now() } of this.runs.values()) {
      const delay = Math.max(0, takenAt - writtenAt) / 1_000;
      delays.set(gateway, Math.max(delay, delays.get(gateway) ?? 0));
    }
    return delays;
  }

  private note({ gateway, boot }: ChainName, at: string, takenAt: number | undefined): void {
    this.runs.set(`${gateway} ${boot}`, { gateway, writtenAt: Date.parse(at), takenAt });
  }

  private now(): number {
    return this.deps.clock.now().getTime();
  }
}
