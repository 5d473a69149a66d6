import { readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { holdSocket } from './live-socket.js';

/** Another gateway uses the folder: two writers would give the same number to two records. */
export class SpoolInUse extends Error {
  override readonly name = 'SpoolInUse';
  readonly code = 'spool_in_use';
}

/**
 * Takes the folder for this process: by a socket that answers as long as its process lives, also to another container on the
 * same volume, and by a file with the process id, where the file system has no sockets. What a process that is gone has left
 * is taken over, so that a gateway that was killed starts again by itself. Throws SpoolInUse.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const socket = await holdSocket(folder);
  if (socket === 'in use') throw new SpoolInUse('the spool’s folder is used by another process');
  const release = socket === 'unknown' ? async () => undefined : socket.release;
  const path = join(folder, 'lock');
  try {
    await writeId(path);
  } catch (error) {
    await release();
    throw error;
  }
  return async () => {
    await unlink(path).catch(() => undefined);
    await release();
  };
}

async function writeId(path: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await writeFile(path, String(process.pid), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 2) throw error;
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => '0'));
    // A container's first process has the same id after each restart.
    if (holder !== process.pid && isAlive(holder)) {
      throw new SpoolInUse(`the spool's folder is used by process ${holder}`);
    }
    await unlink(path).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
