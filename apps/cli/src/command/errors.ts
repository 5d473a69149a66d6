import type { AccessError } from '@countersign/access';
import type { ConfigError } from '@countersign/config';
import { CommanderError } from 'commander';
import type { Io } from '../terminal/io.js';
import { escapeForTerminal, formatJson } from '../terminal/text.js';

/**
 * How the command ends: 0 done; 1 refused, failed or invalid content; 2 bad flags, or a file that cannot be opened or written; 3 a log whose witnesses
 * have not signed in time, and that is otherwise as it should be; 4 a log with events that this version does not know.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

type Reason = { code: string; detail: string };

/** Ends the command: `error[code]: detail` on stderr, and the exit code. */
export class CliError extends Error {
  /** 1 unless said otherwise. */
  readonly exit: ExitCode;
  /** What `--json` prints on stdout. Undefined prints code and detail; null prints nothing, because stdout is in use. */
  readonly document: unknown;
  /** Further reasons of the same refusal, one `error[…]` line each. */
  readonly more: readonly Reason[];

  constructor(
    readonly code: string,
    readonly detail: string,
    rest: { exit?: ExitCode; document?: unknown; more?: readonly Reason[]; cause?: unknown } = {},
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

/** A file that cannot be opened: exit 2. */
export function cannotOpenError(path: string, cause: unknown): CliError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
  return new CliError('cannot_open', `${path}: cannot be opened (${code})`, { exit: 2, cause });
}

/** A file that cannot be written, such as on a full disk: exit 2. */
export function cannotWriteError(path: string, cause: unknown): CliError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unwritable';
  return new CliError('cannot_write', `${path}: cannot be written (${code})`, { exit: 2, cause });
}

/**
 * Prints an error in the one form that scripts may rely on (docs/contract.md, Commands).
 * @returns the exit code
 */
export function reportError(io: Io, json: boolean, error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const cliError = error instanceof CliError ? error : toCliError(error);
  const { code, detail } = cliError;
  const document = cliError.document === undefined ? { code, detail } : cliError.document;
  if (json && cliError.exit !== 2 && document !== null) io.stdout(`${formatJson(document)}\n`);
  for (const reason of [cliError, ...cliError.more])
    io.stderr(`error[${reason.code}]: ${escapeForTerminal(reason.detail)}\n`);
  return cliError.exit;
}

function toCliError(error: unknown): CliError {
  if (isConfigError(error)) return fromConfigError(error);
  if (isAccessError(error)) {
    const more = error.refusals.map(({ code, detail, pointer }) => ({
      code,
      detail: `${pointer} ${detail}`.trim(),
    }));
    return new CliError(error.code, error.message, { more });
  }
  if (isStoreError(error)) {
    const exit = isOpenFailure(error.code, error.cause) ? 2 : 1;
    return new CliError(error.code, error.message, { exit, cause: error });
  }
  const detail = error instanceof Error ? error.message : String(error);
  return new CliError('internal', detail, { cause: error });
}

function fromConfigError(error: ConfigError): CliError {
  const { code, problems } = error;
  const [first, ...more] = problems.map(({ key, rule }) => ({ code, detail: `${key} ${rule}` }));
  const unreadable = problems.some(({ rule }) => rule.startsWith('names a file that cannot be read'));
  return new CliError(code, first?.detail ?? error.message, { more, exit: unreadable ? 2 : 1 });
}

// Errors of the libraries are recognised by name: importing a library only to report its error would slow every start.

const isConfigError = (error: unknown): error is ConfigError =>
  error instanceof Error && error.name === 'ConfigError' && 'problems' in error;

const isAccessError = (error: unknown): error is AccessError =>
  error instanceof Error && error.name === 'AccessError' && 'code' in error && 'refusals' in error;

const isStoreError = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && error.name === 'StoreError' && 'code' in error;

/** The database file is missing, or the file system refuses it. A file that is not a database could be opened: exit 1. */
const isOpenFailure = (code: string, cause: unknown): boolean =>
  code === 'database_missing' ||
  (code === 'database_unreadable' && typeof cause === 'object' && cause !== null && 'syscall' in cause);
