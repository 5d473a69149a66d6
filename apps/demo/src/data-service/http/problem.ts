export type FieldProblem = { pointer: string; detail: string };

const TITLES: Record<number, string> = {
  400: 'Bad request',
  404: 'Not found',
  405: 'Method not allowed',
  413: 'Body too large',
  415: 'Unsupported media type',
  500: 'Internal error',
};

/** An error answer (RFC 9457). `code` is stable; `detail` may change. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: FieldProblem[] = [],
    readonly headers: Record<string, string> = {},
  ) {
    super(detail);
  }

  get title(): string {
    return TITLES[this.status] ?? 'Error';
  }

  toJson(): Record<string, unknown> {
    const { status, code, detail, title, errors } = this;
    return {
      type: 'about:blank',
      title,
      status,
      code,
      detail,
      ...(errors.length > 0 ? { errors } : {}),
    };
  }
}

export const notFound = () => new Problem(404, 'not_found', 'There is nothing here under that name.');

export const invalid = (errors: FieldProblem[]) =>
  new Problem(400, 'invalid_request', errors.map((error) => error.detail).join(' '), errors);
