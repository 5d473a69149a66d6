import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type MigrateOptions,
  migrate,
  type StoreOptions,
  systemClock,
  systemHashing,
  systemRandomness,
  uuidV7Ids,
} from '@countersign/persistence';
import { emptyDatabase, serverUrl, withClient } from './postgres/database.js';

/** All copies of one template belong to one deployment, and open with its key. */
export const MASTER_KEY = new Uint8Array(32).fill(7);

const TEMPLATE = 'countersign_template';
const TEMPLATE_LOCK = 42;

/** The options that open a store on one of these databases. */
export const optionsFor = (
  url: string,
  change: Partial<StoreOptions> = {},
): StoreOptions & MigrateOptions => ({
  url,
  masterKey: MASTER_KEY,
  ids: uuidV7Ids,
  random: systemRandomness,
  hashing: systemHashing,
  clock: systemClock,
  ...change,
});

/** A separate migrated database on the test run's server. `drop` ends every open connection to it. */
export async function migratedPostgres(): Promise<{ url: string; drop(): Promise<void> }> {
  template ??= postgresTemplate();
  return emptyDatabase(await template);
}

let template: Promise<string> | undefined;

/** The first process that needs it migrates one database; all others are copies of it. */
async function postgresTemplate(): Promise<string> {
  await withClient(serverUrl(), async (client) => {
    await client.query(`SELECT pg_advisory_lock(${TEMPLATE_LOCK})`);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [TEMPLATE]);
    if (rowCount === 1) return;
    await client.query(`CREATE DATABASE ${TEMPLATE}_new TEMPLATE template0`);
    await migrate(optionsFor(serverUrl(`${TEMPLATE}_new`)));
    await client.query(`ALTER DATABASE ${TEMPLATE}_new RENAME TO ${TEMPLATE}`);
  });
  return TEMPLATE;
}

let sqliteTemplate: Promise<Buffer> | undefined;

/**
 * A migrated SQLite file at an unused path, in a folder that only its owner can read: an empty database, or one with this
 * content. @returns its URL
 */
export async function migratedSqlite(path: string, content?: Buffer): Promise<string> {
  sqliteTemplate ??= migratedFile();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, content ?? (await sqliteTemplate), { mode: 0o600, flag: 'wx' });
  return `sqlite:${path}`;
}

async function migratedFile(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-template-'));
  try {
    const path = join(folder, 'countersign.db');
    await migrate(optionsFor(`sqlite:${path}`));
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
