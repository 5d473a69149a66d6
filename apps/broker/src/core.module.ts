import type { NoticeChannel } from '@countersign/access';
import type { CodeMailer } from '@countersign/mail';
import type { SlackSide } from '@countersign/slack';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Logger } from 'pino';
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

/** What exists before Nest starts. */
export interface BrokerParts {
  deps: BrokerDeps;
  settings: BrokerSettings;
  logger: Logger;
  channels: readonly NoticeChannel[];
  codeMailer: CodeMailer | null;
  slack: SlackSide | null;
}

@Global()
@Module({})
class CoreModule {}

/** Lets every module inject the parts that exist before Nest starts. */
export function coreModule({
  deps,
  settings,
  logger,
  channels,
  codeMailer,
  slack,
}: BrokerParts): DynamicModule {
  const providers = [
    { provide: DEPS, useValue: deps },
    { provide: SETTINGS, useValue: settings },
    { provide: LOGGER, useValue: logger },
    { provide: CHANNELS, useValue: channels },
    { provide: CODE_MAILER, useValue: codeMailer },
    { provide: SLACK, useValue: slack },
  ];
  return { module: CoreModule, providers, exports: providers.map(({ provide }) => provide) };
}
