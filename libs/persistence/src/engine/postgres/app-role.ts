import type { EntityManager } from 'typeorm';
import { StoreError } from '../../errors.js';
import { codeOf } from '../../failures.js';
import { APP_ROLE, LOGIN_ROLE } from './row-security.js';

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
    if (known.length === 0) await tryStatement(manager, `CREATE ROLE ${APP_ROLE} NOLOGIN`, DUPLICATE);
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
  const became = await tryStatement(manager, `SET LOCAL ROLE ${APP_ROLE}`, new Set(['42501']));
  if (became) await manager.query('RESET ROLE');
  return became;
}

/** Runs a statement whose failure by one of these codes leaves the transaction as it was. */
async function tryStatement(
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

const LOGIN_ATTRIBUTES = 'LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';
/** The statements that an administrator runs if `migrate` may not. */
export const MAKE_LOGIN = `CREATE ROLE ${LOGIN_ROLE} ${LOGIN_ATTRIBUTES}; GRANT ${APP_ROLE} TO ${LOGIN_ROLE}`;
const NOT_ALLOWED = '42501';

/**
 * Makes the separate login of the brokers, once per server, without a password. If this login may not make roles, nothing
 * changes: then an administrator makes it, and `doctor` says so.
 */
export async function ensureLoginRole(manager: EntityManager): Promise<void> {
  const [found] = await manager.query<{ member: boolean }[]>(
    `SELECT pg_has_role(oid, '${APP_ROLE}', 'MEMBER') AS member FROM pg_roles WHERE rolname = $1`,
    [LOGIN_ROLE],
  );
  if (found?.member === true) return;
  // Another database's migration on this server may be quicker.
  const expected = new Set([...DUPLICATE, NOT_ALLOWED]);
  if (found === undefined)
    await tryStatement(manager, `CREATE ROLE ${LOGIN_ROLE} ${LOGIN_ATTRIBUTES}`, expected);
  // Without the role there is nothing to grant to.
  await tryStatement(manager, `GRANT ${APP_ROLE} TO ${LOGIN_ROLE}`, new Set([...expected, '42704', 'XX000']));
}

/**
 * True if this connection's login can become no more than the brokers' role. What it may become is what an injected
 * `RESET ROLE` or `SET ROLE` would give.
 */
export async function isLoginSeparate(manager: EntityManager): Promise<boolean> {
  const [login] = await manager.query<{ isSeparate: boolean }[]>(
    `SELECT NOT (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolreplication)
        AND NOT EXISTS (
          SELECT 1 FROM pg_roles other
          WHERE other.rolname NOT IN ('${APP_ROLE}', session_user) AND pg_has_role(r.oid, other.oid, 'MEMBER'))
        AND NOT EXISTS (
          SELECT 1 FROM pg_class c WHERE c.relowner = r.oid AND c.relnamespace = current_schema()::regnamespace) AS "isSeparate"
     FROM pg_roles r WHERE r.rolname = session_user`,
  );
  return login?.isSeparate === true;
}
