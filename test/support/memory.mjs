/** Keeps temporary test data in memory, if there is enough of it. */
import { statfsSync } from 'node:fs';

/** Linux keeps this folder in memory. In a container it may be tiny. */
const MEMORY = '/dev/shm';
const TMPFS = 0x01021994;
const MEMORY_NEEDED = 4e9;

/**
 * The folder that is kept in memory; null if there is none or too little memory is free.
 *
 * @returns {string | null}
 */
export function memory() {
  try {
    const { type, bavail, bsize } = statfsSync(MEMORY);
    return type === TMPFS && bavail * bsize > MEMORY_NEEDED ? MEMORY : null;
  } catch {
    return null;
  }
}
