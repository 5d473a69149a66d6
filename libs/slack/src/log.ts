import { type Logger, LogLevel } from '@slack/bolt';

/** The broker's logger, in pino's shape. */
export interface SlackLog {
  info(more: object, message: string): void;
  warn(more: object, message: string): void;
  error(more: object, message: string): void;
}

/** Slack's tokens, and webhook addresses that work without one. */
const SECRETS = /xox[a-z.]*-[A-Za-z0-9.-]+|xapp-[A-Za-z0-9-]+|https:\/\/hooks\.slack\.com\/\S+/g;

/**
 * Writes Bolt's warnings and errors to the broker's log: only the message and an error's code. Payloads and answers
 * hold people's texts, and arguments hold tokens (P11).
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

/** The first line of a text, without secrets. */
export const redact = (text: string): string => text.replace(SECRETS, '[redacted]').split('\n', 1)[0] ?? '';

const sentenceOf = (error: unknown): string => {
  if (typeof error === 'string') return `Slack: ${redact(error)}`;
  return `Slack: ${error instanceof Error ? redact(error.message) : 'something went wrong'}`;
};

const codeOf = (error: unknown): object =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
