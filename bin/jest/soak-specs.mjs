/**
 * Which specs `npm run test:soak` runs: those that only it runs (`*.soak.spec.ts`), and those that do more there than in
 * `npm test`. Such a spec calls a function of test/support/samples.ts, or one that runs it on both kinds of store or in all looks of
 * a page. Also which specs `npm run test:alone` runs again, on an idle machine.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Imports a function of samples.ts. The counts themselves are the same in each run. */
const USES_SAMPLES = /import \{(?! SAMPLES \})[^}]+\} from '[^']*\/support\/samples\.js'/;
/** Helpers that use samples.ts. */
const USES_HELPERS =
  /\b(?:enginesOf|describeOn|describeUseCase|violations(?:InLooks|OfOpenPage)|expectGoodViews)\(/;

/** The specs that only the soak runs. */
export const SOAK_ONLY = /\.soak\.spec\.ts$/;

/** @returns {string[]} their paths in the repository */
export const soakSpecs = () =>
  specsThat((path, text) => SOAK_ONLY.test(path) || USES_SAMPLES.test(text) || USES_HELPERS.test(text));

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
