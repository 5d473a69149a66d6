import { type LevelWithSilent, type Logger, pino } from 'pino';

/**
 * The gateway's log, JSON lines on stdout. What carries a secret is never logged; redaction is the second line
 * behind that (P11).
 */
export function createLogger(level: LevelWithSilent, destination?: { write(line: string): void }): Logger {
  const options = {
    level,
    base: { process: 'gateway' },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        'authorization',
        'token',
        'secret',
        'credential',
        'cookie',
        '*.authorization',
        '*.token',
        '*.secret',
        '*.credential',
        '*.cookie',
        'headers',
        '*.headers',
        'rawHeaders',
        '*.rawHeaders',
      ],
      censor: '[redacted]',
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
