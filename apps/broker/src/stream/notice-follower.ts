import type { Notice } from '@countersign/access';
import { PeriodicLoop } from '@countersign/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { type BrokerDeps, DEPS, LOGGER } from '../injection.js';
import { StreamHub } from './stream-hub.js';

const EVERY_MS = 1_000;
const BATCH = 500;
/**
 * Ids are made before their units commit, on several brokers' clocks: once a second a look goes back this far behind
 * now, and what was told before is passed over. Looks in between, which commits wake, go back less: what is read must
 * not grow with how often that happens.
 */
const LOOK_BACK_MS = 15_000;
const SHORT_LOOK_MS = 1_500;
const REMEMBERED = 100_000;

/**
 * Tells the people who follow this broker what happened, whichever broker or process did it. Unlike the outbox,
 * which one broker empties, every broker reads all of them.
 */
@Injectable()
export class NoticeFollower implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: PeriodicLoop;
  private readonly told = new LRUCache<string, true>({ max: REMEMBERED });
  /** When a look last went all the way back; monotonic milliseconds. */
  private lookedBack = Number.NEGATIVE_INFINITY;
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
    );
  }

  /** What stands already is no news. */
  async onApplicationBootstrap(): Promise<void> {
    await this.follow(() => {});
    this.unsubscribe = this.deps.store.onCommit(() => this.loop.wake());
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.unsubscribe?.();
    await this.loop.stop();
  }

  private async follow(tell: (notice: Notice) => void): Promise<void> {
    const now = performance.now();
    const whole = now - this.lookedBack >= EVERY_MS;
    if (whole) this.lookedBack = now;
    let place = lowestIdOf(this.deps.ids.next('ntc'), whole ? LOOK_BACK_MS : SHORT_LOOK_MS);
    for (;;) {
      const at = place;
      const found = await this.deps.store.notices.read((unit) => unit.outbox.after(at, BATCH));
      for (const notice of found) {
        if (!this.told.has(notice.id)) tell(notice);
        this.told.set(notice.id, true);
        place = notice.id;
      }
      if (found.length < BATCH) return;
    }
  }
}

/** Below every id (prefix, UUIDv7: the first 48 bits are milliseconds) made later than so long before this one. */
export function lowestIdOf(id: string, backMs: number): string {
  const [prefix = '', uuid = ''] = id.split('_');
  const madeAt = Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16);
  const hex = Math.max(madeAt - backMs, 0)
    .toString(16)
    .padStart(12, '0');
  return `${prefix}_${hex.slice(0, 8)}-${hex.slice(8)}`;
}
