import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderInUse, lockFolder, sleep } from '@countersign/runtime';
import { SpoolInUse } from '../records/spool/spool-lock.js';

/**
 * A gateway's folder has `lanes/NUMBER` for each process that writes records. The records of lane 0 are in the gateway's folder
 * itself, where a gateway with one process has them; `lanes/0` only has its lock.
 */
const laneDir = (spoolDir: string, lane: number): string => join(spoolDir, 'lanes', String(lane));

/** Where a lane has its records, its leases, and what was set aside. */
export const recordsDirOf = (spoolDir: string, lane: number): string =>
  lane === 0 ? spoolDir : laneDir(spoolDir, lane);

/** How long a start waits for the workers of a primary that was killed: they end as soon as they notice. */
const WAIT_MS = 5_000;
const RETRY_MS = 100;

/**
 * Locks a lane for this process: a worker that was stopped may live on after its primary, and two writers would assign the same
 * number to two records. Returns what lets go of it.
 *
 * @throws SpoolInUse
 */
export async function lockLane(spoolDir: string, lane: number): Promise<() => Promise<void>> {
  const folder = laneDir(spoolDir, lane);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const until = performance.now() + WAIT_MS;
  for (;;) {
    try {
      return await lockFolder(folder);
    } catch (error) {
      if (!(error instanceof FolderInUse)) throw error;
      if (performance.now() > until)
        throw new SpoolInUse(`the records of worker ${lane}: ${error.message}`, { cause: error });
      await sleep(RETRY_MS);
    }
  }
}

/** The lanes that have a folder, lane 0 only if there were ever several. */
export async function lanesOnDisk(spoolDir: string): Promise<number[]> {
  const names = await readdir(join(spoolDir, 'lanes')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return [];
  });
  return names
    .filter((name) => /^\d{1,2}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}
