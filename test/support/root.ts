import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, also when this file runs from its compiled form under dist/. */
export const root = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(folder: string): string {
  return existsSync(join(folder, 'package-lock.json')) ? folder : findRoot(dirname(folder));
}

/** A compiled file, such as `programs/broker.js`. */
export const compiled = (path: string): string => join(root, 'dist', path);
