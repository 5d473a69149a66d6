import { DELIVERY_CHANNELS, type DeliveryChannel } from '@countersign/contract';
import { productVersion } from '@countersign/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { FeedHub } from '../gateway-api/feed/feed-hub.js';
import { RecordDelays } from '../gateway-api/record-delays.js';
import { presenceOf } from '../gateways/gateways.controller.js';
import { SharedAddresses } from '../http/shared-addresses.js';
import { StreamHub } from '../stream/stream-hub.js';
import { Metrics } from './metrics.js';

/** The gauges count up to this number; a higher number is reported as this one. */
const MOST_COUNTED = 1_000;
const FAR_FUTURE = '9999-12-31T23:59:59.999Z';

/** Gauges that are read from the running parts and from the store whenever the metrics are read. */
@Injectable()
export class Gauges {
  constructor(
    metrics: Metrics,
    feed: FeedHub,
    streams: StreamHub,
    shared: SharedAddresses,
    delays: RecordDelays,
    @Inject(DEPS) private readonly deps: BrokerDeps,
  ) {
    metrics.gauge('countersign_feed_connections', 'Gateways that follow the feed.', () => feed.size);
    metrics.gaugeBy(
      'countersign_build_info',
      'The version of this broker.',
      'version',
      () => new Map([[productVersion(), 1]]),
    );
    metrics.gaugeBy(
      'countersign_gateways',
      'Enrolled gateways that have not vanished, by the version that they announced last.',
      'version',
      () => this.gatewaysByVersion(),
    );
    metrics.gaugeBy(
      'countersign_gateway_contact_age_seconds',
      'How long ago each enrolled gateway followed the feed; accurate to two minutes if it follows another broker.',
      'gateway',
      () => this.contactAges(feed),
    );
    metrics.gaugeBy(
      'countersign_gateway_record_delay_seconds',
      'How old the first record of each gateway’s newest batch was when this broker took it; grows while the batch is not taken.',
      'gateway',
      () => delays.all,
    );
    for (const [what, help] of [
      ['connections', 'Connections to the database that units of work may have at once.'],
      ['busy', 'Connections to the database on which a transaction runs.'],
      [
        'waiting',
        'Units of work that wait for a connection to the database, or for units before them on the same log.',
      ],
    ] as const)
      metrics.gaugeBy(
        `countersign_store_${what}`,
        help,
        'units',
        () => new Map(Object.entries(deps.store.pools).map(([units, use]) => [units, use[what]])),
      );
    metrics.gauge('countersign_stream_connections', 'People’s streams that are open.', () => streams.size);
    metrics.gauge(
      'countersign_shared_client_addresses',
      'Client addresses of the last hour from which many accounts sign in, if no proxy is listed.',
      () => shared.list().length,
    );
    metrics.gauge(
      'countersign_outbox_depth',
      `Notices not yet handed to their channels, counted up to ${MOST_COUNTED}.`,
      async () => (await this.waiting(MOST_COUNTED)).length,
    );
    metrics.gauge(
      'countersign_outbox_age_seconds',
      'Age of the oldest notice that has not reached all its recipients, and was not given up.',
      async () => {
        const [[waiting], undelivered] = await Promise.all([
          this.waiting(1),
          this.deps.store.notices.read((unit) => unit.deliveries.oldestDue()),
        ]);
        const ages = [waiting?.at, undelivered].flatMap((at) => (at == null ? [] : [this.secondsSince(at)]));
        return Math.max(0, ...ages);
      },
    );
    metrics.gaugeBy(
      'countersign_delivery_lag_seconds',
      'How late the message is whose attempt has been due for longest, by channel; 0 if none is.',
      'channel',
      async () => {
        const since = await this.deps.store.notices.read((unit) => unit.deliveryQueues.dueSince());
        const lag = (channel: DeliveryChannel) => this.secondsSince(since[channel] ?? FAR_FUTURE);
        return new Map(DELIVERY_CHANNELS.map((channel) => [channel, lag(channel)]));
      },
    );
    for (const [state, what] of [
      ['due', 'Messages that wait for an attempt'],
      ['dead', 'Messages given up'],
    ] as const)
      metrics.gauge(`countersign_deliveries_${state}`, `${what}, counted up to ${MOST_COUNTED}.`, () =>
        this.deps.store.notices.read((unit) => unit.deliveries.count(state, MOST_COUNTED)),
      );
    metrics.gauge(
      'countersign_logs_stopped',
      `Logs that are not what they signed before and are signed no more, counted up to ${MOST_COUNTED}.`,
      async () =>
        (await this.deps.store.checkpoints.read((unit) => unit.checkpoints.stopped(MOST_COUNTED))).length,
    );
    metrics.gauge(
      'countersign_due',
      `Requests and grants past their end that the expiry job has not ended, counted up to ${MOST_COUNTED}.`,
      async () => {
        const now = this.deps.clock.now().toISOString();
        const due = await this.deps.store.schedule.read((unit) => unit.schedule.due(now, MOST_COUNTED));
        return due.requests.length + due.grants.length;
      },
    );
  }

  private async contactAges(feed: FeedHub): Promise<Map<string, number>> {
    const now = this.deps.clock.now();
    const ages = new Map<string, number>();
    for (const gateway of await this.openGateways()) {
      const { lastInTouchAt } = presenceOf(gateway, feed.gateways, now);
      if (lastInTouchAt !== null) ages.set(gateway.id, this.secondsSince(lastInTouchAt));
    }
    return ages;
  }

  /** Neither revoked nor vanished. */
  private async openGateways() {
    const gateways = await this.deps.store.gateways.read((unit) => unit.gateways.list());
    return gateways.filter(({ revokedAt, closedAt }) => revokedAt === null && closedAt === null);
  }

  private async gatewaysByVersion(): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const { version, lastSeenAt } of await this.openGateways()) {
      if (lastSeenAt === null && version === null) continue;
      const known = version ?? 'unknown';
      counts.set(known, (counts.get(known) ?? 0) + 1);
    }
    return counts;
  }

  private waiting(most: number) {
    return this.deps.store.notices.read((unit) => unit.outbox.due(FAR_FUTURE, most));
  }

  private secondsSince(at: string): number {
    return Math.max(0, (this.deps.clock.now().getTime() - Date.parse(at)) / 1000);
  }
}
