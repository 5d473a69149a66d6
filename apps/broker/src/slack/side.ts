import type { BrokerEnvironment } from '@countersign/config';
import { readSlackConfig, registerHandlers, type SlackSide, slackSide } from '@countersign/slack';
import type { Logger } from 'pino';
import type { BrokerDeps } from '../injection.js';

/** Slack as this broker has it; null where it is not set up, and nothing waits for it. */
export function slackOf(deps: BrokerDeps, environment: BrokerEnvironment, logger: Logger): SlackSide | null {
  const { slack, publicUrl, gatewayUrl } = environment;
  if (slack === null) return null;
  const log = logger.child({ part: 'slack' });
  return slackSide(deps, readSlackConfig(slack), { publicUrl, gatewayUrl }, log, registerHandlers);
}
