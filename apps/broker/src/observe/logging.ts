import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Logger, plainError } from '@countersign/runtime';
import type { LoggerService } from '@nestjs/common';
import { pinoHttp } from 'pino-http';
import { v7 } from 'uuid';

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

/** Frequent calls by machines. At level `info` they would hide what people do. */
const isRoutine = (url: string): boolean => /^\/(healthz|readyz|metrics|gateway\/v1\/records)\b/.test(url);

/** Writes Nest's own messages to the structured log; those about routes and modules at level `debug`. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  error(message: unknown, stack?: string, context?: string): void {
    this.logger.error({ context, stack }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }
}
