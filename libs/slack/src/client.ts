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

/** Timeout of one call. A delivery has 15 s for all of its calls. */
const CALL_TIMEOUT_MS = 6_000;

/**
 * Options of every client: no retries. The outbox retries failed calls and survives a restart; the retry policy of
 * Slack's library could hold one call for half an hour.
 */
export const clientOptions = (config: Pick<SlackConfig, 'apiUrl'>, logger: Logger): WebClientOptions => ({
  slackApiUrl: config.apiUrl,
  allowAbsoluteUrls: false,
  logger,
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  timeout: CALL_TIMEOUT_MS,
});

/** @param token null for calls that authenticate with the app's client secret */
export const slackClient = (
  config: Pick<SlackConfig, 'apiUrl'>,
  logger: Logger,
  token: string | null,
): WebClient => new WebClient(token ?? undefined, clientOptions(config, logger));

/** Slack's error code (`channel_not_found`); null if it sent none. */
export const slackError = (error: unknown): string | null =>
  error instanceof WebAPIPlatformError ? error.data.error : null;

/** The installation has ended: no call with its token can succeed again. */
const ENDING_CODES: ReadonlySet<string> = new Set([
  'account_inactive',
  'token_revoked',
  'token_expired',
  'invalid_auth',
  'not_authed',
  'team_access_not_granted',
  'org_login_required',
]);

export const endsInstallation = (code: string | null): code is string =>
  code !== null && ENDING_CODES.has(code);

/** A retry cannot help: someone has to change the channel or the organisation file. */
const FINAL_CODES: ReadonlySet<string> = new Set([
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

/** Rate limits that Slack reports as an ordinary error, without status 429 and Retry-After. */
const RATE_LIMIT_CODES: ReadonlySet<string> = new Set([
  'ratelimited',
  'rate_limited',
  'message_limit_exceeded',
]);
const DEFAULT_WAIT_SECONDS = 30;

/** The failure code for every rate limit. */
export const RATE_LIMITED = 'slack_rate_limited';

/** Translates the error of a call for the outbox. The code is made from Slack's code, never from its message. */
export function failureOf(error: unknown): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  if (error instanceof WebAPIRateLimitedError)
    return new DeliveryFailure(RATE_LIMITED, { retryAfterSeconds: Math.max(1, error.retryAfter) });
  const code = slackError(error);
  if (code !== null && RATE_LIMIT_CODES.has(code))
    return new DeliveryFailure(RATE_LIMITED, { retryAfterSeconds: DEFAULT_WAIT_SECONDS });
  if (code !== null) return new DeliveryFailure(`slack_${codeText(code)}`, { final: FINAL_CODES.has(code) });
  if (error instanceof WebAPIHTTPError) return new DeliveryFailure(`slack_http_${error.statusCode}`);
  if (error instanceof WebAPIRequestError) return new DeliveryFailure('slack_unreachable');
  return new DeliveryFailure('slack_failed', { cause: error });
}

/** Slack's codes are lower-case words. Anything else might hold a secret and is not repeated. */
const codeText = (code: string): string => (/^[a-z_]{1,60}$/.test(code) ? code : 'failed');
