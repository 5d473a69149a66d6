import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { migrate } from '../engine/migrate.js';
import { openSource } from '../engine/sqlite/data-source.js';
import { systemClock, systemRandomness, uuidV7Ids } from '../system.js';

describe('the schema that the migrations make on SQLite', () => {
  let folder: string;
  let source: DataSource;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-schema-'));
    const path = join(folder, 'test.db');
    await migrate({
      url: `sqlite:${path}`,
      masterKey: new Uint8Array(32),
      ids: uuidV7Ids,
      random: systemRandomness,
      clock: systemClock,
    });
    source = await openSource(path, 'write');
  });
  afterAll(async () => {
    await source.destroy();
    await rm(folder, { recursive: true });
  });

  test('uses only the five types that both engines share', async () => {
    const types = await source.query<{ type: string }[]>(`SELECT DISTINCT lower(c.type) AS type
      FROM sqlite_master t JOIN pragma_table_info(t.name) c
      WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name <> 'migrations' ORDER BY 1`);
    expect(types.map(({ type }) => type)).toEqual(['bigint', 'integer', 'text', 'varchar']);
  });

  test('commits are on the disk before they are answered, and references hold', async () => {
    const pragma = async (name: string) => Object.values((await source.query(`PRAGMA ${name}`))[0] ?? {})[0];
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('foreign_keys')).toBe(1);
    expect(await pragma('busy_timeout')).toBe(5000);
  });
});
