import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DemoError } from './demo-error.js';

/**
 * The folder of the nearest package.json above this file: the repository, whether this runs from the sources
 * or from `dist`. The compiler copies no YAML, so what is not code is read from there.
 */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new DemoError('broken_install', 'no package.json stands above the demo');
    folder = above;
  }
  return folder;
}
