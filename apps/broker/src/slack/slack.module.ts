import type { BrokerEnvironment } from '@countersign/config';
import type { SlackIntegration } from '@countersign/slack';
import { Inject, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { type BrokerDeps, SLACK } from '../core.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { loadSlack } from './load-slack.js';
import { SignInWithSlack } from './sign-in-with-slack.js';
import { SlackInstallController } from './slack-install.controller.js';
import { SlackLinkController } from './slack-link.controller.js';
import { SlackRoundTrip } from './slack-round-trip.js';

/** Slack: installing the app and linking accounts. It starts and stops the connection to Slack with the broker. */
@Module({
  imports: [SignInModule],
  controllers: [SlackInstallController, SlackLinkController],
  providers: [SlackRoundTrip, SignInWithSlack],
})
export class SlackModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(@Inject(SLACK) private readonly slack: SlackIntegration | null) {}

  onApplicationBootstrap(): void {
    this.slack?.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.slack?.stop();
  }
}

/** Slack as this broker is configured; null if Slack is not set up. */
export async function slackOf(
  deps: BrokerDeps,
  environment: BrokerEnvironment,
  logger: Logger,
): Promise<SlackIntegration | null> {
  const { slack, publicUrl, gatewayUrl, mailLanguage: language } = environment;
  if (slack === null) return null;
  const { createSlackIntegration, readSlackConfig, registerHandlers } = await loadSlack();
  const log = logger.child({ part: 'slack' });
  return createSlackIntegration(
    deps,
    readSlackConfig(slack),
    { publicUrl, gatewayUrl, language },
    log,
    registerHandlers,
  );
}
