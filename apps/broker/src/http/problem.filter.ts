import { AccessError } from '@countersign/access';
import type { ErrorCode } from '@countersign/api';
import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { Response } from 'express';
import type { Logger } from 'pino';
import { LOGGER } from '../core.module.js';
import { RateLimited, toProblem } from './problem.js';
import type { BrokerRequest } from './request.js';

/** When the client may retry, if the error does not know it more exactly. */
const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = { rate_limited: 60, not_ready: 1 };

/** An error as it is answered: `application/problem+json`, or the form that an endpoint's own standard defines. */
export interface ErrorAnswer {
  status: number;
  /** For the log and for metrics. */
  code: string;
  type: string;
  body: object;
}

/** The only place where an error becomes an answer (RFC 9457). An unexpected error is logged and not shown. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  /** Endpoints with errors of another form override this. */
  protected answerTo(error: unknown): ErrorAnswer {
    const body = toProblem(error);
    return { status: body.status, code: body.code, type: 'application/problem+json', body };
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<BrokerRequest>();
    const response = http.getResponse<Response>();
    const answer = this.answerTo(error);
    const log = request.log ?? this.logger;
    if (answer.code === 'internal_error') log.error({ err: error }, 'unforeseen error');
    else if (error instanceof AccessError && error.privateDetail !== undefined)
      log.warn({ code: error.code, detail: error.privateDetail }, 'refused');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.locals['code'] = answer.code;
    if (answer.code === 'unauthenticated')
      response.setHeader('WWW-Authenticate', challenge(request.headers.authorization !== undefined));
    const pause =
      error instanceof RateLimited ? error.seconds : RETRY_AFTER_SECONDS[answer.code as ErrorCode];
    if (pause !== undefined && !response.hasHeader('Retry-After'))
      response.setHeader('Retry-After', String(pause));
    // No one reads the rest of the body any more, so no further request could arrive on this connection.
    if (answer.code === 'body_too_large') response.setHeader('Connection', 'close');
    response.setHeader('Content-Type', answer.type);
    response.status(answer.status).send(Buffer.from(JSON.stringify(answer.body)));
  }
}

/** RFC 6750 §3: it names an error only if the caller presented credentials. */
function challenge(presented: boolean): string {
  return `Bearer realm="countersign"${presented ? ', error="invalid_token"' : ''}`;
}
