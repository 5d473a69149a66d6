import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openStore, pendingMigrations } from '@countersign/persistence';
import Database from 'better-sqlite3';
import { optionsFor } from '../support/migrated-database.js';
import { oneUnit } from './support/one-unit.js';

const refused = (code: string) => expect.objectContaining({ name: 'StoreError', code });

describe('opening and migrating an SQLite database', () => {
  let folder: string;
  let path: string;
  let url: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-open-'));
    path = join(folder, 'data', 'countersign.db');
    url = `sqlite:${path}`;
  });
  afterEach(() => rm(folder, { recursive: true }));

  const raw = (sql: string) => {
    const database = new Database(path);
    try {
      const statement = database.prepare(sql);
      return statement.reader ? statement.all() : statement.run();
    } finally {
      database.close();
    }
  };

  test('makes folder and file for their owner alone, applies all once, keeps the deployment', async () => {
    const pending = await pendingMigrations(url);
    expect(pending.length).toBeGreaterThan(0);
    expect(await migrate(optionsFor(url))).toEqual({ applied: pending });
    expect((await stat(join(folder, 'data'))).mode & 0o777).toBe(0o700);
    const first = await openStore(optionsFor(url));
    await oneUnit(first, 'acme');
    for (const file of await readdir(join(folder, 'data')))
      expect([file, (await stat(join(folder, 'data', file))).mode & 0o777]).toEqual([file, 0o600]);
    await first.close();

    expect(await pendingMigrations(url)).toEqual([]);
    expect(await migrate(optionsFor(url))).toEqual({ applied: [] });
    const second = await openStore(optionsFor(url));
    expect(second.deployment).toBe(first.deployment);
    expect(second.deployment).toMatch(/^dep_[0-9a-f-]{36}$/);
    expect(await second.readAsVendor((unit) => unit.feed.head())).toEqual({ epoch: 1, seq: 1 });
    await second.close();
  });

  test('several that migrate at once make one deployment', async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => migrate(optionsFor(url))));
    expect(results.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
    expect(raw('SELECT id FROM deployment')).toHaveLength(1);
  });

  test('does not open what is missing, empty or not yet migrated, and makes no file of it', async () => {
    await expect(openStore(optionsFor(url))).rejects.toThrow(refused('database_missing'));
    expect(await readdir(folder)).toEqual([]);
    await mkdir(join(folder, 'data'));
    await writeFile(path, '');
    await expect(openStore(optionsFor(url))).rejects.toThrow(refused('migrations_pending'));
    expect((await pendingMigrations(url)).length).toBeGreaterThan(0);
  });

  test('does not touch a database that a newer version has migrated', async () => {
    await migrate(optionsFor(url));
    raw("INSERT INTO migrations (timestamp, name) VALUES (9000000000000, 'Later9000000000000')");
    await expect(openStore(optionsFor(url))).rejects.toThrow(refused('schema_too_new'));
    await expect(migrate(optionsFor(url))).rejects.toThrow(refused('schema_too_new'));
  });

  test('does not open a file that is no database', async () => {
    await mkdir(join(folder, 'data'));
    await writeFile(path, 'this is a letter, not a database\n'.repeat(100));
    await expect(openStore(optionsFor(url))).rejects.toThrow(refused('database_unreadable'));
    await expect(migrate(optionsFor(url))).rejects.toThrow(refused('database_unreadable'));
    await rm(path);
    await mkdir(path);
    await expect(openStore(optionsFor(url))).rejects.toThrow(refused('database_unreadable'));
    await expect(migrate(optionsFor(url))).rejects.toThrow(refused('database_unreadable'));
  });

  test('a wrong master key opens nothing and changes nothing', async () => {
    await migrate(optionsFor(url));
    const wrong = optionsFor(url, { masterKey: new Uint8Array(32).fill(8) });
    const before = await readFile(path);
    await expect(openStore(wrong)).rejects.toThrow(refused('master_key_mismatch'));
    await expect(migrate(wrong)).rejects.toThrow(refused('master_key_mismatch'));
    expect((await readFile(path)).equals(before)).toBe(true);
    await expect(openStore(optionsFor(url, { masterKey: new Uint8Array(16) }))).rejects.toThrow('32 bytes');
  });

  test.each([
    ['postgres://user:hunter2@localhost:1/x', 'database_unreadable'],
    ['postgresql://user:hunter2@localhost:1/x', 'database_unreadable'],
    ['postgres://user:hunter2@localhost', 'invalid_url'],
    ['postgres://user:hunter2@[/x', 'invalid_url'],
    ['mysql://user:hunter2@localhost/x', 'invalid_url'],
    ['sqlite:', 'invalid_url'],
    ['sqlite::memory:', 'invalid_url'],
  ])('P11: refuses %s as %s and does not repeat it', async (wrong, code) => {
    const calls = [
      () => openStore(optionsFor(wrong)),
      () => migrate(optionsFor(wrong)),
      () => pendingMigrations(wrong),
    ];
    for (const call of calls) {
      const error: unknown = await call().catch((reason: unknown) => reason);
      expect(error).toEqual(refused(code));
      expect(String(error)).not.toContain('hunter2');
    }
  });

  test('P11: private keys are not to be found in any of its files', async () => {
    await migrate(optionsFor(url));
    const store = await openStore(optionsFor(url));
    const secret =
      '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----\n';
    const key = {
      kid: 'k1',
      use: 'token' as const,
      publicJwk: { kty: 'EC' },
      secret,
      createdAt: '2026-11-24T15:00:00.000Z',
      activeFrom: '2026-11-24T15:00:00.000Z',
      retiresAt: null,
      revokedAt: null,
    };
    await store.asVendor((unit) => unit.keys.insert(key));
    expect(await store.readAsVendor((unit) => unit.keys.list('token'))).toEqual([key]);
    const files = await readdir(join(folder, 'data'));
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      const bytes = await readFile(join(folder, 'data', file), 'latin1');
      for (const part of ['PRIVATE KEY', 'MIGHAgEAMBMGByqGSM49', Buffer.from(secret).toString('base64')])
        expect([file, bytes.includes(part)]).toEqual([file, false]);
    }
    raw("UPDATE signing_keys SET kid = 'k2'");
    const moved = store.readAsVendor((unit) => unit.keys.list('token'));
    await expect(moved).rejects.toThrow(refused('secret_unreadable'));
    await store.close();
  });
});
