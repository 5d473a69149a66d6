import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LogFault, parseLogOrigin, type VerifiedLog, type VerifiedPoint } from '@countersign/audit-log';
import { syncFolder } from '@countersign/gateway-protocol';
import { cannotWriteError } from '../command/errors.js';
import { FolderLog } from './log-source.js';
import { firstDifference } from './tree-difference.js';
import { faultError } from './verification.js';

/**
 * A mirror of a log that was restored from a backup. What is new is read into a folder beside, verified, and compared with
 * what the mirror has. Then the old files move to `epoch-<n>`, where they stay, and the new ones take their place.
 */
export const NEXT_EPOCH_FOLDER = 'next';

/** The files of one epoch. The state is the last to go: as long as it is there, a run that was interrupted begins again. */
const FILES = ['tile', 'openings', 'minimum-index', 'checkpoint', 'state.json'];

/**
 * Compares each leaf that the log says it has kept with the one that the mirror has.
 *
 * @throws CliError `forked` with the first leaf that differs
 */
export async function requireKept(
  folder: string,
  since: VerifiedPoint,
  next: string,
  { succession, point }: VerifiedLog,
): Promise<void> {
  const size = since.size - (succession?.lost ?? 0);
  const [old, now] = [new FolderLog(folder).hashes(since.size), new FolderLog(next).hashes(point.size)];
  const index = await firstDifference(old, now, size);
  if (index === undefined) return;
  const detail = `Leaf ${index} is not the one that the mirror has, and the log says that it was kept.`;
  throw faultError(new LogFault('forked', detail, index));
}

/** Puts the new epoch in the place of the old one, whose files stay below `epoch-<n>`. @throws CliError `cannot_write` */
export async function replaceEpoch(folder: string, origin: string): Promise<void> {
  const old = join(folder, `epoch-${parseLogOrigin(origin)?.epoch ?? 0}`);
  try {
    await mkdir(old, { recursive: true });
    for (const name of FILES) await move(join(folder, name), join(old, name));
    for (const name of FILES) await move(join(folder, NEXT_EPOCH_FOLDER, name), join(folder, name));
    await rm(join(folder, NEXT_EPOCH_FOLDER), { recursive: true });
    await syncFolder(folder);
  } catch (error) {
    throw cannotWriteError(folder, error);
  }
}

/** Nothing to move is fine: an earlier run has. */
async function move(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
