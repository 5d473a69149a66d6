import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenedStore, openStore } from '@countersign/persistence';
import Database from 'better-sqlite3';
import { migratedSqlite, optionsFor } from '../../support/migrated-database.js';
import type { TestDatabase } from './database.js';

/** The content of the databases that were kept last, by key. */
const copies = new Map<string, Buffer>();
const MOST_KEPT = 8;

function keep(key: string, path: string): void {
  const database = new Database(path);
  try {
    copies.set(key, database.serialize());
  } finally {
    database.close();
  }
  const [oldest] = copies.keys();
  if (copies.size > MOST_KEPT && oldest !== undefined) copies.delete(oldest);
}

/**
 * A database in a folder of its own: a copy of what was kept under this key, else a migrated one. `close` closes what was
 * opened on it and removes the folder.
 */
export async function sqliteDatabase(key?: string): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-store-'));
  const path = join(folder, 'data', 'countersign.db');
  const copied = key === undefined ? undefined : copies.get(key);
  const url = await migratedSqlite(path, copied);
  const opened: OpenedStore[] = [];
  return {
    engine: 'sqlite',
    isCopy: copied !== undefined,
    keepAs: (name) => keep(name, path),
    url,
    tampering: (table) => {
      const copy = (columns: string) => `INTO ${table} (${columns}) SELECT ${columns} FROM ${table}`;
      const columns = columnsOf(path, table);
      return [
        `UPDATE ${table} SET rowid = rowid + 1000`,
        `DELETE FROM ${table}`,
        `INSERT OR REPLACE ${copy(columns)}`,
        `REPLACE ${copy(columns)}`,
      ];
    },
    open: async (change) => {
      const store = await openStore(optionsFor(url, change));
      opened.push(store);
      return store;
    },
    raw: async (sql) => {
      const database = new Database(path);
      try {
        const statement = database.prepare(sql);
        if (statement.reader) return statement.all();
        statement.run();
        return [];
      } catch (error) {
        // The driver keeps one error class a process, of whichever test file loaded it last: not our Error.
        throw new Error(String((error as { message: unknown }).message));
      } finally {
        database.close();
      }
    },
    close: async () => {
      for (const store of opened) await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

function columnsOf(path: string, table: string): string {
  const database = new Database(path);
  try {
    const columns = database.pragma(`table_info(${table})`) as { name: string }[];
    return columns.map(({ name }) => name).join(', ');
  } finally {
    database.close();
  }
}
