import { StoreError } from '../../errors.js';
import { closeSource, openSource } from './data-source.js';
import { exists } from './migrate.js';

/**
 * Copies the file together with what is still in its write-ahead log: a plain copy of the file lacks that, up to 32 MiB of the newest
 * changes, and nothing in it shows that they are missing.
 */
export async function backUpSqlite(path: string, file: string): Promise<void> {
  if (!(await exists(path)))
    throw new StoreError('database_missing', 'There is no database file yet: run `countersign migrate`.');
  const source = await openSource(path, 'write');
  try {
    await source.query('VACUUM INTO ?', [file]);
  } catch (error) {
    throw new StoreError(
      'backup_failed',
      'The backup could not be written. Check that its disk has room for a copy of the database.',
      error,
    );
  } finally {
    await closeSource(source, path);
  }
}
