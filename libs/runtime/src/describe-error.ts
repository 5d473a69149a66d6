/** Code and message of an error for a log line: no stack, no cause, nothing that a request carried. */
export function describeError(error: unknown): { code: string | undefined; detail: string } {
  const code = (error as { code?: unknown } | null)?.code;
  return {
    code: typeof code === 'string' ? code : undefined,
    detail: error instanceof Error ? error.message : 'not an error',
  };
}

/** The message of an error, or the thrown value as text. For the operator's terminal. */
export const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** The same with the stack, if there is one. For an error that no one expected. */
export const errorStack = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/**
 * An error for a structured log: type, code, message, stack and causes. Other members are left out; those of a failed
 * query hold the values that were to be written.
 */
export function plainError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack, cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return {
    type: name,
    ...code,
    message,
    stack,
    ...(cause === undefined ? {} : { cause: plainError(cause) }),
  };
}
