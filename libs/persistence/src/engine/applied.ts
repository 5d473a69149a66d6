import { StoreError } from '../errors.js';
import { MIGRATIONS } from '../migrations/index.js';

/** Names of all migrations of this version, in their order. */
export const allMigrations = (): string[] => MIGRATIONS.map((Migration) => new Migration().name);

/**
 * Those of this version's migrations that a database lacks.
 *
 * @param applied names that the database says were applied
 * @throws StoreError `schema_too_new` if another version of the program has migrated it: a newer one, or one from before
 *   today's first migration, which has replaced all those before it
 */
export function lacking(applied: Iterable<string>): string[] {
  const done = new Set(applied);
  const names = allMigrations();
  const unknown = [...done].filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new StoreError(
      'schema_too_new',
      made(
        unknown,
        names.some((name) => done.has(name)),
      ),
    );
  return names.filter((name) => !done.has(name));
}

/** @param isKnown whether the database also has migrations of this version */
const made = (unknown: readonly string[], isKnown: boolean): string =>
  isKnown
    ? `The database has migrations of a newer version: ${unknown.join(', ')}. Install that version, or a newer one.`
    : `The database was made by a version from before the first release, whose migrations (${unknown.join(', ')}) this version does not have. It cannot be migrated: start with an empty database, or use the version that made it.`;
