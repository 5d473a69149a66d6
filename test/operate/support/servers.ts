import { join } from 'node:path';
import { debianServers } from '../../support/postgres/debian-servers.mjs';
import type { PostgresOptions } from '../../support/postgres/server.mjs';
import { root } from '../../support/root.js';

/** Each server to be tested: those of Debian that are installed here, and those of npm packages. */
export const SERVERS: readonly [name: string, options: PostgresOptions][] = [
  ...debianServers().map(({ version, bin }): [string, PostgresOptions] => [`Debian’s ${version}`, { bin }]),
  ['16 of an npm package', { packages: join(root, 'test/operate') }],
  ['18 of an npm package', {}],
];
