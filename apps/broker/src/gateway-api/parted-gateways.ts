import { noteParted } from '@countersign/access';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { type BrokerDeps, DEPS, LOGGER } from '../core.module.js';
import { HttpProblem } from '../http/problem.js';

/** A gateway that is refused tries again each second. */
const SHOWN_MS = 60_000;
const MOST_SHOWN = 1_000;
const MEND =
  'If the database was restored from a backup, run “countersign restore” on the broker’s host. Until then no records of such gateways are taken.';

/**
 * Gateways that this broker refuses, because they have received or shipped more than its database has. The flag is no one's to set
 * for others: each gateway is refused for what it states itself.
 */
@Injectable()
export class PartedGateways {
  private readonly refused = new LRUCache<string, true>({ max: MOST_SHOWN, ttl: SHOWN_MS });
  private readonly logged = new LRUCache<string, true>({ max: MOST_SHOWN, ttl: SHOWN_MS });
  private isNoted = false;

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Those that were refused lately, and what to do; null if there are none. */
  get state(): { gateways: string[]; run: string } | null {
    this.refused.purgeStale();
    return this.refused.size === 0 ? null : { gateways: [...this.refused.keys()].sort(), run: MEND };
  }

  /**
   * Notes that a gateway is refused, and logs it at most once a minute.
   *
   * @param why begins the message to the gateway
   * @returns the answer to it
   */
  async refuse(gateway: string, why: string, details: object = {}): Promise<HttpProblem> {
    const detail = `${why} ${MEND}`;
    this.refused.set(gateway, true);
    if (!this.logged.has(gateway)) {
      this.logged.set(gateway, true);
      this.logger.error({ gateway, ...details }, detail);
    }
    await this.note();
    return new HttpProblem('feed_parted', detail);
  }

  accepted(gateway: string): void {
    this.refused.delete(gateway);
  }

  /** For a later `countersign restore`; it must not be what the gateway's refusal fails at. */
  private async note(): Promise<void> {
    if (this.isNoted) return;
    this.isNoted = true;
    try {
      await noteParted(this.deps);
    } catch (error) {
      this.isNoted = false;
      this.logger.warn({ err: error }, 'could not store that gateways are refused');
    }
  }
}
