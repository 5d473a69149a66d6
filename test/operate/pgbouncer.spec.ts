import { inspectServer, openStore, StoreError } from '@countersign/persistence';
import { organisation } from '../factories/organisation.js';
import { CountingUpstream } from '../fakes/counting-upstream.js';
import { callGateway } from '../support/call-gateway.js';
import type { Inside } from '../support/inside.js';
import { optionsFor } from '../support/migrated-database.js';
import { emptyDatabase, serverUrl, withClient } from '../support/postgres/database.js';
import { Site } from '../support/site.js';
import { makeGrant, mintToken } from '../support/story.js';
import { PgBouncer } from './support/pgbouncer.js';

/** With its default it keeps prepared statements for its clients; older versions, and this setting, keep none. */
const POOLERS: [string, string[]][] = [
  ['keeps prepared statements', []],
  ['keeps no prepared statements', ['max_prepared_statements = 0']],
];

describe.each(POOLERS)('behind a pgbouncer in transaction mode that %s', (_what, settings) => {
  let bouncer: PgBouncer;
  let database: Awaited<ReturnType<typeof emptyDatabase>>;
  let url: string;
  let masterKey: Uint8Array;
  beforeAll(async () => {
    bouncer = await PgBouncer.start(serverUrl(), settings);
    database = await emptyDatabase();
    url = bouncer.before(database.url);
  });
  afterAll(async () => {
    await bouncer.stop();
    await database.drop();
  });

  test('the database is migrated, a request becomes a grant, and its call passes the gateway', async () => {
    const upstream = new CountingUpstream();
    await upstream.start();
    const site: Site<Inside> = await Site.inside({
      databaseUrl: url,
      organisation: organisation((file) => {
        for (const service of file.services) service.upstream = upstream.origin;
      }),
    });
    try {
      masterKey = Buffer.from(site.store.masterKey, 'base64');
      await site.startGateway();
      // Statements that come again are prepared from their third time on.
      for (let times = 0; times < 4; times += 1) await makeGrant(site);
      const token = await mintToken(site, await makeGrant(site));
      expect(await callGateway(site, token)).toMatchObject({ status: 200 });
    } finally {
      await site.close();
      await upstream.stop();
    }
  });

  test('the timeouts and the planner’s settings apply, and `doctor` sees the pooler', async () => {
    expect(await inspectServer(url)).toMatchObject({
      isPooled: true,
      settings: { jit: 'off', lock_timeout: '10s', idle_in_transaction_session_timeout: '30s' },
    });
    expect(await inspectServer(database.url)).toMatchObject({ isPooled: false });
  });

  test('a unit that waits for a lock is given up after ten seconds', async () => {
    const store = await openStore({ ...optionsFor(url), masterKey });
    try {
      const unit = () => store.forTenant('acme', async () => undefined);
      await unit();
      await withClient(database.url, async (holder) => {
        await holder.query(`BEGIN; SELECT 1 FROM log_heads WHERE tenant = 'acme' FOR UPDATE`);
        const began = performance.now();
        const error = await unit().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(StoreError);
        expect(error).toMatchObject({ code: 'store_busy' });
        expect(performance.now() - began).toBeGreaterThan(9_000);
      });
    } finally {
      await store.close();
    }
  });
});
