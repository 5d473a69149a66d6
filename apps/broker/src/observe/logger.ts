import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DestinationStream, type Logger, pino } from 'pino';
import { pinoHttp } from 'pino-http';
import { v7 } from 'uuid';

/**
 * One structured log, one JSON object a line. Bodies, headers and query strings are never logged; the
 * redaction stands behind that, should somebody log a whole object one day (P11).
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { app: 'broker' },
    serializers: { err: plainError },
    redact: {
      paths: [
        'authorization',
        'cookie',
        'token',
        'access_token',
        'key',
        'secret',
        'privatePem',
        'body',
        'headers',
      ].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      censor: '[redacted]',
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** An error without its further members: those of a failed query hold the values that were to be written. */
function plainError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack, cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return {
    type: name,
    ...code,
    message,
    stack,
    ...(cause === undefined ? {} : { cause: plainError(cause) }),
  };
}

/** Middleware that gives each request an id and logs each answer: method, path without query, status, time. */
export function requestLog(logger: Logger) {
  return pinoHttp<IncomingMessage, ServerResponse & { locals?: { code?: string } }>({
    logger,
    genReqId: (_request, response) => {
      const id = v7();
      response.setHeader('X-Request-Id', id);
      return id;
    },
    serializers: {
      req: ({ id, method, url }: { id: string; method: string; url: string }) => ({
        id,
        method,
        path: url.split('?', 1)[0],
      }),
      res: ({ statusCode }: { statusCode: number }) => ({ status: statusCode }),
      err: plainError,
    },
    customLogLevel: (request, response, error) => {
      if (error !== undefined || response.statusCode >= 500) return 'error';
      return isRoutine(request.url ?? '') ? 'debug' : 'info';
    },
    customProps: (_request, response) => {
      const code = response.locals?.code;
      return code === undefined ? {} : { code };
    },
    wrapSerializers: false,
  });
}

/** Asked again and again by machines; at level info they would drown what people do. */
const isRoutine = (url: string): boolean => /^\/(healthz|readyz|metrics|gateway\/v1\/records)\b/.test(url);
