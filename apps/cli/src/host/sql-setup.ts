import { existsSync } from 'node:fs';
import { readSpoolEnvironment } from '@countersign/config';
import { databaseAddress, isServiceName } from '@countersign/contract';
import { makeSqlLogin, sqlLoginPath, sqlSetup } from '@countersign/gateway-protocol';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';

export type SqlSetupOptions = { login?: string; replace?: boolean };

/**
 * Makes the login with which the gateway on this host runs SQL in a service's database, and prints the SQL that the database's
 * administrator has to run there once. This command does not connect to the database.
 *
 * @throws CliError `login_exists` unless `--replace` is given; `login_not_written`
 */
export async function setUpSql(
  context: Context,
  service: string,
  upstream: string,
  { login = `countersign_${service.replaceAll('-', '_')}`, replace = false }: SqlSetupOptions,
): Promise<Answer> {
  if (!isServiceName(service)) throw usageError('the first argument is the name of a service');
  if (databaseAddress(upstream) === undefined)
    throw usageError('the second argument is the upstream of the service: postgres://HOST[:PORT]/DATABASE');
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(login))
    throw usageError('--login is a role of PostgreSQL: lower-case letters, digits and _');
  const { spoolDir } = readSpoolEnvironment(context.io.env);
  const path = sqlLoginPath(spoolDir, service);
  if (!replace && existsSync(path))
    throw new CliError(
      'login_exists',
      `there is a login for ${service}; --replace makes another one, and statements are refused until the database has it`,
    );
  const sqlLogin = await makeSqlLogin(spoolDir, service, { upstream, login }).catch((cause: unknown) => {
    throw new CliError('login_not_written', `${path} cannot be written`, { exit: 2, cause });
  });
  context.note(`The login is in ${path}. Run what follows in the database, once.`);
  const sql = sqlSetup(sqlLogin);
  return { document: { service, login, sql }, text: sql.trimEnd() };
}
