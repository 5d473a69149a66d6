import { type OpenedStore, openStore } from '@countersign/persistence';
import { migratedPostgres, optionsFor } from '../../support/migrated-database.js';
import { withClient } from '../../support/postgres/database.js';
import type { TestDatabase } from './database.js';

/** A migrated database of its own on the test run's server. `close` closes what was opened on it and drops it. */
export async function postgresDatabase(): Promise<TestDatabase> {
  const { url, drop } = await migratedPostgres();
  const opened: OpenedStore[] = [];
  return {
    engine: 'postgres',
    isCopy: false,
    keepAs: () => {},
    url,
    tampering: (table) => [
      `DELETE FROM ${table}`,
      `TRUNCATE ${table} CASCADE`,
      `UPDATE ${table} SET ${FIRST_COLUMN[table]} = ${FIRST_COLUMN[table]}`,
      `INSERT INTO ${table} SELECT * FROM ${table} ON CONFLICT (${KEYS[table]})
       DO UPDATE SET ${FIRST_COLUMN[table]} = excluded.${FIRST_COLUMN[table]}`,
    ],
    open: async (change) => {
      const store = await openStore(optionsFor(url, change));
      opened.push(store);
      return store;
    },
    raw: (sql) => withClient(url, async (client) => (await client.query(sql)).rows),
    close: async () => {
      for (const store of opened) await store.close();
      await drop();
    },
  };
}

const KEYS: Record<string, string> = { events: 'tenant, seq', reviews: 'id', feed_changes: 'seq' };
const FIRST_COLUMN: Record<string, string> = { events: 'leaf', reviews: 'decision', feed_changes: 'ref' };
