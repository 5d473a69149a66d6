import { AccessError } from '@countersign/access';
import { ConfigError } from '@countersign/config';
import { errorMessage } from '@countersign/runtime';
import { CommanderError } from 'commander';
import type { Io } from '../terminal/io.js';
import { plain } from '../terminal/text.js';

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

/** Says what went wrong, in the one form that scripts may rely on, and answers how the command ends. */
export function report(io: Io, json: boolean, error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const told = error instanceof CliError ? error : asCliError(error);
  const document = told.document === undefined ? { code: told.code, detail: told.detail } : told.document;
  if (json && told.exit === 1 && document !== null) io.stdout(`${JSON.stringify(document, null, 2)}\n`);
  for (const { code, detail } of [told, ...told.more]) io.stderr(`error[${code}]: ${plain(detail)}\n`);
  return told.exit;
}

function asCliError(error: unknown): CliError {
  if (error instanceof ConfigError) {
    const [first, ...more] = error.problems.map(({ key, rule }) => ({
      code: error.code,
      detail: `${key} ${rule}`,
    }));
    const unreadable = error.problems.some(({ rule }) => rule.startsWith('names a file that cannot be read'));
    return new CliError(error.code, first?.detail ?? error.message, { more, exit: unreadable ? 2 : 1 });
  }
  if (error instanceof AccessError) {
    const more = error.refusals.map(({ code, detail, pointer }) => ({
      code,
      detail: `${pointer} ${detail}`.trim(),
    }));
    return new CliError(error.code, error.message, { more });
  }
  // The store's own refusals: known by their shape, because loading the store for a message takes half a second.
  if (error instanceof Error && error.name === 'StoreError' && 'code' in error) {
    return new CliError(String(error.code), error.message, {
      exit: cannotOpen(error.code, error.cause) ? 2 : 1,
      cause: error,
    });
  }
  const detail = errorMessage(error);
  return new CliError('internal', detail, { cause: error });
}

/** No database file, or one that the file system does not give us; a file that is no database was opened. */
const cannotOpen = (code: unknown, cause: unknown): boolean =>
  code === 'database_missing' ||
  (code === 'database_unreadable' && typeof cause === 'object' && cause !== null && 'syscall' in cause);
