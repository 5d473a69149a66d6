import { FolderInUse, lockFolder } from '@countersign/runtime';

/** Another gateway uses the folder. Two writers would assign the same number to two records. */
export class SpoolInUse extends Error {
  override readonly name = 'SpoolInUse';
  readonly code = 'spool_in_use';
}

/**
 * Locks the spool's folder for this process, until the function that it returns is called.
 *
 * @throws SpoolInUse
 */
export async function lockSpool(folder: string): Promise<() => Promise<void>> {
  try {
    return await lockFolder(folder);
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    throw new SpoolInUse(`the spool: ${error.message}`, { cause: error });
  }
}
