import type { Notice } from '@countersign/access';
import { growingCache, PeriodicLoop } from '@countersign/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { type BrokerDeps, DEPS, LOGGER } from '../core.module.js';
import { StreamHub } from './stream-hub.js';

const EVERY_MS = 1_000;
/** A poll reads back, so notices in quick succession are read together. */
const REST_MS = 200;
const BATCH = 500;
/**
 * Ids are made before their transactions commit, and several brokers have several clocks. So once a second a poll reads back
 * this far and skips notices that were sent before. The polls that commits wake read back less, so that many commits do not
 * cause long reads.
 */
const LONG_LOOK_BACK_MS = 15_000;
const SHORT_LOOK_BACK_MS = 1_500;
const REMEMBERED = 100_000;

/**
 * Sends every notice to the streams of this broker, whichever broker or process made it. Unlike the outbox, which one broker
 * empties, every broker reads all notices.
 */
@Injectable()
export class NoticeFollower implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: PeriodicLoop;
  private readonly sent = growingCache<true>(REMEMBERED);
  /** When the last long poll was; monotonic milliseconds. */
  private lastLongPoll = Number.NEGATIVE_INFINITY;
  private unsubscribe: (() => void) | undefined;

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(LOGGER) logger: Logger,
    private readonly streams: StreamHub,
  ) {
    this.loop = new PeriodicLoop(
      'notices',
      EVERY_MS,
      () => this.follow((notice) => this.streams.send(notice)),
      (job, error) => logger.error({ err: error, job }, 'a job failed'),
      REST_MS,
    );
  }

  /** Notices from before the start are not sent. */
  async onApplicationBootstrap(): Promise<void> {
    await this.follow(() => {});
    this.unsubscribe = this.deps.store.onCommit(({ notices }) => {
      if (notices) this.loop.wake();
    });
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.unsubscribe?.();
    await this.loop.stop();
  }

  private async follow(send: (notice: Notice) => void): Promise<void> {
    const now = performance.now();
    const whole = now - this.lastLongPoll >= EVERY_MS;
    if (whole) this.lastLongPoll = now;
    let place = lowestIdOf(this.deps.ids.next('ntc'), whole ? LONG_LOOK_BACK_MS : SHORT_LOOK_BACK_MS);
    for (;;) {
      const at = place;
      const found = await this.deps.store.notices.read((unit) => unit.outbox.after(at, BATCH));
      for (const notice of found) {
        if (!this.sent.has(notice.id)) send(notice);
        this.sent.set(notice.id, true);
        place = notice.id;
      }
      if (found.length < BATCH) return;
    }
  }
}

/** A lower bound of all ids made at most `backMs` before this one (UUIDv7: the first 48 bits are milliseconds). */
export function lowestIdOf(id: string, backMs: number): string {
  const [prefix = '', uuid = ''] = id.split('_');
  const madeAt = Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16);
  const hex = Math.max(madeAt - backMs, 0)
    .toString(16)
    .padStart(12, '0');
  return `${prefix}_${hex.slice(0, 8)}-${hex.slice(8)}`;
}
