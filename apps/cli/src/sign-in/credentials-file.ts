import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { CliError } from '../command/errors.js';

const loginShape = z.object({ credential: z.string(), email: z.string(), expiresAt: z.string().nullable() });
/** What `login` stored for one broker. The credential is a secret. */
export type StoredLogin = z.infer<typeof loginShape>;

/** Logins by the broker's URL. */
const fileShape = z.record(z.string(), loginShape);

const GROUP_AND_OTHERS = 0o077;

/** @throws CliError `credentials_exposed` if others may read the file, `credentials_unreadable` */
export function readStoredLogin(file: string | null, broker: string): StoredLogin | undefined {
  return file === null ? undefined : readFile(file)[broker];
}

/**
 * Stores the login of one broker beside those of other brokers; undefined removes it. The file is for this user alone.
 * It is written beside and renamed, so a crash leaves the old file or the new one.
 */
export function writeStoredLogin(file: string, broker: string, login: StoredLogin | undefined): void {
  const { [broker]: _previous, ...others } = readFile(file);
  const logins = login === undefined ? others : { ...others, [broker]: login };
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, file);
}

function readFile(file: string): Record<string, StoredLogin> {
  let text: string;
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & GROUP_AND_OTHERS) !== 0)
      throw new CliError(
        'credentials_exposed',
        `others on this machine may read ${file}: make it yours alone (chmod 600), and log in again`,
      );
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    if (error instanceof CliError) throw error;
    throw new CliError('credentials_unreadable', `${file} cannot be read`, { exit: 2, cause: error });
  }
  const parsed = fileShape.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new CliError('credentials_unreadable', `${file} is not what "countersign login" writes; remove it`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
