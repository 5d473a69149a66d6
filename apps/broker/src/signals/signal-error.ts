import type { SignalErrorCode } from '@countersign/api';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';

/** A SET that is not accepted; the transmitter gets `code` and `message` (RFC 8935 §2.3). */
export class SignalError extends Error {
  constructor(
    readonly code: SignalErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'SignalError';
  }
}

/** Answers 400 with the error body of RFC 8935. Every other error is answered as everywhere else. */
@Catch(SignalError)
export class SignalErrorFilter implements ExceptionFilter<SignalError> {
  catch({ code, message }: SignalError, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    response.locals['code'] = code;
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Content-Language', 'en');
    response.status(400).send(Buffer.from(JSON.stringify({ err: code, description: message })));
  }
}
