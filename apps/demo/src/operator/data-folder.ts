import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Organisation } from '@countersign/access';
import Database from 'better-sqlite3';
import { DemoError, type Environment } from '../environment.js';

/** Makes the data folder and its `logs`, for this user alone. @throws DemoError `data_folder` */
export function makeDataFolder(dataDir: string): void {
  try {
    mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
    chmodSync(dataDir, 0o700);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new DemoError('data_folder', `${dataDir} cannot be made (${reason})`);
  }
}

/**
 * Makes the demo's master key once: 32 random bytes in base64. If the environment sets a key, none is made; outside the
 * demo the operator always brings it.
 * @throws DemoError `master_key_missing` if there is a database, but no key that opens it
 */
export function makeMasterKey(dataDir: string, env: Environment): void {
  if (env['COUNTERSIGN_MASTER_KEY'] || env['COUNTERSIGN_MASTER_KEY_FILE']) return;
  const file = join(dataDir, 'master-key');
  if (existsSync(file)) return;
  const database = join(dataDir, 'countersign.db');
  if (existsSync(database)) {
    throw new DemoError(
      'master_key_missing',
      `${file} is missing, and ${database} cannot be read without it. Put the key back, or move the folder away to start again`,
    );
  }
  writeSecretOnce(file, randomBytes(32).toString('base64'));
}

/** Makes the client secrets that the broker and the demo's OpenID provider share, one a side, once. */
export function makeOidcSecrets({ vendor, tenants }: Organisation): void {
  for (const { oidc } of [vendor, ...tenants])
    if (oidc !== null && !existsSync(oidc.clientSecretFile))
      writeSecretOnce(oidc.clientSecretFile, randomBytes(32).toString('base64url'));
}

/** For this user alone. A file that exists is never overwritten. */
function writeSecretOnce(file: string, secret: string): void {
  writeFileSync(file, `${secret}\n`, { mode: 0o600, flag: 'wx' });
}

/**
 * Takes the folder for this process. It is SQLite's own lock on an open file, which the system drops however the process
 * dies; a file with a process id would outlive a crash.
 * @throws DemoError `already_running`
 */
export function lockDataFolder(dataDir: string): { release(): void } {
  const lock = new Database(join(dataDir, 'npm-start.lock'), { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
    throw new DemoError('already_running', `another "npm start" uses ${dataDir}`);
  }
  return { release: () => lock.close() };
}
