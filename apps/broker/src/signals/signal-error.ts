import type { SignalErrorCode } from '@countersign/api';
import { type ArgumentsHost, Catch } from '@nestjs/common';
import type { Response } from 'express';
import { type ErrorAnswer, ProblemFilter } from '../http/problem.filter.js';

/** A SET that is not accepted. The transmitter gets `code` and `message`. */
export class SignalError extends Error {
  constructor(
    readonly code: SignalErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'SignalError';
  }
}

/** Answers a SET that is not accepted with 400 and the error body of RFC 8935 §2.3. Other errors are problems. */
@Catch()
export class SignalErrorFilter extends ProblemFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    if (error instanceof SignalError)
      host.switchToHttp().getResponse<Response>().setHeader('Content-Language', 'en');
    super.catch(error, host);
  }

  protected override answerTo(error: unknown): ErrorAnswer {
    if (!(error instanceof SignalError)) return super.answerTo(error);
    const { code, message } = error;
    return { status: 400, code, type: 'application/json', body: { err: code, description: message } };
  }
}
