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

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** Whole seconds in words, with the two largest units that matter: `1 hour 30 minutes`. */
export function durationText(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, Math.round(seconds));
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
  }
  return parts.length === 0 ? '0 seconds' : parts.slice(0, 2).join(' ');
}
