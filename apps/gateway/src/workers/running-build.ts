import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * The SHA-256 of the gateway's program as it is on disk now: it differs once another version was installed over the one that runs.
 * The program is the bundle `programs/gateway.js`, which this code is part of. The names of the files that it loads contain their
 * hashes, so that a change of one of them changes it, too. `bin/bundle.mjs` rewrites `import.meta.url` to the place of the source, so
 * this must not be used here.
 */
export const runningBuild = (): string =>
  createHash('sha256')
    .update(readFileSync(import.meta.filename))
    .digest('hex');
