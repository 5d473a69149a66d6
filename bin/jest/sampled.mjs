/**
 * Which specs run more often in `npm run test:soak` than in `npm test`: those that call test/support/samples.ts, or
 * run on one engine of two. And which specs run once more on an idle machine.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ASKS =
  /\b(?:samples|runs|isFullRun|enginesOf|onlyInSoak|rowsOfEachKind|describeOn|violations(?:InLooks|OfOpenPage)|expectGoodViews)\(/;

/** @returns {string[]} their paths in the repository */
export const sampledSpecs = () => specsThat(ASKS);

/** The specs that hold a deadline (test/support/deadline.ts): `npm run test:alone` holds it exactly. */
export const deadlineSpecs = () => specsThat(/\bonBusyMachine\(/);

function specsThat(pattern) {
  const specs = ['libs', 'apps', 'test/contract', 'test/e2e', 'test/browser'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((path) => path.endsWith('.spec.ts'))
      .map((path) => join(folder, path)),
  );
  return specs.filter((path) => pattern.test(readFileSync(join(root, path), 'utf8')));
}
