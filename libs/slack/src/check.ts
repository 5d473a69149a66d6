import type { SlackInstallation, SlackPlace } from '@countersign/access';
import type { Logger } from '@slack/web-api';
import { failureOf, slackClient, slackError } from './client.js';
import type { SlackConfig } from './config.js';

/** Why a message into a channel would fail; `ok` if it would arrive. */
export type PlaceState =
  | 'ok'
  | 'not_installed'
  | 'ended'
  | 'token_refused'
  | 'unreachable'
  | 'scope_missing'
  | 'channel_unknown'
  | 'not_in_channel'
  | 'archived';

const STATE_BY_CODE: Readonly<Record<string, PlaceState>> = {
  missing_scope: 'scope_missing',
  channel_not_found: 'channel_unknown',
  slack_unreachable: 'unreachable',
};

/** Asks Slack whether messages into this channel would arrive. Posts nothing. `code` is Slack's error code, if it sent one. */
export async function checkPlace(
  config: Pick<SlackConfig, 'apiUrl'>,
  logger: Logger,
  installation: SlackInstallation | null,
  { channelId }: SlackPlace,
): Promise<{ state: PlaceState; code: string | null }> {
  if (installation === null) return { state: 'not_installed', code: null };
  if (installation.endedAt !== null) return { state: 'ended', code: installation.endReason };
  const client = slackClient(config, logger, installation.token);
  try {
    await client.auth.test();
  } catch (error) {
    const code = slackError(error);
    return { state: code === null ? 'unreachable' : 'token_refused', code: code ?? failureOf(error).code };
  }
  try {
    const { channel } = await client.conversations.info({ channel: channelId });
    if (channel?.is_archived === true) return { state: 'archived', code: null };
    return { state: channel?.is_member === true ? 'ok' : 'not_in_channel', code: null };
  } catch (error) {
    const code = slackError(error) ?? failureOf(error).code;
    return { state: STATE_BY_CODE[code] ?? 'channel_unknown', code };
  }
}

/**
 * Seconds that our clock is ahead of Slack's; null if Slack does not answer. The broker rejects requests that are more
 * than 5 minutes off.
 */
export async function slackClockOffset({ apiUrl }: Pick<SlackConfig, 'apiUrl'>): Promise<number | null> {
  try {
    const answer = await fetch(new URL('api.test', apiUrl), {
      method: 'POST',
      signal: AbortSignal.timeout(3_000),
    });
    const theirs = Date.parse(answer.headers.get('date') ?? '');
    return Number.isNaN(theirs) ? null : Math.round((Date.now() - theirs) / 1000);
  } catch {
    return null;
  }
}
