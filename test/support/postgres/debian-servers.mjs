/** The PostgreSQL servers that Debian's packages have installed on this machine. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const DEBIAN = '/usr/lib/postgresql';

/**
 * By their major version, the oldest first.
 *
 * @returns {{ version: string, bin: string }[]}
 */
export function debianServers() {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  return versions
    .map((version) => ({ version, bin: join(DEBIAN, version, 'bin') }))
    .filter(({ bin }) => existsSync(join(bin, 'postgres')))
    .sort((a, b) => Number(a.version) - Number(b.version));
}

/** @throws {Error} that names the package if there is none */
export function newestDebianServer() {
  const newest = debianServers().at(-1);
  if (newest === undefined) throw new Error('PostgreSQL is missing: apt-get install postgresql');
  return newest;
}
