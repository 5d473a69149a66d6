import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMPTY_RANGE, leafHash, withLeaf } from '@countersign/audit-log';
import { DataSource } from 'typeorm';
import { ENTITIES } from '../entities/index.js';
import { LogHeadEntity } from '../entities/log-head.entity.js';
import { systemHashing } from '../system.js';
import { MIGRATIONS } from './index.js';

/** A database as an earlier release left it, with a grant that is active and one that has ended. */
async function olderDatabase(path: string, migrations: number): Promise<void> {
  const source = await open(path, MIGRATIONS.slice(0, migrations));
  for (const [id, state] of [
    ['1', 'active'],
    ['2', 'ended'],
  ]) {
    await source.query(
      `INSERT INTO requests (id, tenant, service, requester, state, version, digest, terms, needs, created_at, lapses_at, grant_id)
       VALUES ('req_${id}', 'acme', 'billing', 'usr_1', 'approved', 3, 'sha256:${id}', '{}', '{}', '2026-11-24T14:00:00.000Z', '2026-11-25T02:00:00.000Z', 'grt_${id}')`,
    );
    await source.query(
      `INSERT INTO grants (id, request_id, tenant, service, requester, digest, state, version, starts_at, ends_at, used_calls, used_bytes)
       VALUES ('grt_${id}', 'req_${id}', 'acme', 'billing', 'usr_1', 'sha256:${id}', '${state}', 1, '2026-11-24T15:00:00.000Z', '2026-11-24T16:00:00.000Z', 4, 5)`,
    );
  }
  for (const [seq, leaf] of LEAVES.entries())
    await source.query(
      `INSERT INTO events (tenant, seq, type, at, hash, leaf)
       VALUES ('acme', ${seq}, 'thing.happened', '2026-11-24T14:00:00.000Z', 'sha256:${hashOf(leaf)}', '${leaf}')`,
    );
  await source.query(
    `INSERT INTO log_heads (tenant, size, units) VALUES ('acme', ${LEAVES.length}, 9), ('globex', 0, 1)`,
  );
  await source.destroy();
}

const LEAVES = ['a', 'b', 'c', 'd', 'e'];
const hashOf = (leaf: string) => Buffer.from(leafHash(systemHashing, Buffer.from(leaf))).toString('hex');

async function open(path: string, migrations: typeof MIGRATIONS): Promise<DataSource> {
  const source = new DataSource({
    type: 'better-sqlite3',
    database: path,
    entities: ENTITIES,
    migrations,
    synchronize: false,
  });
  await source.initialize();
  await source.query('PRAGMA foreign_keys = ON');
  await source.query('BEGIN IMMEDIATE');
  await source.runMigrations({ transaction: 'none' });
  await source.query('COMMIT');
  return source;
}

describe('a database of the first release', () => {
  let folder: string;
  let source: DataSource;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-upgrade-'));
    await olderDatabase(join(folder, 'test.db'), 1);
    source = await open(join(folder, 'test.db'), MIGRATIONS);
  });
  afterAll(async () => {
    await source.destroy();
    await rm(folder, { recursive: true });
  });

  test('keeps its grants, and those that are active still end at their time', async () => {
    const rows = await source.query(
      'SELECT id, created_at, starts_at, due_at, used_calls FROM grants ORDER BY id',
    );
    const kept = {
      created_at: '2026-11-24T15:00:00.000Z',
      starts_at: '2026-11-24T15:00:00.000Z',
      used_calls: 4,
    };
    expect(rows).toEqual([
      { id: 'grt_1', due_at: '2026-11-24T16:00:00.000Z', ...kept },
      { id: 'grt_2', due_at: null, ...kept },
    ]);
  });

  test('P10: knows the roots of the logs that it had', async () => {
    const heads = await source.getRepository(LogHeadEntity).find({ order: { tenant: 'ASC' } });
    const range = LEAVES.reduce(
      (grown, leaf) => withLeaf(systemHashing, grown, leafHash(systemHashing, Buffer.from(leaf))),
      EMPTY_RANGE,
    );
    const hex = (nodes: readonly Uint8Array[]) => nodes.map((node) => Buffer.from(node).toString('hex'));
    expect(heads.map(({ tenant, size, range: nodes }) => [tenant, size, hex(nodes)])).toEqual([
      ['acme', 5, hex(range.nodes)],
      ['globex', 0, []],
    ]);
  });

  test('comes to the same schema as a new one', async () => {
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  test('still refuses a transition that the table does not have, past the application', async () => {
    await expect(source.query(`UPDATE grants SET state = 'active' WHERE id = 'grt_2'`)).rejects.toThrow(
      'no such transition of a grant',
    );
  });
});
