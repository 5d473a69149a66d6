import { STATUS_CODES } from 'node:http';
import type { AccessErrorCode, Refusal } from '@countersign/access';

/** Codes that HTTP itself adds to the domain's (CONTRACT §5). */
export type HttpErrorCode =
  | 'unauthenticated'
  | 'invalid_cursor'
  | 'body_too_large'
  | 'rate_limited'
  | 'feed_parted'
  | 'not_ready'
  | 'internal_error';

export type ErrorCode = AccessErrorCode | HttpErrorCode;

/** The one table from code to status. */
export const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  invalid_cursor: 400,
  reason_required: 400,
  unauthenticated: 401,
  forbidden: 403,
  self_review: 403,
  channel_not_allowed: 403,
  countersignature_required: 403,
  not_found: 404,
  digest_mismatch: 409,
  already_decided: 409,
  wrong_state: 409,
  controls_changed: 409,
  grant_not_active: 409,
  conflict: 409,
  feed_parted: 409,
  already_registered: 409,
  tenant_claimed: 409,
  body_too_large: 413,
  request_refused: 422,
  idempotency_key_reused: 422,
  rate_limited: 429,
  internal_error: 500,
  not_ready: 503,
};

/** One thing wrong with what was sent; `pointer` is a JSON Pointer (RFC 6901) into the body, or the name of a parameter. */
export interface InputError {
  pointer: string;
  detail: string;
}

/** A body of `application/problem+json` (RFC 9457). */
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
  const status = STATUS[code];
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code, ...more };
}

/** An error that belongs to HTTP, not to the domain. `message` is shown to the caller. */
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
