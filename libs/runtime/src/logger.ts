import { type DestinationStream, type Logger, pino } from 'pino';
import { plainError } from './describe-error.js';

export type { Logger } from 'pino';

export type LoggerOptions = {
  /** A level of pino's, or `silent`. */
  level: string;
  /** Members of every line: which process it is. */
  base: Record<string, string>;
  /** Default: standard output. */
  destination?: DestinationStream | undefined;
  /** What `time` holds: milliseconds since the epoch, or RFC 3339. Default: milliseconds. */
  time?: 'epoch' | 'iso';
};

/** Members that may carry a secret, or a person's data. */
const SECRETS = [
  'access_token',
  'authorization',
  'body',
  'cookie',
  'credential',
  'headers',
  'key',
  'privatePem',
  'rawHeaders',
  'secret',
  'token',
];

/**
 * A structured log: one JSON object a line. Callers never log bodies, headers, query strings or secrets. Redaction is
 * the second line of defence: it replaces the members above at three depths, in case a caller logs a whole object.
 */
export function createLogger({ level, base, destination, time = 'epoch' }: LoggerOptions): Logger {
  const options = {
    level,
    base,
    serializers: { err: plainError },
    ...(time === 'iso' ? { timestamp: pino.stdTimeFunctions.isoTime } : {}),
    redact: {
      paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      censor: '[redacted]',
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
