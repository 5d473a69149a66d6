import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let known: string | undefined;

/** The version of the package that this file is part of, from the sources, from `dist` or from the folder of a release. */
export function productVersion(): string {
  known ??= readVersion(dirname(fileURLToPath(import.meta.url)));
  return known;
}

function readVersion(folder: string): string {
  const file = join(folder, 'package.json');
  if (!existsSync(file) && folder !== dirname(folder)) return readVersion(dirname(folder));
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
