import { createHmac } from 'node:crypto';

/** A request to the app, byte for byte. */
export interface SignedRequest {
  headers: Record<string, string>;
  body: string;
}

/**
 * Signs as Slack does: `v0=` and the HMAC-SHA256 of `v0:timestamp:body`.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 * @param timestamp seconds
 */
export const signature = (secret: string, timestamp: number, body: string): string =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;

/** @param timestamp seconds */
export const signed = (
  secret: string,
  timestamp: number,
  body: string,
  contentType: string,
  more: Record<string, string> = {},
): SignedRequest => ({
  body,
  headers: {
    'content-type': contentType,
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': signature(secret, timestamp, body),
    ...more,
  },
});
