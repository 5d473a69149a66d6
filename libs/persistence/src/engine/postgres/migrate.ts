import { type DataSource, type EntityManager, MigrationExecutor } from 'typeorm';
import { StoreError } from '../../errors.js';
import { codeOf, withoutValues } from '../../failures.js';
import { allMigrations, lacking } from '../applied.js';
import { ensureDeployment } from '../deployment.js';
import { type MigrateOptions, migrationsPending } from '../engine.js';
import { Sealer } from '../secrets/seal.js';
import { HOLD_MIGRATION } from './advisory-locks.js';
import { ensureAppRole, ensureLoginRole, isLoginSeparate } from './app-role.js';
import { beginRead, DURABLE, reachSettings, TIMEOUTS } from './begin.js';
import { openPool, PATIENT } from './data-source.js';
import { APP_ROLE, secure, unsecure } from './row-security.js';
import { transaction } from './transactions.js';

/**
 * Functions are made with this search path, so that no temporary table can stand in for the one that they mean.
 * The reach is the vendor's: row-level security binds the owner of the tables too.
 */
const BEGIN = [
  'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE',
  TIMEOUTS,
  'SET LOCAL lock_timeout = 0',
  DURABLE,
  reachSettings('all-tenants'),
  HOLD_MIGRATION,
  `SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)`,
].join('; ');

export async function migratePostgres(url: string, options: MigrateOptions): Promise<string[]> {
  const sealer = new Sealer(options.masterKey, options.random);
  const source = await openPool(url, 2, PATIENT);
  try {
    return await transaction(source, BEGIN, async (manager) => {
      const pending = await unapplied(manager);
      const { ids, clock } = options;
      const prepare = () => ensureDeployment(manager, { sealer, ids, clock });
      const isUpToDate = pending.length === 0 && (await hasRules(manager));
      await (isUpToDate ? prepare() : bringUp(source, manager, prepare));
      await ensureLoginRole(manager);
      return pending;
    });
  } finally {
    await source.destroy();
  }
}

/**
 * Runs the work in one transaction across tenants, as the owner of the tables: for what no broker may do.
 *
 * @throws StoreError `role_missing` if the login does not own them
 */
export async function asPostgresOwner<T>(
  url: string,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const source = await openPool(url, 1, PATIENT);
  try {
    if ((await pendingIn(source)).length > 0) throw migrationsPending();
    if (await isLoginSeparate(source.manager))
      throw new StoreError(
        'role_missing',
        'Only the owner of the database may do this: use the URL with which you migrate.',
      );
    return await transaction(source, BEGIN, work);
  } finally {
    await source.destroy();
  }
}

export async function pendingOnPostgres(url: string): Promise<string[]> {
  const source = await openPool(url, 1);
  try {
    return await pendingIn(source);
  } finally {
    await source.destroy();
  }
}

/** As `unapplied`, for a login that has rights only as the brokers' role. */
export const pendingIn = async (source: DataSource): Promise<string[]> => {
  try {
    return await unapplied(source.manager);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'role_missing') throw error;
    return transaction(source, beginRead('all-tenants'), unapplied).catch(() => Promise.reject(error));
  }
};

const hasMigrations = async (manager: EntityManager): Promise<boolean> => {
  const [table] = await manager.query<{ found: boolean }[]>(
    `SELECT to_regclass('migrations') IS NOT NULL AS found`,
  );
  return table?.found === true;
};

/** @throws StoreError `schema_too_new` where a newer version of the program has migrated it, `role_missing` */
export async function unapplied(manager: EntityManager): Promise<string[]> {
  if (!(await hasMigrations(manager))) return allMigrations();
  return lacking(await applied(manager));
}

async function applied(manager: EntityManager): Promise<string[]> {
  try {
    const rows = await manager.query<{ name: string }[]>('SELECT name FROM migrations');
    return rows.map((row) => row.name);
  } catch (error) {
    if (codeOf(error) !== '42501') throw withoutValues(error);
    throw new StoreError(
      'role_missing',
      `This login may not work as the brokers do. Let the owner of the database run: GRANT ${APP_ROLE} TO <this login>.`,
    );
  }
}

/** False for a database that `pg_restore` has made on another server: a backup has no roles and no rights. */
const hasRules = async (manager: EntityManager): Promise<boolean> => {
  const [found] = await manager.query<{ has: boolean }[]>(
    `SELECT COALESCE(has_table_privilege(to_regrole('${APP_ROLE}')::oid, 'deployment', 'SELECT'), false) AS has`,
  );
  return found?.has === true;
};

/** Takes the rules away, changes the schema and puts the rules of this version in force. */
async function bringUp(
  source: DataSource,
  manager: EntityManager,
  prepare: () => Promise<void>,
): Promise<void> {
  const runner = manager.queryRunner;
  if (runner === undefined) throw new StoreError('database_failed', 'A migration needs its own connection.');
  await ensureAppRole(manager);
  for (const statement of unsecure(await policies(manager))) await manager.query(statement);
  const executor = new MigrationExecutor(source, runner);
  // The transaction is ours: role, schema and rules come together or not at all.
  executor.transaction = 'none';
  await executor.executePendingMigrations();
  await sortByBytes(manager);
  await prepare();
  for (const statement of secure()) await manager.query(statement);
}

const policies = (manager: EntityManager) =>
  manager.query<{ table: string; policy: string }[]>(
    `SELECT tablename AS "table", policyname AS policy FROM pg_policies
     WHERE schemaname = current_schema() AND policyname LIKE 'countersign\\_%'`,
  );

/** Migrations name no collation, SQLite has none by that name: here each text column gets the one of its bytes. */
async function sortByBytes(manager: EntityManager): Promise<void> {
  const columns = await manager.query<{ table: string; column: string; type: string }[]>(
    `SELECT table_name AS "table", column_name AS "column", data_type AS type FROM information_schema.columns
     WHERE table_schema = current_schema() AND table_name = ANY ($1)
       AND data_type IN ('character varying', 'text') AND collation_name IS DISTINCT FROM 'C'`,
    [manager.dataSource.entityMetadatas.map(({ tableName }) => tableName)],
  );
  for (const name of new Set(columns.map(({ table }) => table))) {
    const changes = columns
      .filter(({ table }) => table === name)
      .map(({ column, type }) => `ALTER COLUMN "${column}" TYPE ${type} COLLATE "C"`);
    await manager.query(`ALTER TABLE "${name}" ${changes.join(', ')}`);
  }
}
