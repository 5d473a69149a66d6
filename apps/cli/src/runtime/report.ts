import { AccessError } from '@countersign/access';
import { ConfigError } from '@countersign/config';
import { errorMessage } from '@countersign/runtime';
import { CommanderError } from 'commander';
import { plain } from '../text/plain.js';
import { CliError, type ExitCode } from './cli-error.js';
import type { Io } from './io.js';

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
