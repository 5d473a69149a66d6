import type { components } from './schema.js';

type Problem = components['schemas']['Problem'];

/** What the broker said against a call; `code` is stable, `detail` is for people. `offline`: it was not reached. */
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

/** @throws ApiProblem unless the broker answered as the document says */
export async function answered<T>(
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

/** Problems that may pass by themselves. */
export const isPassing = (error: unknown): boolean =>
  !(error instanceof ApiProblem) || error.code === 'offline' || error.status >= 500 || error.status === 429;
