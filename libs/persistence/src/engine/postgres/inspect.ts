import type { ClientBase } from 'pg';
import type { EntityManager } from 'typeorm';
import { isLoginSeparate } from './app-role.js';
import { beginRead } from './begin.js';
import { openPool } from './data-source.js';
import { isPooled } from './listener.js';
import { transaction } from './transactions.js';

/** Settings of the server that matter, as a unit of work sees them. */
const SETTINGS = [
  'server_version',
  'jit',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'fsync',
  'full_page_writes',
  'autovacuum',
] as const;

/** What the host's operator should know about a PostgreSQL database. */
export interface PostgresFacts {
  /** The login of the URL can become no more than the brokers' role. */
  hasSeparateLogin: boolean;
  /** A pooler answers in place of the server. It carries no notifications. */
  isPooled: boolean;
  settings: Record<(typeof SETTINGS)[number], string>;
}

/** @throws StoreError `database_unreadable` */
export async function inspect(url: string): Promise<PostgresFacts> {
  const source = await openPool(url, 1);
  try {
    const hasSeparateLogin = await isLoginSeparate(source.manager);
    const facts = await transaction(source, beginRead('all-tenants'), async (manager) => ({
      isPooled: await isPooled((await manager.queryRunner?.connect()) as ClientBase),
      settings: await settingsOf(manager),
    }));
    return { hasSeparateLogin, ...facts };
  } finally {
    await source.destroy();
  }
}

async function settingsOf(manager: EntityManager): Promise<PostgresFacts['settings']> {
  const columns = SETTINGS.map((name) => `current_setting('${name}') AS ${name}`).join(', ');
  const [row] = await manager.query<PostgresFacts['settings'][]>(`SELECT ${columns}`);
  return row as PostgresFacts['settings'];
}
