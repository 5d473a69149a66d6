import { DeliveryFailure } from '@countersign/access';
import {
  type Logger,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api';
import type { SlackConfig } from './config.js';

/** Longer than Slack takes for anything; a delivery has 15 s for all that it asks. */
const LONGEST_MS = 6_000;

/**
 * How every client of ours speaks: once. What fails is tried again by the outbox, which survives this process; Slack's
 * own policy would hold a call for half an hour.
 */
export const clientOptions = (config: Pick<SlackConfig, 'apiUrl'>, logger: Logger): WebClientOptions => ({
  slackApiUrl: config.apiUrl,
  allowAbsoluteUrls: false,
  logger,
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  timeout: LONGEST_MS,
});

/** @param token null for calls that carry the app's own secret */
export const slackClient = (
  config: Pick<SlackConfig, 'apiUrl'>,
  logger: Logger,
  token: string | null,
): WebClient => new WebClient(token ?? undefined, clientOptions(config, logger));

/** Slack's word for what was wrong (`channel_not_found`); null where it did not say. */
export const slackError = (error: unknown): string | null =>
  error instanceof WebAPIPlatformError ? error.data.error : null;

/** The installation is over: no call with its token will ever succeed. */
const ENDED: ReadonlySet<string> = new Set([
  'account_inactive',
  'token_revoked',
  'token_expired',
  'invalid_auth',
  'not_authed',
  'team_access_not_granted',
  'org_login_required',
]);

export const endsInstallation = (code: string | null): code is string => code !== null && ENDED.has(code);

/** Nothing that waiting mends: somebody has to change the channel or the organisation file. */
const FINAL: ReadonlySet<string> = new Set([
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'restricted_action',
  'user_not_found',
  'user_disabled',
  'users_not_found',
  'cannot_dm_bot',
  'user_not_visible',
  'missing_scope',
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_too_long',
  'no_text',
]);

/** Asks for time although it comes as an answer like any other. */
const LIMITS: ReadonlySet<string> = new Set(['ratelimited', 'rate_limited', 'message_limit_exceeded']);
const DEFAULT_WAIT_SECONDS = 30;

/** The code of what Slack wants later. */
export const RATE_LIMITED = 'slack_rate_limited';

/** What became of a call, for the courier: a code made of Slack's own, never its words. */
export function failureOf(error: unknown): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  if (error instanceof WebAPIRateLimitedError)
    return new DeliveryFailure(RATE_LIMITED, { retryAfterSeconds: Math.max(1, error.retryAfter) });
  const said = slackError(error);
  if (said !== null && LIMITS.has(said))
    return new DeliveryFailure(RATE_LIMITED, { retryAfterSeconds: DEFAULT_WAIT_SECONDS });
  if (said !== null) return new DeliveryFailure(`slack_${codeText(said)}`, { final: FINAL.has(said) });
  if (error instanceof WebAPIHTTPError) return new DeliveryFailure(`slack_http_${error.statusCode}`);
  if (error instanceof WebAPIRequestError) return new DeliveryFailure('slack_unreachable');
  return new DeliveryFailure('slack_failed', { cause: error });
}

/** Slack's codes are words; what is none is not repeated. */
const codeText = (said: string): string => (/^[a-z_]{1,60}$/.test(said) ? said : 'failed');
