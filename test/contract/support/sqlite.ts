import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, type OpenedStore, openStore, type StoreOptions } from '@countersign/persistence';
import Database from 'better-sqlite3';
import { optionsFor } from './options.js';

/** A database as a suite uses it. `raw` goes around the store, as the next script would. */
export interface TestDatabase {
  url: string;
  /** The folder that the suite may look into. */
  folder: string;
  open(change?: Partial<StoreOptions>): Promise<OpenedStore>;
  raw(sql: string): Promise<unknown[]>;
  close(): Promise<void>;
}

/** A migrated database in a folder of its own. `close` closes what was opened on it and removes the folder. */
export async function sqliteDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-store-'));
  const path = join(folder, 'data', 'countersign.db');
  const url = `sqlite:${path}`;
  await migrate(optionsFor(url));
  const opened: OpenedStore[] = [];
  return {
    url,
    folder: join(folder, 'data'),
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
