import { DataSource, MigrationExecutor, type MigrationInterface, type QueryRunner } from 'typeorm';
import { secure, TABLES, unsecure } from '../../../libs/persistence/src/engine/postgres/row-security.js';
import { ENTITIES } from '../../../libs/persistence/src/entities/index.js';
import { MIGRATIONS } from '../../../libs/persistence/src/migrations/index.js';

/** How many migrations there are: a database of each earlier release has run the first so many of them. */
export const RELEASES = MIGRATIONS.length;

/** A migration that comes after the newest, for tests of the way there alone. */
class Later9999000000000 implements MigrationInterface {
  readonly name = 'Later9999000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE requests ADD COLUMN colour varchar');
    await runner.query("UPDATE requests SET colour = 'green'");
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted'));
  }
}

/** Has this version of the program one more migration, while the work runs. @returns what the work returns */
export async function withOneMore<T>(work: () => Promise<T>): Promise<T> {
  MIGRATIONS.push(Later9999000000000);
  try {
    return await work();
  } finally {
    MIGRATIONS.splice(MIGRATIONS.indexOf(Later9999000000000), 1);
  }
}

/** Brings a database to what the first so many migrations make of it, rules of rows included. */
export async function upTo(url: string, release: number): Promise<void> {
  const source = await new DataSource({
    ...(url.startsWith('sqlite:')
      ? { type: 'better-sqlite3', database: url.slice('sqlite:'.length) }
      : { type: 'postgres', url, installExtensions: false }),
    entities: ENTITIES,
    migrations: MIGRATIONS.slice(0, release),
    synchronize: false,
  }).initialize();
  const runner = source.createQueryRunner();
  try {
    const postgres = source.options.type === 'postgres';
    await runner.query(postgres ? 'BEGIN' : 'BEGIN IMMEDIATE');
    if (postgres) for (const sql of await rulesToTake(runner)) await runner.query(sql);
    const executor = new MigrationExecutor(source, runner);
    executor.transaction = 'none';
    await executor.executePendingMigrations();
    if (postgres) for (const sql of await rulesToGive(runner)) await runner.query(sql);
    await runner.query('COMMIT');
  } finally {
    await runner.release();
    await source.destroy();
  }
}

type Runner = ReturnType<DataSource['createQueryRunner']>;

const rulesToTake = async (runner: Runner): Promise<string[]> =>
  unsecure(
    await runner.query(
      `SELECT tablename AS "table", policyname AS policy FROM pg_policies WHERE policyname LIKE 'countersign\\_%'`,
    ),
  );

/** An earlier release knew the rules of its own tables and columns alone. */
async function rulesToGive(runner: Runner): Promise<string[]> {
  const rows: { table: string; column: string }[] = await runner.query(
    `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
     WHERE table_schema = current_schema()`,
  );
  const there = new Set(rows.map(({ table }) => table));
  const known = new Set(rows.map(({ table, column }) => `${table}.${column}`));
  const missing = Object.keys(TABLES).filter((table) => !there.has(table));
  const names = (sql: string) => missing.some((table) => new RegExp(`\\b${table}\\b`).test(sql));
  const withoutUnknown = (sql: string) =>
    sql.replace(/UPDATE \(([^)]*)\) ON (\w+)/, (_, columns: string, table: string) => {
      const left = columns.split(', ').filter((column) => known.has(`${table}.${column}`));
      return `UPDATE (${left.join(', ')}) ON ${table}`;
    });
  return secure()
    .filter((sql) => !names(sql))
    .map(withoutUnknown);
}
