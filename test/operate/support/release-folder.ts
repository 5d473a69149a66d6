import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../support/root.js';
import { specFolder } from '../../support/spec-folder.js';

/** Makes the folder of a release, outside this clone, where every user may read it. */
export function releaseFolder(): string {
  const above = specFolder();
  chmodSync(above, 0o755);
  const folder = join(above, 'countersign');
  execFileSync(process.execPath, [join(root, 'bin/release.mjs'), folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // jest's own NODE_ENV would build the pages for development, if they have to be built.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  return folder;
}
