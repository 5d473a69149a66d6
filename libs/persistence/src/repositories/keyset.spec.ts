import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ListFilter, PageQuery } from '@countersign/access';
import type { DataSource } from 'typeorm';
import { migrate } from '../engine/migrate.js';
import { openSource } from '../engine/sqlite/data-source.js';
import { combinations, FILTER_COLUMNS } from '../entities/filter-indices.js';
import { systemClock, systemRandomness, uuidV7Ids } from '../system.js';
import { Grants } from './grants.js';
import { Invitations } from './invitations.js';
import { Records } from './records.js';
import { Requests } from './requests.js';

const FIRST: PageQuery = { cursor: null, limit: 50 };
const ACME = { tenant: 'acme' };
const TIMES = { from: '2026-11-24T00:00:00Z', to: '2026-11-25T00:00:00Z' };

/** A value for each of these filters. */
const filterOf = (columns: readonly string[]): ListFilter =>
  Object.fromEntries(columns.map((column) => [column, column === 'tenant' ? 'acme' : 'x']));

describe('keyset pages', () => {
  let folder: string;
  let source: DataSource;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-keyset-'));
    const path = join(folder, 'test.db');
    await migrate({
      url: `sqlite:${path}`,
      masterKey: new Uint8Array(32),
      ids: uuidV7Ids,
      random: systemRandomness,
      clock: systemClock,
    });
    source = await openSource(path, 'write');
    await source.query(`INSERT INTO requests (id, tenant, service, requester, state, version, digest, terms, needs, asked, basis,
      reminders, waits, created_at, lapses_at) VALUES ('req_1', 'acme', 'x', 'x', 'x', 1, 'd', '{}', '{}', '{}', 'approval', 0, '[]',
      '2026-11-24T15:00:00.000Z', '2026-11-24T15:00:00.000Z')`);
    await source.query(`INSERT INTO grants (id, request_id, tenant, service, requester, digest, state,
      version, created_at, basis, used_calls, used_bytes, refused_calls)
      VALUES ('grt_1', 'req_1', 'acme', 'x', 'x', 'd', 'x', 1, '2026-11-24T15:00:00.000Z', 'approval', 0, 0, 0)`);
  });
  afterAll(async () => {
    await source.destroy();
    await rm(folder, { recursive: true });
  });

  /** The steps by which SQLite answers the last query that `list` sends. */
  async function planOf(list: () => Promise<unknown>): Promise<string> {
    const runner = source.createQueryRunner();
    const { query } = runner;
    let last: [sql: string, values: unknown[]] = ['', []];
    const noting = (sql: string, values: unknown[] = [], structured: boolean | undefined = false) => {
      last = [sql, values];
      return Reflect.apply(query, runner, [sql, values, structured]);
    };
    runner.query = noting as typeof query;
    try {
      await list();
    } finally {
      runner.query = query;
    }
    const [sql, values] = last;
    const steps = await source.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, values);
    return steps.map((step) => step.detail).join('; ');
  }

  const cases = combinations(FILTER_COLUMNS).map(
    (columns) => [columns.join(' + ') || 'nothing', columns] as const,
  );

  test.each(cases)(
    'filtered by %s, a page costs the same at every size: one index, in its order',
    async (_name, columns) => {
      const filter = filterOf(columns);
      const index = (table: string) =>
        `USING INDEX ${table}_list${columns.map((column) => `_${column}`).join('')}`;
      for (const extra of [{}, TIMES])
        for (const cursor of [null, '1']) {
          const place = (prefix: string) => ({ cursor: cursor === null ? null : `${prefix}_1`, limit: 50 });
          const plans = {
            requests: await planOf(() =>
              new Requests(source.manager, 'all-tenants').list({ ...filter, ...extra }, place('req')),
            ),
            grants: await planOf(() =>
              new Grants(source.manager, 'all-tenants').list({ ...filter, ...extra }, place('grt')),
            ),
          };
          for (const [table, plan] of Object.entries(plans)) {
            expect(`${plan} `).toContain(`${index(table)} `);
            expect(plan).not.toContain('TEMP B-TREE');
          }
        }
    },
  );

  test('a later page begins at its place in the index, not at the beginning', async () => {
    const page = { cursor: 'req_1', limit: 50 };
    const plan = await planOf(() => new Requests(source.manager, ACME).list({}, page));
    expect(plan).toBe('SEARCH row USING INDEX requests_list_tenant (tenant=? AND (created_at,id)<(?,?))');
  });

  test('a tenant’s own list is found through the same indices', async () => {
    const plan = await planOf(() => new Requests(source.manager, ACME).list({ state: 'x' }, FIRST));
    expect(plan).toBe('SEARCH row USING INDEX requests_list_tenant_state (tenant=? AND state=?)');
  });

  test.each(['grant', 'request', 'person', 'service', 'decision'])(
    'access records by %s come from their index, in its order',
    async (name) => {
      const plan = await planOf(() =>
        new Records(source.manager, ACME).list({ [name]: 'x', ...TIMES }, FIRST),
      );
      expect(plan).toContain(`USING INDEX access_records_list_${name} (`);
      expect(plan).not.toContain('TEMP B-TREE');
    },
  );

  test('what the clock’s job looks for comes from an index', async () => {
    const now = '2026-11-24T15:00:00.000Z';
    const requests = await planOf(() => new Requests(source.manager, 'all-tenants').due(now, 10));
    const grants = await planOf(() => new Grants(source.manager, 'all-tenants').due(now, 10));
    expect(requests).toContain('USING INDEX requests_due (state=? AND lapses_at<?)');
    expect(grants).toContain('USING INDEX grants_due (due_at<?)');
    const invitations = await planOf(() => new Invitations(source.manager, 'all-tenants').due(now, 10));
    expect(invitations).toContain('USING INDEX invitations_due (state=? AND not_after<?)');
  });

  test('invitations are listed, and looked through at each ask, by an index in its order', async () => {
    const invitations = new Invitations(source.manager, ACME);
    for (const [filter, index] of [
      [{}, 'invitations_list_tenant (tenant=?)'],
      [{ state: 'open' }, 'invitations_list_tenant_state (tenant=? AND state=?)'],
      [{ service: 'x' }, 'invitations_list_tenant_service (tenant=? AND service=?)'],
      [
        { state: 'open', service: 'x' },
        'invitations_list_tenant_state_service (tenant=? AND state=? AND service=?)',
      ],
    ] as const)
      expect(await planOf(() => invitations.list(filter, FIRST))).toBe(`SEARCH row USING INDEX ${index}`);
    expect(await planOf(() => invitations.open('acme', 'x', 10))).toBe(
      'SEARCH invitations USING INDEX invitations_open (tenant=? AND service=? AND state=?)',
    );
    expect(await planOf(() => invitations.standingOf('usr_1'))).toContain(
      'USING INDEX invitations_of_person',
    );
    expect(await planOf(() => new Requests(source.manager, ACME).openUnder('x'))).toContain(
      'USING INDEX requests_invitation (invitation=? AND state=?)',
    );
    await source.query(`UPDATE requests SET invitation = 'x', grant_id = 'grt_1'`);
    const live = await planOf(() => new Grants(source.manager, ACME).liveUnder('x'));
    expect(live).toContain('(id=?)');
    await source.query('UPDATE requests SET grant_id = NULL');
    expect(await planOf(() => new Grants(source.manager, ACME).liveUnder('x'))).toContain(
      'USING INDEX requests_invitation (invitation=?)',
    );
  });

  test.each<[string, ListFilter, PageQuery, string]>([
    ['a filter that these rows do not have', { decision: 'approve' }, FIRST, '/decision'],
    ['a time that is none', { from: 'yesterday' }, FIRST, '/from'],
    ['a cursor of nothing', {}, { cursor: 'req_2', limit: 1 }, '/cursor'],
  ])('refuses %s', async (_name, filter, page, pointer) => {
    const list = new Requests(source.manager, 'all-tenants').list(filter, page);
    await expect(list).rejects.toThrow(expect.objectContaining({ code: 'invalid_request', pointer }));
  });
});
