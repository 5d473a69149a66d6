import { migrate, type OpenedStore, openStore } from '@countersign/persistence';
import { emptyDatabase, serverUrl, withClient } from '../../support/postgres/database.js';
import type { TestDatabase } from './database.js';
import { optionsFor } from './options.js';

const TEMPLATE = 'countersign_template';
const TEMPLATE_LOCK = 42;

/** The first to need it migrates one database; all others are copies of it. */
async function migratedTemplate(): Promise<string> {
  await withClient(serverUrl(), async (client) => {
    await client.query(`SELECT pg_advisory_lock(${TEMPLATE_LOCK})`);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [TEMPLATE]);
    if (rowCount === 1) return;
    await client.query(`CREATE DATABASE ${TEMPLATE}_new TEMPLATE template0`);
    await migrate(optionsFor(serverUrl(`${TEMPLATE}_new`)));
    await client.query(`ALTER DATABASE ${TEMPLATE}_new RENAME TO ${TEMPLATE}`);
  });
  return TEMPLATE;
}

/** A migrated database of its own on the test run's server. `close` closes what was opened on it and drops it. */
export async function postgresDatabase(): Promise<TestDatabase> {
  const { url, drop } = await emptyDatabase(await migratedTemplate());
  const opened: OpenedStore[] = [];
  return {
    engine: 'postgres',
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
