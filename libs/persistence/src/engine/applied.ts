import { StoreError } from '../errors.js';
import { MIGRATIONS } from '../migrations/index.js';

/** Names of all migrations of this version, in their order. */
export const allMigrations = (): string[] => MIGRATIONS.map((Migration) => new Migration().name);

/**
 * Those of this version's migrations that a database lacks.
 *
 * @param applied names that the database says were applied
 * @throws StoreError `schema_too_new` if it has others: another version of the program has migrated it
 */
export function lacking(applied: Iterable<string>): string[] {
  const done = new Set(applied);
  const names = allMigrations();
  const unknown = [...done].filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new StoreError(
      'schema_too_new',
      `The database has migrations that this version does not know: ${unknown.join(', ')}. Install the version that made them, or a newer one.`,
    );
  return names.filter((name) => !done.has(name));
}
