import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sqlRoute, type UpstreamTls } from '@countersign/contract';
import { GatewayWorld } from '../../fakes/gateway-world.js';
import { until } from '../../fakes/until.js';
import { makeCertificate } from '../../support/certificates.js';
import { eventually } from '../../support/eventually.js';
import { startPostgres } from '../../support/postgres/server.mjs';
import { VendorDatabase } from '../../support/sql-database.js';

const authority = makeCertificate({ name: 'the vendor’s authority', isAuthority: true });
const stranger = makeCertificate({ name: 'another authority', isAuthority: true });
const ofServer = makeCertificate({ name: 'books', dnsNames: ['localhost'], issuer: authority });

let server: Awaited<ReturnType<typeof startPostgres>>;
beforeAll(async () => {
  server = await startPostgres({ tls: ofServer });
});
afterAll(() => server.stop());

let world: GatewayWorld;
let database: VendorDatabase;
afterEach(async () => {
  await world.stop();
  await database.administer(`DROP SCHEMA countersign CASCADE; DROP TABLE invoices, staff;
    DROP ROLE ${database.login.login};`);
});

/** A gateway before the database, with these settings of its service and these authorities in its folder. */
async function start(tls: UpstreamTls | undefined): Promise<void> {
  world = new GatewayWorld();
  await world.prepare();
  const { port } = new URL(server.url);
  const upstream = `postgres://localhost:${port}/postgres`;
  const owned = { url: server.url, drop: async () => undefined };
  database = await VendorDatabase.at(owned, upstream, world.spoolDir, 'books');
  const route = sqlRoute('postgres');
  world.broker.services = [
    { name: 'books', upstream, audience: 'books', tenantFrom: 'path', routes: [route] },
  ];
  if (tls !== undefined) world.broker.upstreamSettings = { books: { tls } };
  const tlsDir = join(world.spoolDir, 'tls');
  const folder = join(tlsDir, 'localhost');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'ca.pem'), authority.cert);
  await writeFile(join(folder, 'other.pem'), stranger.cert);
  await world.startGateway({ upstreamTlsDir: tlsDir });
  await until(() => world.gateway.isInTouch());
}

async function sql(statement: string) {
  const grant = world.broker.grant({
    ...{ tenant: 'acme', service: 'books', scope: [{ resource: 'sql/*', actions: ['read'] }] },
  });
  const answer = await world.send({
    ...{ method: 'POST', path: '/books/tenants/acme/sql', token: world.broker.token(grant) },
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ statement }),
  });
  const body = (await answer.json()) as { code?: string; detail?: string; rows?: unknown[] };
  return { status: answer.status, ...body };
}

test('a database that accepts only TLS is read by TLS, if its certificate is from the listed authority', async () => {
  await start({ caFile: 'ca.pem' });
  const { connections, answer } = await database.whileLocked(async () => {
    const waits = sql('SELECT DISTINCT tenant FROM invoices');
    const found = await eventually('the statement waits', async () => {
      const { rows } = await database.administer(
        `SELECT ssl, version FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
         WHERE usename = '${database.login.login}' AND wait_event_type = 'Lock'`,
      );
      return rows.length > 0 && rows;
    });
    return { connections: found, answer: () => waits };
  });
  expect(connections).toEqual([{ ssl: true, version: 'TLSv1.3' }]);
  expect(await answer()).toMatchObject({ status: 200, rows: [['acme']] });
});

test.each<[string, UpstreamTls, string]>([
  ['from another authority', { caFile: 'other.pem' }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['that no public authority has signed, if none is listed', {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['for another host', { caFile: 'ca.pem', serverName: 'ledger.example' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
])('P11: a database with a certificate %s gets neither login nor statement', async (_case, tls, reason) => {
  await start(tls);
  const { status, code, detail } = await sql('SELECT 1');
  expect({ status, code, detail }).toEqual({
    ...{ status: 502, code: 'database_unavailable' },
    detail: `the database cannot be reached, or ended the connection (${reason})`,
  });
  const { rows } = await database.administer(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = '${database.login.login}'`,
  );
  expect(rows).toEqual([{ n: 0 }]);
});

test('without TLS the database refuses the gateway’s login', async () => {
  await start(undefined);
  const { status, code, rows } = await sql('SELECT 1');
  expect({ status, code, rows }).toEqual({ status: 502, code: 'database_unavailable', rows: undefined });
});
