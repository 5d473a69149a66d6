import { join } from 'node:path';
import { readBrokerEnvironment } from '@countersign/config';
import { startBroker } from '../../apps/broker/src/start-broker.js';
import { organisation } from '../factories/organisation.js';
import { Cli } from '../support/cli.js';
import type { Inside } from '../support/inside.js';
import { withClient } from '../support/postgres/database.js';
import { rowsAt } from '../support/rows-at.js';
import { Site } from '../support/site.js';
import { makeGrant } from '../support/story.js';
import { DebianPostgres } from './support/debian-postgres.js';

let servers: DebianPostgres[];
beforeAll(async () => {
  servers = [await DebianPostgres.start(), await DebianPostgres.start()];
  for (const server of servers) {
    server.run('psql', '-q', server.url('postgres'), '-c', 'CREATE ROLE owner LOGIN CREATEROLE');
    server.run(
      'createdb',
      '-O',
      'owner',
      '-h',
      '127.0.0.1',
      '-p',
      new URL(server.url('x')).port,
      '-U',
      'admin',
      'countersign',
    );
  }
});
afterAll(() => Promise.all(servers.map((server) => server.stop())));

const at = (place: number) => servers[place] as DebianPostgres;

/** How many rows each table has, as the superuser sees them. */
async function counts(url: string): Promise<Record<string, number>> {
  return withClient(url, async (client) => {
    const tables = await client.query<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1",
    );
    const all: Record<string, number> = {};
    for (const { name } of tables.rows)
      all[name] = Number((await client.query(`SELECT count(*) AS n FROM ${name}`)).rows[0].n);
    return all;
  });
}

test('a backup of PostgreSQL, made while a broker runs, is put back on another server', async () => {
  const site: Site<Inside> = await Site.inside({
    databaseUrl: at(0).url('countersign', 'owner'),
    organisation: organisation(),
  });
  const file = join(site.folder, 'backup.dump');
  const env = (url: string) => ({
    COUNTERSIGN_DATABASE_URL: url,
    COUNTERSIGN_DATA_DIR: site.folder,
    COUNTERSIGN_MASTER_KEY: site.store.masterKey,
  });
  const path = process.env['PATH'];
  try {
    await makeGrant(site);
    const host = new Cli(env(site.store.url));
    process.env['PATH'] = '';
    const without = await host.inside('backup', file);
    expect([without.code, without.stderr]).toEqual([
      1,
      expect.stringContaining('pg_dump is not on the PATH'),
    ]);
    process.env['PATH'] = `${at(0).bin}:${path}`;
    // The brokers' login has no right to the tables.
    const login = await new Cli(env(at(0).url('countersign', 'countersign_login'))).inside('backup', file);
    expect([login.code, login.stderr]).toEqual([1, expect.stringContaining('error[backup_failed]')]);
    expect(await host.json('backup', file)).toMatchObject({ engine: 'postgres', file });
    const before = await counts(at(0).url('countersign'));
    expect(before).toMatchObject({ grants: 1, broker_leases: 1 });

    const target = at(1).url('countersign', 'owner');
    at(1).run('pg_restore', '--no-owner', '--exit-on-error', '-d', target, file);
    const restored = new Cli(env(target));
    await restored.json('migrate');
    const after = await counts(at(1).url('countersign'));
    // Nothing was written meanwhile, but what a broker does by itself.
    const { log_checkpoints: _before, ...rest } = before;
    expect(after).toMatchObject(rest);
    await restored.json('restore');
    // A broker works there as the role that `migrate` has made.
    const rights = await rowsAt<{ has: boolean }>(
      at(1).url('countersign'),
      "SELECT has_table_privilege('countersign_app', 'grants', 'SELECT') AS has",
    );
    expect(rights).toEqual([{ has: true }]);
    const broker = await startBroker(readBrokerEnvironment({ ...env(target), COUNTERSIGN_PORT: '0' }), {
      logTo: { write: () => undefined },
    });
    expect((await fetch(`${broker.url}/readyz`)).status).toBe(200);
    await broker.close();
  } finally {
    process.env['PATH'] = path;
    await site.close();
  }
}, 120_000);
