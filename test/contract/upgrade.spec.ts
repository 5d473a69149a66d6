import { join } from 'node:path';
import { appendLeaf, EMPTY_RANGE, leafHash } from '@countersign/audit-log';
import { migrate, openStore, schemaDrift, systemHashing } from '@countersign/persistence';
import Database from 'better-sqlite3';
import { optionsFor } from '../support/migrated-database.js';
import { emptyDatabase, withClient } from '../support/postgres/database.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { withOneMore } from './support/one-more-migration.js';
import { oneUnit } from './support/one-unit.js';

type Raw = (sql: string) => Promise<unknown[]>;
type Place = { url: string; raw: Raw; drop(): Promise<void> };

async function onSqlite(): Promise<Place> {
  const folder = await tempFolder('upgrade');
  const path = join(folder, 'countersign.db');
  const raw: Raw = async (sql) => {
    const database = new Database(path);
    try {
      const statement = database.prepare(sql);
      return statement.reader ? statement.all() : [statement.run()];
    } catch (error) {
      // The driver keeps one error class a process, of whichever test file loaded it last: not our Error.
      throw new Error(String((error as { message: unknown }).message));
    } finally {
      database.close();
    }
  };
  return { url: `sqlite:${path}`, raw, drop: () => removeFolder(folder) };
}

async function onPostgres(): Promise<Place> {
  const { url, drop } = await emptyDatabase();
  return {
    url,
    raw: (sql) => withClient(url, async (client) => (await client.query(sql)).rows),
    drop,
  };
}

const LEAVES = ['a', 'b', 'c', 'd', 'e'];
const hashOf = (leaf: string) => leafHash(systemHashing, Buffer.from(leaf));
const EVENTS = LEAVES.map((leaf, seq) => ({
  seq,
  leaf,
  hash: `sha256:${Buffer.from(hashOf(leaf)).toString('hex')}`,
}));

const RANGE = LEAVES.reduce((range, leaf) => appendLeaf(systemHashing, range, hashOf(leaf)), EMPTY_RANGE);

/** What this release stored: two requests, a grant that is active and one that has ended, leaves of the log. */
async function fill(raw: Raw): Promise<void> {
  for (const [id, state, due] of [
    ['1', 'active', "'2026-11-24T16:00:00.000Z'"],
    ['2', 'ended', 'NULL'],
  ]) {
    await raw(
      `INSERT INTO requests (id, tenant, service, requester, state, version, digest, terms, needs, asked, basis, reminders, waits, created_at, lapses_at, grant_id)
       VALUES ('req_${id}', 'acme', 'billing', 'usr_1', 'approved', 3, 'sha256:${id}', '{"justification":"c1:${id}"}', '{}', '{}', 'approval', 0, '[]', '2026-11-24T14:00:00.000Z', '2026-11-25T02:00:00.000Z', 'grt_${id}')`,
    );
    await raw(
      `INSERT INTO grants (id, request_id, tenant, service, requester, digest, state, version, created_at, starts_at, ends_at, due_at, basis, used_calls, used_bytes, refused_calls)
       VALUES ('grt_${id}', 'req_${id}', 'acme', 'billing', 'usr_1', 'sha256:${id}', '${state}', 1, '2026-11-24T15:00:00.000Z', '2026-11-24T15:00:00.000Z', '2026-11-24T16:00:00.000Z', ${due}, 'approval', 4, 5, 0)`,
    );
    await raw(
      `INSERT INTO reviews (id, request_id, tenant, person, side, decision, digest, channel, assurance, at)
       VALUES ('rev_${id}', 'req_${id}', 'acme', 'usr_2', 'customer', 'approve', 'sha256:${id}', 'api', 'api-key', '2026-11-24T15:00:00.000Z')`,
    );
  }
  await raw(
    `INSERT INTO openings (commitment, tenant, name, value, salt) VALUES ('c1:1', 'acme', 'justification', 'Case 4711', 's')`,
  );
  const range = Buffer.concat(RANGE.nodes).toString('base64');
  await raw(
    `INSERT INTO log_heads (tenant, size, units, range) VALUES ('acme', ${EVENTS.length}, 1, '${range}'), ('globex', 0, 1, '')`,
  );
  for (const { seq, leaf, hash } of EVENTS)
    await raw(
      `INSERT INTO events (tenant, seq, type, at, hash, leaf)
       VALUES ('acme', ${seq}, 'thing.happened', '2026-11-24T14:00:00.000Z', '${hash}', '${leaf}')`,
    );
}

/** A database of this release is taken to one more migration, which the test adds, by the very steps of `countersign migrate`. */
describe.each([
  { engine: 'SQLite', make: onSqlite },
  { engine: 'PostgreSQL', make: onPostgres },
])('a database of this release on $engine, with the next one', ({ make }) => {
  let place: Place;
  beforeAll(async () => {
    place = await make();
    await migrate(optionsFor(place.url));
    await fill(place.raw);
    const { applied } = await withOneMore(() => migrate(optionsFor(place.url)));
    expect(applied).toHaveLength(1);
  });
  afterAll(() => place.drop());

  test('keeps what it holds, and what the migration changes reaches every row', async () => {
    const rows = await place.raw(
      `SELECT id, created_at, starts_at, due_at, CAST(used_calls AS integer) AS calls FROM grants ORDER BY id`,
    );
    const columns = {
      created_at: '2026-11-24T15:00:00.000Z',
      starts_at: '2026-11-24T15:00:00.000Z',
      calls: 4,
    };
    expect(rows).toEqual([
      { id: 'grt_1', due_at: '2026-11-24T16:00:00.000Z', ...columns },
      { id: 'grt_2', due_at: null, ...columns },
    ]);
    expect(await place.raw('SELECT id, decision FROM reviews ORDER BY id')).toEqual([
      { id: 'rev_1', decision: 'approve' },
      { id: 'rev_2', decision: 'approve' },
    ]);
    expect(await place.raw('SELECT tenant, hash FROM events ORDER BY seq')).toEqual(
      EVENTS.map(({ hash }) => ({ tenant: 'acme', hash })),
    );
    expect(await place.raw('SELECT id, colour FROM requests ORDER BY id')).toEqual([
      { id: 'req_1', colour: 'green' },
      { id: 'req_2', colour: 'green' },
    ]);
  });

  test('P10: knows the roots of the logs that it had', async () => {
    expect(await place.raw('SELECT tenant, range FROM log_heads ORDER BY tenant')).toEqual([
      { tenant: 'acme', range: Buffer.concat(RANGE.nodes).toString('base64') },
      { tenant: 'globex', range: '' },
    ]);
  });

  test('comes to the schema of the new version: what this one does not know is all that differs', async () => {
    const drift = await schemaDrift(place.url);
    expect(drift).not.toEqual([]);
    for (const statement of drift) expect(statement).toMatch(/"?requests"?/);
    expect(drift.join(' ')).toContain('requests');
  });

  test('still refuses what this release refused, past the application', async () => {
    await expect(place.raw("UPDATE grants SET state = 'active' WHERE id = 'grt_2'")).rejects.toThrow(
      'no such transition of a grant',
    );
    await expect(place.raw("UPDATE reviews SET decision = 'deny'")).rejects.toThrow('append-only');
    await expect(place.raw('DELETE FROM events')).rejects.toThrow('append-only');
  });

  test('is left alone by the version before', async () => {
    await expect(openStore(optionsFor(place.url))).rejects.toMatchObject({ code: 'schema_too_new' });
  });

  test('P9: is worked on by the new version, and its logs go on where they were', async () => {
    const store = await withOneMore(() => openStore(optionsFor(place.url)));
    try {
      await oneUnit(store, 'acme');
      const read = (slug: string) =>
        store.readForTenant(slug, async (unit) => ({
          leaves: (await unit.events.list({}, { cursor: null, limit: 50 })).items.map(({ index }) => index),
          grant: (await unit.grants.find('grt_1'))?.id,
        }));
      expect(await read('acme')).toEqual({ leaves: [6, 5, 4, 3, 2, 1, 0], grant: 'grt_1' });
      expect(await read('globex')).toEqual({ leaves: [], grant: undefined });
    } finally {
      await store.close();
    }
  });
});
