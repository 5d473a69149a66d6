import { durationText as durationIn } from '@countersign/wording';

/** `2026-11-24 15:00 UTC`, for a reader whose program knows no Slack dates. */
export const utcText = (instant: string): string => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;

/**
 * An instant as each reader's own clock shows it, with its day. A token of Slack's mrkdwn.
 * https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 */
export const readerTime = (instant: string): string =>
  `<!date^${Math.floor(Date.parse(instant) / 1_000)}^{date_short_pretty} {time}|${utcText(instant)}>`;

/** `plus` seconds later. */
export const later = (instant: string, plus: number): string =>
  new Date(Date.parse(instant) + plus * 1_000).toISOString();

/** A duration in words: `1 hour 30 minutes`. */
export const durationText = (seconds: number): string => durationIn(seconds, 'en');
