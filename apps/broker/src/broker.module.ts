import type { NoticeChannel } from '@countersign/access';
import type { CodeMailer } from '@countersign/mail';
import type { SlackSide } from '@countersign/slack';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import type { Logger } from 'pino';
import { FeedHub } from './gateway-api/feed/feed-hub.js';
import { GatewayController } from './gateway-api/gateway.controller.js';
import { GatewayWatch } from './gateway-api/gateway-watch.js';
import { HandedStopsController } from './gateway-api/handed-stops.controller.js';
import { LeasesController } from './gateway-api/leases.controller.js';
import { PinsController } from './gateway-api/pins.controller.js';
import { GatewaysController } from './gateways/gateways.controller.js';
import { GrantsController } from './grants/grants.controller.js';
import { HealthController } from './health/health.controller.js';
import { Lifecycle } from './health/lifecycle.js';
import { AccessGuard } from './http/access.guard.js';
import { IdentifyGuard } from './http/identify.guard.js';
import { OriginGuard } from './http/origin.guard.js';
import { ProblemFilter } from './http/problem.filter.js';
import { RateLimitGuard } from './http/rate-limit.guard.js';
import {
  type BrokerDeps,
  type BrokerSettings,
  CHANNELS,
  CODE_MAILER,
  DEPS,
  LOGGER,
  SETTINGS,
  SLACK,
} from './injection.js';
import { InvitationsController } from './invitations/invitations.controller.js';
import { Jobs } from './jobs/jobs.service.js';
import { JwksController } from './keys/jwks.controller.js';
import { KeyRing } from './keys/key-ring.js';
import { OwnKeysController } from './keys/own-keys.controller.js';
import { BrokerTokenMinter } from './keys/token-minter.js';
import { LocksController } from './locks/locks.controller.js';
import { LogsController } from './logs/logs.controller.js';
import { NoticeJobs } from './notices/notice-jobs.js';
import { NoticesController } from './notices/notices.controller.js';
import { OauthController } from './oauth/oauth.controller.js';
import { Gauges } from './observe/gauges.js';
import { Metrics } from './observe/metrics.js';
import { DocsController } from './openapi/docs.controller.js';
import { PasskeysController } from './passkeys/passkeys.controller.js';
import { PeopleController } from './people/people.controller.js';
import { WhoamiController } from './people/whoami.controller.js';
import { RequestsController } from './requests/requests.controller.js';
import { ServicesController } from './services/services.controller.js';
import { SessionController } from './sessions/session.controller.js';
import { Attempts } from './sign-in/attempts.js';
import { CliLoginController } from './sign-in/cli-login.controller.js';
import { CliLogin } from './sign-in/cli-login.js';
import { MailCodes } from './sign-in/mail-codes.js';
import { OidcSignIn } from './sign-in/oidc.js';
import { Providers } from './sign-in/providers.js';
import { SignInController } from './sign-in/sign-in.controller.js';
import { SlackInstallController } from './slack/install.controller.js';
import { SlackLinkController } from './slack/link.controller.js';
import { SlackRoundTrip } from './slack/round-trip.js';
import { SignInWithSlack } from './slack/sign-in-with-slack.js';
import { NoticeFollower } from './stream/notice-follower.js';
import { RecordNews } from './stream/record-news.js';
import { StreamController } from './stream/stream.controller.js';
import { StreamHub } from './stream/stream-hub.js';
import { DecisionTimesController } from './tenants/decision-times.controller.js';
import { OrganisationController } from './tenants/organisation.controller.js';
import { PrivacyControlsController } from './tenants/privacy-controls.controller.js';
import { TenantPeopleController } from './tenants/tenant-people.controller.js';
import { StopsController } from './trust/stops.controller.js';
import { TrustController } from './trust/trust.controller.js';

export interface BrokerParts {
  deps: BrokerDeps;
  settings: BrokerSettings;
  logger: Logger;
  channels: readonly NoticeChannel[];
  codeMailer: CodeMailer | null;
  slack: SlackSide | null;
}

export const CONTROLLERS = [
  RequestsController,
  GrantsController,
  InvitationsController,
  LocksController,
  LogsController,
  ServicesController,
  PeopleController,
  TenantPeopleController,
  PrivacyControlsController,
  PasskeysController,
  TrustController,
  StopsController,
  DecisionTimesController,
  OrganisationController,
  GatewaysController,
  WhoamiController,
  OwnKeysController,
  SessionController,
  SignInController,
  CliLoginController,
  SlackInstallController,
  SlackLinkController,
  NoticesController,
  StreamController,
  OauthController,
  JwksController,
  GatewayController,
  LeasesController,
  HandedStopsController,
  PinsController,
  HealthController,
  DocsController,
];

@Module({ controllers: CONTROLLERS })
export class BrokerModule {}

/** The broker around an open store. The guards run in the order in which they stand here. */
export function brokerModule({
  deps,
  settings,
  logger,
  channels,
  codeMailer,
  slack,
}: BrokerParts): DynamicModule {
  return {
    module: BrokerModule,
    providers: [
      { provide: DEPS, useValue: deps },
      { provide: SETTINGS, useValue: settings },
      { provide: LOGGER, useValue: logger },
      { provide: CHANNELS, useValue: channels },
      { provide: CODE_MAILER, useValue: codeMailer },
      { provide: SLACK, useValue: slack },
      { provide: APP_GUARD, useClass: IdentifyGuard },
      { provide: APP_GUARD, useClass: OriginGuard },
      { provide: APP_GUARD, useClass: RateLimitGuard },
      { provide: APP_GUARD, useClass: AccessGuard },
      { provide: APP_FILTER, useClass: ProblemFilter },
      Providers,
      Attempts,
      OidcSignIn,
      CliLogin,
      SlackRoundTrip,
      SignInWithSlack,
      MailCodes,
      KeyRing,
      BrokerTokenMinter,
      FeedHub,
      GatewayWatch,
      StreamHub,
      RecordNews,
      NoticeFollower,
      Jobs,
      NoticeJobs,
      Metrics,
      Gauges,
      Lifecycle,
    ],
  };
}
