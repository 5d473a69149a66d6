import { DeliveryFailure } from '@countersign/access';
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';
import { endsInstallation, failureOf } from './client.js';

const said = (error: string) => new WebAPIPlatformError({ ok: false, error });

test.each<[string, unknown, Partial<DeliveryFailure>]>([
  [
    '429',
    new WebAPIRateLimitedError(17),
    { code: 'slack_rate_limited', retryAfterSeconds: 17, final: false },
  ],
  ['429 with nothing to wait for', new WebAPIRateLimitedError(0), { retryAfterSeconds: 1 }],
  [
    'a rate limit under another code',
    said('message_limit_exceeded'),
    { code: 'slack_rate_limited', final: false },
  ],
  [
    'a channel that does not exist',
    said('channel_not_found'),
    { code: 'slack_channel_not_found', final: true },
  ],
  ['not in the channel', said('not_in_channel'), { code: 'slack_not_in_channel', final: true }],
  ['an archived channel', said('is_archived'), { code: 'slack_is_archived', final: true }],
  ['a deactivated account', said('account_inactive'), { code: 'slack_account_inactive', final: false }],
  ['an internal error of Slack', said('internal_error'), { code: 'slack_internal_error', final: false }],
  ['text that is not a code', said('xoxb-hunter2 is bad'), { code: 'slack_failed', final: false }],
  ['a broken gateway', new WebAPIHTTPError(502, 'Bad Gateway', {}), { code: 'slack_http_502', final: false }],
  ['a refused connection', new WebAPIRequestError(new Error('ECONNREFUSED')), { code: 'slack_unreachable' }],
  ['a bug of ours', new TypeError('x'), { code: 'slack_failed', final: false }],
])('%s', (_what, error, failure) => {
  expect(failureOf(error)).toMatchObject(failure);
});

test('a DeliveryFailure stays as it is', () => {
  const failure = new DeliveryFailure('slack_not_installed');
  expect(failureOf(failure)).toBe(failure);
});

test.each([
  ['account_inactive', true],
  ['token_revoked', true],
  ['invalid_auth', true],
  ['channel_not_found', false],
  [null, false],
])('%s ends an installation: %s', (code, ends) => {
  expect(endsInstallation(code)).toBe(ends);
});
