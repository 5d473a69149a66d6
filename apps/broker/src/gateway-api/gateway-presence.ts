import { closeVanishedGateways, recordContact } from '@countersign/access';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { type BrokerDeps, DEPS, LOGGER } from '../core.module.js';
import { FeedHub } from './feed/feed-hub.js';

/** How often the store is updated for a gateway that is connected. */
const NOTE_EVERY_MS = 60_000;

/** Records which gateways are in contact with this broker, and closes those that no broker has heard from for long. */
@Injectable()
export class GatewayPresence {
  private readonly fresh = new Set<string>();
  /** When the store was last updated for each gateway; milliseconds since the epoch. */
  private readonly noted = new Map<string, number>();
  private watchingSince: Date | undefined;

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly feed: FeedHub,
  ) {}

  noteContact(gateway: string): void {
    this.fresh.add(gateway);
  }

  /** One turn. After a failed turn the time without contact starts again: this broker could hear no gateway meanwhile. */
  async turn(): Promise<void> {
    const now = this.deps.clock.now();
    try {
      await this.note(now.getTime());
      const closed = await closeVanishedGateways(this.deps, this.watchingSince ?? now);
      if (closed > 0) this.logger.warn({ gateways: closed }, 'closed gateways that have vanished');
      this.watchingSince ??= now;
    } catch (error) {
      this.watchingSince = undefined;
      throw error;
    }
  }

  private async note(now: number): Promise<void> {
    const here = new Set([...this.fresh, ...this.feed.gateways]);
    this.fresh.clear();
    const due = [...here].filter(
      (id) => now - (this.noted.get(id) ?? Number.NEGATIVE_INFINITY) >= NOTE_EVERY_MS,
    );
    await recordContact(this.deps, due);
    for (const id of due) this.noted.set(id, now);
  }
}
