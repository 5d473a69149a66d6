/** How the command ends: 0 done; 1 refused, failed or invalid content; 2 bad flags, or a file that cannot be opened. */
export type ExitCode = 0 | 1 | 2;

/**
 * Ends the command with `error[code]: detail` on stderr. `document` is what `--json` prints on stdout
 * (code and detail where it is absent, nothing where it is null: stdout holds something already); `more` are further errors of the same answer.
 */
export class CliError extends Error {
  readonly exit: ExitCode;
  readonly document: unknown;
  readonly more: readonly { code: string; detail: string }[];

  constructor(
    readonly code: string,
    readonly detail: string,
    rest: {
      exit?: ExitCode;
      document?: unknown;
      more?: readonly { code: string; detail: string }[];
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: rest.cause });
    this.name = 'CliError';
    this.exit = rest.exit ?? 1;
    this.document = rest.document;
    this.more = rest.more ?? [];
  }
}

/** Bad flags or arguments: exit 2. */
export const usageError = (detail: string): CliError => new CliError('invalid_usage', detail, { exit: 2 });
