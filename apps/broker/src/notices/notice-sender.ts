import type { NoticeChannel } from '@countersign/access';
import { PeriodicLoop } from '@countersign/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { type BrokerDeps, CHANNELS, DEPS, LOGGER } from '../core.module.js';
import { Metrics } from '../observe/metrics.js';
import { ChannelSender, type DeliveryReport, type FindReplacements } from './channel-sender.js';
import { fanOutNotices } from './fan-out.js';
import { findReplacements } from './missed-duties.js';

const EVERY_MS = 1_000;
/** Notices in quick succession are fanned out together. */
const REST_MS = 250;

/** Sends notices: fans them out to recipients, then one sender for each channel attempts the deliveries. */
@Injectable()
export class NoticeSender implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly fanOut: PeriodicLoop;
  private readonly senders: readonly ChannelSender[];
  private unsubscribe: (() => void) | undefined;

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CHANNELS) private readonly channels: readonly NoticeChannel[],
    private readonly metrics: Metrics,
  ) {
    const onError = (job: string, error: unknown) => this.logger.error({ err: error, job }, 'a job failed');
    const work = async () => {
      const { notices, channels: due } = await fanOutNotices(this.deps, channels);
      this.metrics.dispatched(notices);
      for (const sender of this.senders) if (due.has(sender.name)) sender.wake();
    };
    this.fanOut = new PeriodicLoop('outbox', EVERY_MS, work, onError, REST_MS);
    const find: FindReplacements = (message, part) => findReplacements(deps, channels, message, part);
    this.senders = channels.map((channel) => new ChannelSender(deps, channel, find, this.report, onError));
  }

  onApplicationBootstrap(): void {
    this.unsubscribe = this.deps.store.onCommit(({ notices, deliveries }) => {
      if (notices) this.fanOut.wake();
      if (deliveries) this.wakeSenders();
    });
    for (const each of [this.fanOut, ...this.senders]) each.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.unsubscribe?.();
    await Promise.all([this.fanOut.stop(), ...this.senders.map((sender) => sender.stop())]);
    for (const channel of this.channels) channel.close?.();
  }

  private wakeSenders(): void {
    for (const sender of this.senders) sender.wake();
  }

  private readonly report: DeliveryReport = (
    { notice, channel, attempts },
    { recipients, outcome },
    error,
  ) => {
    this.metrics.attempted(channel, outcome.state === 'due' ? 'failed' : outcome.state, recipients.length);
    if (outcome.state === 'delivered' || outcome.state === 'skipped') return;
    this.logger.warn(
      {
        err: error,
        notice: notice.id,
        channel,
        recipients: recipients.length,
        attempts: attempts + 1,
        code: outcome.error,
        dead: outcome.state === 'dead',
      },
      'a notice was not delivered',
    );
  };
}
