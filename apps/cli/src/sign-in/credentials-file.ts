import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { CliError } from '../command/errors.js';

/** What `login` was given for one broker. A secret. */
const loginShape = z.object({ credential: z.string(), email: z.string(), expiresAt: z.string().nullable() });
export type StoredLogin = z.infer<typeof loginShape>;

const fileShape = z.record(z.string(), loginShape);

const OTHERS = 0o077;

/** @throws CliError `credentials_exposed` where others may read the file, `credentials_unreadable` */
export function storedLogin(file: string | null, broker: string): StoredLogin | undefined {
  return file === null ? undefined : readAll(file)[broker];
}

/** Keeps one broker's login beside the others'; undefined forgets it. Whoever else uses this machine reads nothing. */
export function storeLogin(file: string, broker: string, login: StoredLogin | undefined): void {
  const { [broker]: _before, ...others } = readAll(file);
  const kept = login === undefined ? others : { ...others, [broker]: login };
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
  chmodSync(beside, 0o600);
  renameSync(beside, file);
}

function readAll(file: string): Record<string, StoredLogin> {
  let text: string;
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & OTHERS) !== 0)
      throw new CliError(
        'credentials_exposed',
        `others on this machine may read ${file}: make it yours alone (chmod 600), and log in anew`,
      );
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    if (error instanceof CliError) throw error;
    throw new CliError('credentials_unreadable', `${file} cannot be read`, { exit: 2, cause: error });
  }
  const parsed = fileShape.safeParse(asJson(text));
  if (parsed.success) return parsed.data;
  throw new CliError('credentials_unreadable', `${file} is not what "countersign login" writes; remove it`);
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
