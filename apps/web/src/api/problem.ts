import type { Problem } from '@countersign/api';

/**
 * Why a call failed. Code branches on `code`, people read `detail`. The code `offline` means that the broker could not
 * be reached.
 */
export class ApiProblem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail: string,
    readonly more: Pick<Problem, 'refusals' | 'errors' | 'pointer'> = {},
  ) {
    super(`${code}: ${detail}`);
    this.name = 'ApiProblem';
  }
}

/** The body of a successful answer. @throws ApiProblem if the broker refuses the call or cannot be reached */
export async function unwrap<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call.catch((cause: unknown) => {
    throw new ApiProblem('offline', 0, cause instanceof Error ? cause.message : '');
  });
  if (response.ok) return data as T;
  const { code, detail, ...more } = isProblem(error) ? error : UNREADABLE;
  throw new ApiProblem(code, response.status, detail, more);
}

const UNREADABLE = { code: 'internal_error', detail: 'The answer could not be read.' };

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string';
}

/** Whether trying again may help. */
export const isTransient = (error: unknown): boolean =>
  !(error instanceof ApiProblem) || error.code === 'offline' || error.status >= 500 || error.status === 429;
