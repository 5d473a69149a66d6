import { type EnrolledGateway, noteGatewaysSeen } from '@countersign/access';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { FeedHub } from '../feed/feed-hub.js';
import { type BrokerDeps, DEPS, LOGGER } from '../injection.js';
import { Loop } from '../jobs/loop.js';

const EVERY_MS = 10_000;
/** Longer than two looks of a broker that is busy. */
const AWAY_AFTER_MS = 30_000;

export type GatewayState = 'in_touch' | 'away' | 'never' | 'revoked';

/** Notes which gateways follow this broker's feed, for whoever asks any broker. */
@Injectable()
export class GatewayWatch {
  private readonly loop: Loop;

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(LOGGER) logger: Logger,
    private readonly feed: FeedHub,
  ) {
    this.loop = new Loop(
      'gateways seen',
      EVERY_MS,
      () => noteGatewaysSeen(deps, [...feed.gateways()]),
      (job, error) => logger.error({ err: error, job }, 'a job failed'),
    );
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** When it was last in touch, and whether it is. */
  look({ id, seenAt, revokedAt }: EnrolledGateway): { lastInTouchAt: string | null; state: GatewayState } {
    const now = this.deps.clock.now();
    if (revokedAt !== null) return { lastInTouchAt: seenAt, state: 'revoked' };
    if (this.feed.gateways().has(id)) return { lastInTouchAt: now.toISOString(), state: 'in_touch' };
    if (seenAt === null) return { lastInTouchAt: null, state: 'never' };
    const away = now.getTime() - Date.parse(seenAt) > AWAY_AFTER_MS;
    return { lastInTouchAt: seenAt, state: away ? 'away' : 'in_touch' };
  }
}
