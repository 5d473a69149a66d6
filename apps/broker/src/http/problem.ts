import { STATUS_CODES } from 'node:http';
import { AccessError, type Refusal } from '@countersign/access';
import { type ErrorCode, STATUS_OF_CODE } from '@countersign/api';
import { ContractError } from '@countersign/contract';
import { ProtocolError } from '@countersign/gateway-protocol';
import { StoreError } from '@countersign/persistence';

/** One error in the input. `pointer` is a JSON Pointer (RFC 6901) into the body, or the name of a parameter. */
export interface InputError {
  pointer: string;
  detail: string;
}

/** An `application/problem+json` body (RFC 9457). */
export interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  pointer?: string;
  refusals?: readonly Refusal[];
  errors?: readonly InputError[];
}

export function problem(
  code: ErrorCode,
  detail: string,
  more: Pick<Problem, 'pointer' | 'refusals' | 'errors'> = {},
): Problem {
  const status = STATUS_OF_CODE[code];
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code, ...more };
}

/** An error of HTTP, not of the domain. The caller sees `message`. */
export class HttpProblem extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly more: Pick<Problem, 'pointer' | 'errors'> = {},
  ) {
    super(message);
    this.name = 'HttpProblem';
  }
}

/** A limit has been reached. The answer says when the same call passes (`Retry-After`, RFC 9110 §10.2.3). */
export class RateLimited extends HttpProblem {
  /** Whole seconds, at least one. */
  readonly seconds: number;

  /** @param wait in seconds */
  constructor(wait: number, what: string) {
    const seconds = Math.max(1, Math.ceil(wait));
    super(
      'rate_limited',
      `${what} Try again in ${seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`}.`,
    );
    this.seconds = seconds;
  }
}

/** Answers for errors of Nest, Express and the body parser, whose own texts would leak details or be HTML. */
const BY_STATUS: Readonly<Record<number, { code: ErrorCode; detail: string }>> = {
  400: { code: 'invalid_request', detail: 'The request is malformed.' },
  401: { code: 'unauthenticated', detail: 'Sign in first.' },
  403: { code: 'forbidden', detail: 'This is not allowed.' },
  404: { code: 'not_found', detail: 'There is nothing at this address.' },
  405: { code: 'not_found', detail: 'There is nothing at this address.' },
  413: { code: 'body_too_large', detail: 'The body is larger than 1 MiB.' },
  415: { code: 'invalid_request', detail: 'Send the body as plain, uncompressed application/json.' },
  429: { code: 'rate_limited', detail: 'Too many calls. Try again after the time in Retry-After.' },
};

/**
 * The answer to anything that was thrown. Only the messages of our own errors and the texts in this file reach the caller.
 * Any other error becomes `internal_error` without details.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof AccessError)
    return problem(isCursor(error) ? 'invalid_cursor' : error.code, error.message, {
      ...(error.pointer === undefined ? {} : { pointer: error.pointer }),
      ...(error.refusals.length === 0 ? {} : { refusals: error.refusals }),
    });
  if (error instanceof HttpProblem) return problem(error.code, error.message, error.more);
  if (error instanceof ProtocolError && FROM_GATEWAYS.has(error.code))
    return problem('invalid_request', error.message);
  if (error instanceof ContractError)
    return problem('invalid_request', error.message, {
      ...(error.pointer === undefined ? {} : { pointer: error.pointer }),
    });
  if (error instanceof StoreError && TRANSIENT.has(error.code))
    return problem('not_ready', 'The store is busy, closing or unreachable. Try again in a moment.');
  if (error instanceof URIError) return problem('not_found', 'There is nothing at this address.');
  const known = BY_STATUS[statusOf(error) ?? 500];
  if (known !== undefined) return problem(known.code, known.detail);
  return problem('internal_error', 'The broker failed. The error is logged under the id of this request.');
}

/** Codes for input that a gateway sent. All other codes of the protocol are about what the broker sends. */
const FROM_GATEWAYS: ReadonlySet<ProtocolError['code']> = new Set([
  'invalid_records',
  'invalid_lease',
  'invalid_pins',
  'invalid_session',
]);

/** Transient errors: another process holds the store, PostgreSQL accepts no connection now, or the broker is stopping. */
const TRANSIENT: ReadonlySet<string> = new Set(['store_busy', 'database_unreadable', 'store_closed']);

/** Only the store can find out that a well-formed cursor names no item. */
const isCursor = ({ code, pointer }: AccessError): boolean =>
  code === 'invalid_request' && pointer === '/cursor';

/** Nest's exceptions have their status in `getStatus()`, the body parser's errors in `status`. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('getStatus' in error && typeof error.getStatus === 'function') return Number(error.getStatus());
  if ('status' in error && typeof error.status === 'number' && 'type' in error) return error.status;
  return undefined;
}
