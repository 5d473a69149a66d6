import type { NoticeChannel } from '@countersign/access';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import type { Logger } from 'pino';
import { FeedHub } from './feed/feed-hub.js';
import { GatewayController } from './gateway-api/gateway.controller.js';
import { GatewayWatch } from './gateway-api/gateway-watch.js';
import { GrantsController } from './grants/grants.controller.js';
import { HealthController } from './health/health.controller.js';
import { Lifecycle } from './health/lifecycle.js';
import { HomeController } from './home/home.controller.js';
import { AccessGuard } from './http/access.guard.js';
import { IdentifyGuard } from './http/identify.guard.js';
import { ProblemFilter } from './http/problem.filter.js';
import { RateLimitGuard } from './http/rate-limit.guard.js';
import { type BrokerDeps, type BrokerSettings, CHANNELS, DEPS, LOGGER, SETTINGS } from './injection.js';
import { InvitationsController } from './invitations/invitations.controller.js';
import { Jobs } from './jobs/jobs.service.js';
import { JwksController } from './keys/jwks.controller.js';
import { KeyRing } from './keys/key-ring.js';
import { BrokerTokenMinter } from './keys/token-minter.js';
import { LocksController } from './locks/locks.controller.js';
import { LogsController } from './logs/logs.controller.js';
import { NoticeJobs } from './notices/notice-jobs.js';
import { NoticesController } from './notices/notices.controller.js';
import { OauthController } from './oauth/oauth.controller.js';
import { Gauges } from './observe/gauges.js';
import { Metrics } from './observe/metrics.js';
import { DocsController } from './openapi/docs.controller.js';
import { PeopleController } from './people/people.controller.js';
import { WhoamiController } from './people/whoami.controller.js';
import { RequestsController } from './requests/requests.controller.js';
import { ServicesController } from './services/services.controller.js';
import { NoticeFollower } from './stream/notice-follower.js';
import { StreamController } from './stream/stream.controller.js';
import { StreamHub } from './stream/stream-hub.js';

export interface BrokerParts {
  deps: BrokerDeps;
  settings: BrokerSettings;
  logger: Logger;
  channels: readonly NoticeChannel[];
}

export const CONTROLLERS = [
  RequestsController,
  GrantsController,
  InvitationsController,
  LocksController,
  LogsController,
  ServicesController,
  PeopleController,
  WhoamiController,
  NoticesController,
  StreamController,
  OauthController,
  JwksController,
  GatewayController,
  HealthController,
  DocsController,
  HomeController,
];

@Module({ controllers: CONTROLLERS })
export class BrokerModule {}

/** The broker around an open store. The guards run in the order in which they stand here. */
export function brokerModule({ deps, settings, logger, channels }: BrokerParts): DynamicModule {
  return {
    module: BrokerModule,
    providers: [
      { provide: DEPS, useValue: deps },
      { provide: SETTINGS, useValue: settings },
      { provide: LOGGER, useValue: logger },
      { provide: CHANNELS, useValue: channels },
      { provide: APP_GUARD, useClass: IdentifyGuard },
      { provide: APP_GUARD, useClass: RateLimitGuard },
      { provide: APP_GUARD, useClass: AccessGuard },
      { provide: APP_FILTER, useClass: ProblemFilter },
      KeyRing,
      BrokerTokenMinter,
      FeedHub,
      GatewayWatch,
      StreamHub,
      NoticeFollower,
      Jobs,
      NoticeJobs,
      Metrics,
      Gauges,
      Lifecycle,
    ],
  };
}
