import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import pg from 'pg';
import { root } from '../../test/support/root.js';
import type { SeedTarget } from '../../test/support/seed/seed.js';
import { removeFolder, tempFolder } from '../../test/support/temp-folder.js';
import type { Closing } from './closing.js';
import { cpuMicrosecondsWithChildren } from './cpu.js';

/** A plain connection beside the store's own, for bulk loads and for rivals. */
export interface BareConnection extends SeedTarget {
  /** Durably inserts rows of one text each into `table (value)`, in one transaction. */
  insertTexts(table: string, texts: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** One kind of store, for rows that are measured on each. */
export interface BenchEngine {
  name: 'SQLite' | 'PostgreSQL';
  /** The URL of a database of its own, empty, whose commits reach the disk. */
  database(closing: Closing): Promise<string>;
  connect(url: string): Promise<BareConnection>;
  /** Processor time of the database's own processes so far; 0 where it runs inside ours. */
  cpuMicroseconds(): number;
}

export const sqlite: BenchEngine = {
  name: 'SQLite',
  async database(closing) {
    const folder = await tempFolder('bench');
    closing.add(() => removeFolder(folder));
    return `sqlite:${join(folder, 'countersign.db')}`;
  },
  async connect(url) {
    const database = new Database(url.slice('sqlite:'.length));
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    return {
      engine: 'sqlite',
      run: async (sql) => void database.exec(sql),
      all: async (sql) => database.prepare(sql).all() as Record<string, unknown>[],
      insertTexts: async (table, texts) => {
        const insert = database.prepare(`INSERT INTO ${table} (value) VALUES (?)`);
        database.transaction(() => {
          for (const text of texts) insert.run(text);
        })();
      },
      close: async () => void database.close(),
    };
  },
  cpuMicroseconds: () => 0,
};

interface ServerOptions {
  bin?: string;
  /** With all defaults of its package; else as a site that has set it up for many connections. */
  asItComes?: boolean;
  settings?: Record<string, string>;
}

/** A kind of PostgreSQL server. Each database is a server of its own. */
export function postgresOf(options: ServerOptions = {}): BenchEngine {
  /** Of the server that was started last. */
  let pid = 0;
  return {
    name: 'PostgreSQL',
    async database(closing) {
      const file = pathToFileURL(join(root, 'test/support/postgres/server.mjs')).href;
      const { startPostgres } = (await import(file)) as {
        startPostgres(
          options: ServerOptions & { durable: boolean },
        ): Promise<{ url: string; pid: number; stop(): Promise<void> }>;
      };
      const started = await startPostgres({ durable: true, ...options });
      pid = started.pid;
      closing.add(() => started.stop());
      return started.url;
    },
    async connect(url) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return {
        engine: 'postgres',
        run: async (sql) => void (await client.query(sql)),
        all: async (sql) => (await client.query(sql)).rows,
        insertTexts: async (table, texts) => {
          const text = `INSERT INTO ${table} (value) SELECT * FROM unnest($1::text[])`;
          await client.query({ name: `insert-${table}`, text, values: [texts] });
        },
        close: () => client.end(),
      };
    },
    cpuMicroseconds: () => cpuMicrosecondsWithChildren(pid),
  };
}

export const postgres: BenchEngine = postgresOf();

export const ENGINES: readonly BenchEngine[] = [sqlite, postgres];
