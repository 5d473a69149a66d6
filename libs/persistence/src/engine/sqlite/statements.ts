import { LRUCache } from 'lru-cache';
import type { DataSource } from 'typeorm';
import type { Execute } from '../unit-runner.js';

interface Statement {
  /** Whether it returns rows. */
  readonly reader: boolean;
  /** @param parameters as one list: thousands of arguments would all pass over the stack */
  all(parameters?: unknown[]): Record<string, unknown>[];
  run(parameters?: unknown[]): { changes: number };
}

interface Database {
  readonly inTransaction: boolean;
  prepare(sql: string): Statement;
}

const MOST_PREPARED = 500;
const prepared = new WeakMap<Database, LRUCache<string, Statement>>();

const databaseOf = (source: DataSource): Database =>
  Reflect.get(source.driver, 'databaseConnection') as Database;

function statementOf(database: Database, sql: string): Statement {
  let statements = prepared.get(database);
  if (statements === undefined) {
    statements = new LRUCache({ max: MOST_PREPARED });
    prepared.set(database, statements);
  }
  let statement = statements.get(sql);
  if (statement === undefined) {
    statement = database.prepare(sql);
    statements.set(sql, statement);
  }
  return statement;
}

/** Statements of the driver itself, prepared once. */
export function executeOn(source: DataSource): Execute {
  const database = databaseOf(source);
  return async (sql, parameters) => {
    const statement = statementOf(database, sql);
    // SQLite has no booleans.
    const bound = parameters.map((value) => (typeof value === 'boolean' ? Number(value) : value));
    if (statement.reader) return { rows: statement.all(bound), affected: 0 };
    return { rows: [], affected: statement.run(bound).changes };
  };
}

/** Runs a statement that opens, marks or ends a transaction. @throws the driver's error */
export function control(source: DataSource, sql: string): void {
  const statement = statementOf(databaseOf(source), sql);
  if (statement.reader) statement.all();
  else statement.run();
}

/** Some failures, such as a full disk, end the transaction by themselves. */
export const isInTransaction = (source: DataSource): boolean => databaseOf(source).inTransaction;

/**
 * Copies the write-ahead log into the database file and empties it. Waits for no other process.
 *
 * @returns false if another process is using the log
 */
export function truncateLog(source: DataSource): boolean {
  control(source, 'PRAGMA busy_timeout = 0');
  try {
    const [outcome] = statementOf(databaseOf(source), 'PRAGMA wal_checkpoint(TRUNCATE)').all();
    return outcome?.['busy'] === 0;
  } finally {
    control(source, 'PRAGMA busy_timeout = 5000');
  }
}
