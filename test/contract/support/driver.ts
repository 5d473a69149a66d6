import Database from 'better-sqlite3';
import pg from 'pg';

/** A statement on its way to the database. */
export interface SentStatement {
  sql: string;
  /** PostgreSQL alone. */
  name?: string | undefined;
  client?: pg.Client;
}

/** The class of SQLite's prepared statements. */
const prepared = Object.getPrototypeOf(new Database(':memory:').prepare('SELECT 1')) as {
  run(...parameters: unknown[]): unknown;
};

/**
 * Sees the statements of this process while the work runs: on PostgreSQL all of them, on SQLite those without parameters
 * that return no row, such as COMMIT.
 *
 * @param see may return a statement that PostgreSQL gets instead of one that is sent as plain text
 */
export async function withStatements<T>(
  see: (statement: SentStatement) => string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (this: pg.Client, ...[first, ...rest]: unknown[]) {
    const { text, name } = typeof first === 'string' ? { text: first } : (first as pg.QueryConfig);
    const instead = see({ sql: text, name, client: this });
    return Reflect.apply(query, this, [typeof first === 'string' ? (instead ?? first) : first, ...rest]);
  } as typeof query;
  const { run } = prepared;
  prepared.run = function (this: { source: string }, ...parameters: unknown[]) {
    if (parameters.length === 0) see({ sql: this.source });
    return Reflect.apply(run, this, parameters);
  };
  try {
    return await work();
  } finally {
    pg.Client.prototype.query = query;
    prepared.run = run;
  }
}

/** Makes the first of these statements fail while the work runs. */
export function failingOnce<T>(which: RegExp, work: () => Promise<T>): Promise<T> {
  let hasFailed = false;
  return withStatements(({ sql, client }) => {
    if (hasFailed || !which.test(sql)) return undefined;
    hasFailed = true;
    if (client === undefined) throw new Error('The disk is full.');
    return 'SELECT 1 / 0';
  }, work);
}
