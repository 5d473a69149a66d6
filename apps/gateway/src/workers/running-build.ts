import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The SHA-256 of the file that this code was loaded from, as it is on disk now: of a package, the bundled gateway. So it differs
 * once another version was installed over the one that runs.
 */
export const runningBuild = (): string =>
  createHash('sha256')
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .digest('hex');
