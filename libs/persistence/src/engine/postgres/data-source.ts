import type { DataSource } from 'typeorm';
import { StoreError } from '../../errors.js';
import { codeOf } from '../../failures.js';
import { EntitySource } from '../entity-source.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** Timeout of a statement's answer: longer than the lock timeout, and shorter than TCP takes to notice that a host has vanished. */
const ANSWER_TIMEOUT_MS = 20_000;
/** For idle connections; the system's default of two hours is too long for a listener. */
const KEEP_ALIVE_AFTER_MS = 10_000;

const TEXTS = new Set<unknown>(['varchar', 'text']);

/** Settings of each connection. Poolers refuse others that the server would have to know: transactions set those (`begin.ts`). */
export const CONNECTION = {
  application_name: 'countersign',
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  query_timeout: ANSWER_TIMEOUT_MS,
  // Statements are sent before the previous ones are answered; the server answers them in order.
  pipeline: true,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
};

/** For migrations, whose statements take as long as the tables are large. */
export const PATIENT = { ...CONNECTION, query_timeout: 0 };

/**
 * A pool of connections to a PostgreSQL database.
 *
 * @param url `postgres://…` with the options that `pg` knows, `sslmode` among them
 * @param poolSize connections at most
 * @param extra settings of each connection
 * @throws StoreError `database_unreadable`
 */
export async function openPool(
  url: string,
  poolSize: number,
  extra: object = CONNECTION,
): Promise<DataSource> {
  const source = new EntitySource({
    type: 'postgres',
    url,
    synchronize: false,
    logging: false,
    // The default one prints what failed in a migration, whatever `logging` says; errors say it to the caller.
    logger: 'debug',
    poolSize,
    installExtensions: false,
    extra,
    // An idle connection that breaks leaves the pool; the next unit opens another, or fails.
    poolErrorHandler: () => {},
  });
  try {
    await source.initialize();
  } catch (error) {
    throw unreachable(error);
  }
  // Text is sorted and compared by its bytes on each engine, whatever the database's own language.
  for (const { columns } of source.entityMetadatas)
    for (const column of columns) if (TEXTS.has(column.type)) column.collation = 'C';
  return source;
}

/** The cause stays behind: what the driver says of a connection may repeat the URL, and that has a password. */
export const unreachable = (error: unknown): StoreError =>
  new StoreError(
    'database_unreadable',
    `The PostgreSQL database cannot be reached (${codeOf(error) || 'unknown'}).`,
  );
