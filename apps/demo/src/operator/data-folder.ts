import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Organisation } from '@countersign/access';
import Database from 'better-sqlite3';
import { DemoError, type Environment } from '../environment.js';

/** Makes the data folder and its `logs`, for this user alone. */
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
 * Makes the demo's master key once: 32 random bytes, base64, readable by this user alone. Outside the demo the
 * operator brings the key; where one is set, none is made.
 */
export function makeMasterKey(dataDir: string, env: Environment): void {
  if (env['COUNTERSIGN_MASTER_KEY'] || env['COUNTERSIGN_MASTER_KEY_FILE']) return;
  const file = join(dataDir, 'master-key');
  if (existsSync(file)) return;
  if (existsSync(join(dataDir, 'countersign.db'))) {
    throw new DemoError(
      'master_key_missing',
      `${file} is gone, and without it ${join(dataDir, 'countersign.db')} cannot be read. Put the key back, or move the folder away to start anew`,
    );
  }
  writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
}

/**
 * Takes the folder for this process. The lock is SQLite's own on an open file, so that the system drops it
 * when the process dies in whatever way; a file with a process id would outlive a crash.
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

/** The secrets that broker and demo provider share, one a side: made once, readable by this user alone. */
export function makeOidcSecrets({ vendor, tenants }: Organisation): void {
  for (const { oidc } of [vendor, ...tenants])
    if (oidc !== null && !existsSync(oidc.clientSecretFile))
      writeFileSync(oidc.clientSecretFile, `${randomBytes(32).toString('base64url')}\n`, {
        mode: 0o600,
        flag: 'wx',
      });
}
