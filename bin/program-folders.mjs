import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folders whose TypeScript becomes the programs in dist/, from the root of the repository. The pages are built on their own.
 * Benchmarks use some of what tests use. It needs Node's own modules only, because prepare.mjs runs before anything is installed.
 */
export const programFolders = (root) => [
  ...readdirSync(join(root, 'apps'))
    .filter((app) => app !== 'web')
    .map((app) => `apps/${app}`),
  ...['libs', 'bench', 'test/support', 'test/factories', 'test/fakes', 'test/e2e', 'test/contract'],
];
