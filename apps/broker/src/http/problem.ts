import { STATUS_CODES } from 'node:http';
import type { Refusal } from '@countersign/access';
import { type ErrorCode, STATUS_OF_CODE } from '@countersign/api';

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
  const status = STATUS_OF_CODE[code];
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
