import { inspectServer } from '@countersign/persistence';
import { checkServer } from '../../apps/cli/src/doctor/server.js';
import { organisation } from '../factories/organisation.js';
import { withClient } from '../support/postgres/database.js';
import { startPostgres } from '../support/postgres/server.mjs';
import { Site } from '../support/site.js';
import { listAll, makeGrant, makeRequest, revokeGrant } from '../support/story.js';
import { SERVERS } from './support/servers.js';

/** Counts what each statement costs. Debian's packages have it. */
const COUNTED = { shared_preload_libraries: 'pg_stat_statements' };

describe.each(SERVERS)('PostgreSQL as it comes: %s', (_name, options) => {
  const isOfDebian = options.bin !== undefined;
  let server: Awaited<ReturnType<typeof startPostgres>>;
  beforeAll(async () => {
    server = await startPostgres({ ...options, asItComes: true, settings: isOfDebian ? COUNTED : {} });
    if (isOfDebian)
      await withClient(server.url, (client) => client.query('CREATE EXTENSION pg_stat_statements'));
  });
  afterAll(() => server.stop());

  test('the main job is done, `doctor` is content, and no statement is compiled', async () => {
    const site = await Site.inside({ databaseUrl: server.url, organisation: organisation() });
    try {
      await revokeGrant(site, await makeGrant(site));
      await makeRequest(site, 'engineer');
      for (const list of ['/requests', '/grants', '/tenants/acme/events'])
        expect(await listAll(site, 'securityAdmin', list)).not.toEqual([]);
      if (isOfDebian) expect(await compiled()).toEqual({ available: true, statements: [] });
      const found = checkServer(await inspectServer(server.url)).find(
        ({ name }) => name === 'database server',
      );
      expect(found).toMatchObject({
        status: 'ok',
        detail: expect.stringMatching(/^PostgreSQL 1[5-8]\.\d+$/),
      });
    } finally {
      await site.close();
    }
  });

  /** What the server has compiled since its start. */
  async function compiled(): Promise<{ available: boolean; statements: unknown[] }> {
    return withClient(server.url, async (client) => {
      const { rows } = await client.query('SELECT query FROM pg_stat_statements WHERE jit_functions > 0');
      const available = await client.query('SELECT pg_jit_available() AS is');
      return { available: available.rows[0].is, statements: rows.map(({ query }) => query) };
    });
  }
});
