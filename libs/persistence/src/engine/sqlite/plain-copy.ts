import { existsSync } from 'node:fs';
import { runningBrokers } from '../../repositories/continuity.js';
import { placeOf } from '../url.js';
import { closeSource, openSource } from './data-source.js';
import { exists, unapplied } from './migrate.js';

/**
 * Whether the database is an SQLite file that was copied while a broker ran: by a plain `cp`, which leaves out the newest changes, or by
 * a proper backup. Brokers that run are rows of the file, and their write-ahead log lies beside it, also after a crash.
 *
 * Call it before the database is opened.
 *
 * @throws StoreError `invalid_url`, `database_unreadable`
 */
export async function isCopyOfRunning(url: string): Promise<boolean> {
  const place = placeOf(url);
  if (place.engine === 'postgres' || existsSync(`${place.path}-wal`)) return false;
  if (!(await exists(place.path))) return false;
  const source = await openSource(place.path, 'write');
  try {
    if ((await unapplied(source)).length > 0) return false;
    return (await runningBrokers(source.manager, '')).length > 0;
  } finally {
    await closeSource(source, place.path);
  }
}
