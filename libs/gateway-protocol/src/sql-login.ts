import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatabaseAddress, databaseAddress, isServiceName } from '@countersign/contract';
import { z } from 'zod';
import { readAtMost, writeFileDurably } from './durable-file.js';

/**
 * How this host signs in to the database of a service of kind `postgres`: `sql/SERVICE.json` (mode 0600) in the spool folder,
 *
 *     {"v":1,"upstream":"postgres://db.internal/billing","login":"countersign_billing","password":"…","tenantKey":"…"}
 *
 * `upstream` is the only address at which the login is used. The feed names the address of a service too, but a broker that was taken
 * over could name a server of its own there, and must not get the login.
 * `tenantKey` is 32 random bytes in base64url. With it the gateway proves to the database which tenant a transaction is for
 * (`tenantProof`). The broker has neither password nor key. Without `password`, the login uses a
 * client certificate.
 */
const loginFile = z.strictObject({
  v: z.literal(1),
  upstream: z.string().refine((text) => databaseAddress(text) !== undefined),
  login: z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/),
  password: z.string().min(1).max(200).exactOptional(),
  tenantKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});
export type SqlLogin = z.infer<typeof loginFile>;

const MAX_BYTES = 64 * 1024;
const HMAC_BLOCK = 64;
const SCRAM_ITERATIONS = 4096;

/** The file of a service's login. Throws RangeError for an invalid service name, because the name becomes a part of a path. */
export function sqlLoginPath(spoolDir: string, service: string): string {
  if (!isServiceName(service)) throw new RangeError('not the name of a service');
  return join(spoolDir, 'sql', `${service}.json`);
}

/** Reads the login of a service. Throws the file system's error, or an error about the file's form. */
export async function readSqlLogin(spoolDir: string, service: string): Promise<SqlLogin> {
  return loginFile.parse(JSON.parse(await readAtMost(sqlLoginPath(spoolDir, service), MAX_BYTES)));
}

/** Makes a login with a new password and a new key. It replaces an existing one. Throws the file system's error. */
export async function makeSqlLogin(
  spoolDir: string,
  service: string,
  { upstream, login }: Pick<SqlLogin, 'upstream' | 'login'>,
): Promise<SqlLogin> {
  const secret = () => randomBytes(32).toString('base64url');
  const sqlLogin = loginFile.parse({ v: 1, upstream, login, password: secret(), tenantKey: secret() });
  const path = sqlLoginPath(spoolDir, service);
  await mkdir(join(spoolDir, 'sql'), { recursive: true, mode: 0o700 });
  await writeFileDurably(path, JSON.stringify(sqlLogin), 0o600);
  return sqlLogin;
}

/** Whether a login may be used at this address. */
export function isLoginFor({ upstream }: SqlLogin, address: DatabaseAddress): boolean {
  const own = databaseAddress(upstream);
  return own?.host === address.host && own.port === address.port && own.database === address.database;
}

/** What one transaction of one server process is for. */
type SqlTransaction = {
  database: string;
  /** Process id of the server's backend. */
  pid: string;
  /** When the transaction began, as the server writes it: seconds since the epoch with microseconds. */
  began: string;
  tenant: string;
};

/**
 * HMAC-SHA-256 with the host's key, in lower-case hex, over five lines without a final line feed:
 *
 *     countersign-sql-v1 ⏎ database ⏎ pid ⏎ began ⏎ tenant
 *
 * It is valid in one transaction of one backend. Only the function that `sqlSetup` creates can check it, and no statement can
 * make one for another tenant.
 */
export function tenantProof({ tenantKey }: SqlLogin, at: SqlTransaction): string {
  const message = ['countersign-sql-v1', at.database, at.pid, at.began, at.tenant].join('\n');
  return createHmac('sha256', Buffer.from(tenantKey, 'base64url')).update(message).digest('hex');
}

/** The setting that carries tenant and proof: `acme.<hex>`. */
export const TENANT_SETTING = 'countersign.tenant';

/**
 * The body of `countersign.tenant()`: the tenant that the current transaction is for, or null without a valid proof. It is HMAC
 * (RFC 2104) by hand, because PostgreSQL has SHA-256 built in, but HMAC only in an extension. `session_user` is the login, also
 * inside of a function that runs as its owner.
 */
export const TENANT_FUNCTION_BODY = `
  SELECT given.tenant
  FROM (
    SELECT split_part(said, '.', 1) AS tenant, split_part(said, '.', 2) AS proof
    FROM current_setting('${TENANT_SETTING}', true) AS said
  ) AS given
  JOIN countersign.tenant_keys AS keys ON keys.login = session_user
  WHERE given.proof = encode(sha256(keys.outer_key || sha256(keys.inner_key || convert_to(
    concat_ws(E'\\n', 'countersign-sql-v1', current_database(), pg_backend_pid(),
      extract(epoch FROM transaction_timestamp()), given.tenant), 'UTF8'))), 'hex')
`;

/**
 * The SQL that a database's administrator runs once for a gateway's login. In place of the password it contains a SCRAM verifier. It
 * contains the key, padded for the inner and for the outer hash of HMAC (RFC 2104), so it is as secret as the key.
 */
export function sqlSetup({ login, password, tenantKey }: SqlLogin): string {
  const secret = password === undefined ? '' : ` PASSWORD '${scramVerifier(password)}'`;
  const padded = (pad: number) => {
    const key = Buffer.concat([Buffer.from(tenantKey, 'base64url')], HMAC_BLOCK);
    return `'\\x${Buffer.from(key.map((byte) => byte ^ pad)).toString('hex')}'`;
  };
  return `-- Run this once, as an administrator of the database. It holds a secret: keep it out of files that others read.
BEGIN;
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${login}') THEN CREATE ROLE ${login}; END IF;
END $$;
ALTER ROLE ${login} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 32${secret};
ALTER ROLE ${login} SET default_transaction_read_only = on;
-- A statement that only reads can fill the disk with temporary files. Only a superuser may set this; the login cannot change it.
DO $$ BEGIN
  ALTER ROLE ${login} SET temp_file_limit = '256MB';
EXCEPTION WHEN insufficient_privilege THEN
  RAISE WARNING 'temp_file_limit is not set for ${login}: set it for the server';
END $$;
CREATE SCHEMA IF NOT EXISTS countersign;
CREATE TABLE IF NOT EXISTS countersign.tenant_keys (
  login name PRIMARY KEY, inner_key bytea NOT NULL, outer_key bytea NOT NULL
);
REVOKE ALL ON countersign.tenant_keys FROM PUBLIC;
INSERT INTO countersign.tenant_keys (login, inner_key, outer_key)
  VALUES ('${login}', ${padded(0x36)}, ${padded(0x5c)})
  ON CONFLICT (login) DO UPDATE SET inner_key = excluded.inner_key, outer_key = excluded.outer_key;
CREATE OR REPLACE FUNCTION countersign.tenant() RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
  AS $$${TENANT_FUNCTION_BODY}$$;
REVOKE ALL ON FUNCTION countersign.tenant() FROM PUBLIC;
GRANT USAGE ON SCHEMA countersign TO ${login};
GRANT EXECUTE ON FUNCTION countersign.tenant() TO ${login};
COMMIT;
-- Then, for every table that may be read:
--   ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
--   CREATE POLICY countersign ON invoices AS RESTRICTIVE FOR SELECT TO ${login} USING (tenant = (SELECT countersign.tenant()));
--   CREATE POLICY countersign_read ON invoices FOR SELECT TO ${login} USING (tenant = (SELECT countersign.tenant()));
--   GRANT SELECT ON invoices TO ${login};
`;
}

/** What PostgreSQL stores in place of a password (RFC 5802, RFC 7677), so that no log of the server has the password. */
function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, SCRAM_ITERATIONS, 32, 'sha256');
  const mac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(mac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${salt.toString('base64')}$${stored}:${mac('Server Key').toString('base64')}`;
}
