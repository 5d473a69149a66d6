import { closeVanishedGateways, recordContact } from '@countersign/access';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { type BrokerDeps, DEPS, LOGGER } from '../injection.js';
import { FeedHub } from './feed/feed-hub.js';

/** How often it is noted of a gateway that it is there. */
const NOTE_EVERY_MS = 60_000;

/** Knows which gateways this broker hears of, and closes those that none has heard of for long. */
@Injectable()
export class GatewayPresence {
  private readonly fresh = new Set<string>();
  /** When the store was last told of each; milliseconds since the epoch. */
  private readonly noted = new Map<string, number>();
  private watchingSince: Date | undefined;

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly feed: FeedHub,
  ) {}

  heard(gateway: string): void {
    this.fresh.add(gateway);
  }

  /** One look around. After a turn that failed, silence counts anew: nobody could be heard meanwhile. */
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
