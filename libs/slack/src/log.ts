import { type Logger, LogLevel } from '@slack/bolt';

/** Where the broker's own log is written; pino's shape. */
export interface SlackLog {
  info(more: object, message: string): void;
  warn(more: object, message: string): void;
  error(more: object, message: string): void;
}

/** Slack's tokens, and the addresses that answer without one. */
const SECRETS = /xox[a-z.]*-[A-Za-z0-9.-]+|xapp-[A-Za-z0-9-]+|https:\/\/hooks\.slack\.com\/\S+/g;

/**
 * Bolt's words in the broker's log. Of what Bolt hands over only its sentence and the code of an error are written:
 * payloads and answers hold people's words, arguments hold tokens (P11).
 */
export function boltLogger(log: SlackLog): Logger {
  const write = (level: 'info' | 'warn' | 'error') => (first: unknown) =>
    log[level](codeOf(first), sentenceOf(first));
  return {
    debug: () => {},
    info: () => {},
    warn: write('warn'),
    error: write('error'),
    setLevel: () => {},
    getLevel: () => LogLevel.WARN,
    setName: () => {},
  };
}

/** Free of secrets, in one line. */
export const harmless = (text: string): string => text.replace(SECRETS, '[redacted]').split('\n', 1)[0] ?? '';

const sentenceOf = (given: unknown): string => {
  if (typeof given === 'string') return `Slack: ${harmless(given)}`;
  return `Slack: ${given instanceof Error ? harmless(given.message) : 'something went wrong'}`;
};

const codeOf = (given: unknown): object =>
  given instanceof Error && 'code' in given && typeof given.code === 'string' ? { code: given.code } : {};
