/**
 * Which specs `npm run test:soak` runs: those that do more there than in `npm test`, because they call test/support/samples.ts or
 * run on one engine of two there; and those that only the soak runs, `*.soak.spec.ts`. And which specs run once more on an idle
 * machine.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ASKS =
  /\b(?:samples|runs|isFullRun|enginesOf|onlyInSoak|rowsOfEachKind|describeOn|describeUseCase|violations(?:InLooks|OfOpenPage)|expectGoodViews)\(/;

/** The specs that only the soak runs. */
export const SOAK_ONLY = /\.soak\.spec\.ts$/;

/** @returns {string[]} their paths in the repository */
export const soakSpecs = () => specsThat((path, text) => SOAK_ONLY.test(path) || ASKS.test(text));

/** The specs that hold a deadline (test/support/deadline.ts): `npm run test:alone` holds it exactly. */
export const deadlineSpecs = () => specsThat((_, text) => /\bonBusyMachine\(/.test(text));

function specsThat(holds) {
  const specs = ['libs', 'apps', 'test/contract', 'test/e2e', 'test/browser'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((path) => path.endsWith('.spec.ts'))
      .map((path) => join(folder, path)),
  );
  return specs.filter((path) => holds(path, readFileSync(join(root, path), 'utf8')));
}
