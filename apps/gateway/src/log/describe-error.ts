/** Code and message of an error for a log line: no stack, no cause, nothing that a request carried. */
export function describeError(error: unknown): { code: string | undefined; detail: string } {
  const code = (error as { code?: unknown } | null)?.code;
  return {
    code: typeof code === 'string' ? code : undefined,
    detail: error instanceof Error ? error.message : 'not an error',
  };
}
