import { Module } from '@nestjs/common';
import { KeysModule } from '../keys/keys.module.js';
import { ObserveModule } from '../observe/observe.module.js';
import { StreamModule } from '../stream/stream.module.js';
import { FeedHub } from './feed/feed-hub.js';
import {
  BrowserSessionsController,
  GatewayController,
  HeadsController,
  LeasesController,
  PinsController,
  RelayedStopsController,
} from './gateway.controller.js';
import { GatewayAnnouncements } from './gateway-announcements.js';
import { GatewayPresence } from './gateway-presence.js';
import { PartedGateways } from './parted-gateways.js';
import { RecordDelays } from './record-delays.js';

/** What enrolled gateways call: the feed, records, leases, pins and stops. */
@Module({
  imports: [KeysModule, ObserveModule, StreamModule],
  controllers: [
    GatewayController,
    HeadsController,
    LeasesController,
    RelayedStopsController,
    PinsController,
    BrowserSessionsController,
  ],
  providers: [FeedHub, GatewayAnnouncements, GatewayPresence, PartedGateways, RecordDelays],
  exports: [FeedHub, GatewayPresence, PartedGateways, RecordDelays],
})
export class GatewayApiModule {}
