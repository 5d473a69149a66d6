import { chmod, link, open, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readStoreEnvironment } from '@countersign/config';
import { syncFolder } from '@countersign/gateway-protocol';
import { backUp } from '@countersign/persistence';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotWriteError } from '../command/errors.js';

/**
 * Writes the database into a file. The file gets its name only when it is complete and on the disk, so that no interrupted run leaves an
 * incomplete backup.
 *
 * @throws CliError `file_exists`, `cannot_write` (exit 2); StoreError
 */
export async function backUpDatabase(context: Context, file: string): Promise<Answer> {
  const { databaseUrl } = readStoreEnvironment(context.io.env);
  const path = resolve(file);
  const part = `${path}.part`;
  await makePart(path, part);
  try {
    const { engine } = await backUp(databaseUrl, part);
    await publish(path, part);
    const { size: bytes } = await stat(path);
    return {
      document: { engine, file: path, bytes },
      text: `${path} (${bytes} bytes) is a backup of the ${engine === 'sqlite' ? 'SQLite' : 'PostgreSQL'} database. To use it you need the current master key, which is not in it.`,
    };
  } finally {
    await rm(part, { force: true });
  }
}

/** Makes an empty file that only this user can read. It replaces what an earlier run left. */
async function makePart(path: string, part: string): Promise<void> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new CliError('file_exists', `${path} exists. Name a file that does not.`);
  try {
    await rm(part, { force: true });
    await (await open(part, 'wx', 0o600)).close();
  } catch (error) {
    throw cannotWriteError(part, error);
  }
}

/** Gives the finished file its name. */
async function publish(path: string, part: string): Promise<void> {
  try {
    await chmod(part, 0o600);
    const written = await open(part, 'r+');
    await written.sync();
    await written.close();
    // Not a rename, which would replace what another run has written meanwhile.
    await link(part, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw cannotWriteError(path, error);
  }
}
