import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GRANT_TRANSITIONS, REQUEST_TRANSITIONS } from '@countersign/access';
import type { DataSource } from 'typeorm';
import { openSource } from '../sqlite/data-source.js';
import { migrate } from '../store/migrate.js';
import { systemClock, systemRandomness, uuidV7Ids } from '../system.js';

describe('the schema that the migrations make', () => {
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

  test('is what the entities say: nothing is left to synchronise', async () => {
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  test('has the transitions of the domain’s tables and no others', async () => {
    const rows = await source.query<Record<'kind' | 'from_state' | 'to_state', string>[]>(
      'SELECT kind, from_state, to_state FROM legal_transitions',
    );
    const held = rows.map((row) => `${row.kind}: ${row.from_state} → ${row.to_state}`);
    const said = Object.entries({ request: REQUEST_TRANSITIONS, grant: GRANT_TRANSITIONS }).flatMap(
      ([kind, table]) =>
        Object.entries<readonly string[]>(table).flatMap(([from, followers]) =>
          followers.map((to) => `${kind}: ${from} → ${to}`),
        ),
    );
    expect(held.sort()).toEqual(said.sort());
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
