import type { EntityManager } from 'typeorm';
import { StoreError } from '../../errors.js';
import { codeOf } from '../../failures.js';
import { APP_ROLE } from './row-security.js';

const DUPLICATE = new Set(['42710', '23505']);

/**
 * Makes the role that brokers work as, once per server, and lets this login become it.
 *
 * @throws StoreError `role_missing` if the login may not: then an administrator has to do it, once
 */
export async function ensureAppRole(manager: EntityManager): Promise<void> {
  try {
    const known = await manager.query<unknown[]>('SELECT 1 FROM pg_roles WHERE rolname = $1', [APP_ROLE]);
    // Databases of one server share its roles: another one's migration may be quicker.
    if (known.length === 0) await tried(manager, `CREATE ROLE ${APP_ROLE} NOLOGIN`, DUPLICATE);
    if (!(await canBecome(manager))) await manager.query(`GRANT ${APP_ROLE} TO CURRENT_USER`);
  } catch (error) {
    throw new StoreError(
      'role_missing',
      `This login may not make the role of the brokers (${codeOf(error)}). Let an administrator of the server run: ` +
        `CREATE ROLE ${APP_ROLE} NOLOGIN; GRANT ${APP_ROLE} TO <this login>.`,
    );
  }
}

/** Asked by trying: what membership allows differs between versions of PostgreSQL. */
async function canBecome(manager: EntityManager): Promise<boolean> {
  const became = await tried(manager, `SET LOCAL ROLE ${APP_ROLE}`, new Set(['42501']));
  if (became) await manager.query('RESET ROLE');
  return became;
}

/** Runs a statement whose failure by one of these codes leaves the transaction as it was. */
async function tried(
  manager: EntityManager,
  statement: string,
  expected: ReadonlySet<string>,
): Promise<boolean> {
  await manager.query('SAVEPOINT attempt');
  try {
    await manager.query(statement);
    return true;
  } catch (error) {
    if (!expected.has(codeOf(error))) throw error;
    await manager.query('ROLLBACK TO SAVEPOINT attempt');
    return false;
  }
}
