/**
 * Specs that begin with a tag run in further projects: `@soak` also in the soak, which does more in them than `npm test`, and
 * `@alone` also in `npm run test:alone`. test/support/tags.ts fails the specs that lack one.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extract, parse } from 'jest-docblock';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @returns {string[]} the paths of the specs with a tag, as jest's `testMatch` takes them */
export const taggedSpecs = (tag) =>
  ['libs', 'apps', 'test/contract', 'test/e2e', 'test/browser']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true }).map((path) => join(folder, path)),
    )
    .filter((path) => path.endsWith('.spec.ts'))
    .filter((path) => tag in parse(extract(readFileSync(join(root, path), 'utf8'))))
    .map((path) => `<rootDir>/${path}`);
