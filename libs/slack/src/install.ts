import type { GivenInstallation } from '@countersign/access';
import type { Logger, OauthV2AccessResponse } from '@slack/web-api';
import { slackClient } from './client.js';
import { BOT_SCOPES, type SlackConfig } from './config.js';
import { tokensOf } from './tokens.js';

/** The installation failed: OAuth is not configured, or Slack's answer is incomplete. */
export class InstallError extends Error {
  constructor(readonly code: 'oauth_missing' | 'answer_invalid') {
    super(`Slack install: ${code}`);
    this.name = 'InstallError';
  }
}

/** The page at Slack where people install the app in a workspace. @throws InstallError `oauth_missing` */
export function installUrl(config: SlackConfig, to: { state: string; redirectUri: string }): URL {
  if (config.oauth === null) throw new InstallError('oauth_missing');
  const url = new URL('/oauth/v2/authorize', config.site);
  url.searchParams.set('client_id', config.oauth.clientId);
  url.searchParams.set('scope', BOT_SCOPES.join(','));
  url.searchParams.set('redirect_uri', to.redirectUri);
  url.searchParams.set('state', to.state);
  return url;
}

/**
 * Exchanges the OAuth code for the installation in one workspace or on a whole Grid.
 *
 * @throws InstallError; what `@slack/web-api` throws
 */
export async function exchangeCode(
  config: SlackConfig,
  logger: Logger,
  { code, redirectUri, now }: { code: string; redirectUri: string; now: Date },
): Promise<GivenInstallation> {
  if (config.oauth === null) throw new InstallError('oauth_missing');
  const answer = await slackClient(config, logger, null).oauth.v2.access({
    client_id: config.oauth.clientId,
    client_secret: config.oauth.clientSecret,
    code,
    redirect_uri: redirectUri,
  });
  const tokens = tokensOf(answer, now);
  const workspace = workspaceOf(answer);
  const { bot_user_id: botUser, app_id: appId, scope = '' } = answer;
  if (tokens === null || workspace?.id === undefined || botUser === undefined || appId === undefined)
    throw new InstallError('answer_invalid');
  const bot = await slackClient(config, logger, tokens.token).auth.test();
  return {
    workspace: workspace.id,
    name: workspace.name ?? workspace.id,
    appId,
    botUser,
    botId: bot.bot_id ?? '',
    scopes: scope.split(',').filter((each) => each !== ''),
    ...tokens,
  };
}

/** The installation's workspace. An installation on a Grid has no team. */
const workspaceOf = ({ is_enterprise_install: whole, enterprise, team }: OauthV2AccessResponse) =>
  whole === true ? enterprise : team;
