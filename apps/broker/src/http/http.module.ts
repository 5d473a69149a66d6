import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import type { Logger } from 'pino';
import { type BrokerSettings, LOGGER, SETTINGS } from '../core.module.js';
import { AccessGuard } from './access.guard.js';
import { BodyGuard } from './body.guard.js';
import { CallsAtOnceGuard } from './calls-at-once.guard.js';
import { ClientAddresses } from './client-address.js';
import { CredentialGuesses } from './credential-guesses.js';
import { IdentifyGuard } from './identify.guard.js';
import { KnownBrowsers } from './known-browsers.js';
import { OriginGuard } from './origin.guard.js';
import { ProblemFilter } from './problem.filter.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import { SharedAddresses } from './shared-addresses.js';
import { Shutdown } from './shutdown.js';

/** What every request passes: the guards, in this order, and the filter that turns errors into answers. */
@Module({
  providers: [
    { provide: CredentialGuesses, useFactory: () => new CredentialGuesses() },
    IdentifyGuard,
    AccessGuard,
    { provide: APP_GUARD, useExisting: IdentifyGuard },
    { provide: APP_GUARD, useClass: OriginGuard },
    { provide: APP_GUARD, useClass: RateLimitGuard },
    { provide: APP_GUARD, useExisting: AccessGuard },
    { provide: APP_GUARD, useClass: BodyGuard },
    { provide: APP_GUARD, useClass: CallsAtOnceGuard },
    { provide: APP_FILTER, useClass: ProblemFilter },
    Shutdown,
    KnownBrowsers,
    {
      provide: SharedAddresses,
      inject: [SETTINGS, LOGGER],
      useFactory: ({ trustedProxies }: BrokerSettings, logger: Logger) =>
        new SharedAddresses(trustedProxies.length > 0, logger),
    },
    {
      provide: ClientAddresses,
      inject: [SETTINGS],
      useFactory: ({ trustedProxies }: BrokerSettings) => new ClientAddresses(trustedProxies),
    },
  ],
  exports: [Shutdown, ClientAddresses, KnownBrowsers, SharedAddresses],
})
export class HttpModule {}
