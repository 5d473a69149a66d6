import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { specFolder } from '../../../../test/support/spec-folder.js';
import { FakeServer, problem } from '../../test/fake-broker.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';
import type { Finding } from './finding.js';
import { checkDataFolder, checkNode } from './machine.js';
import { checkClockSkew } from './network.js';

const MASTER_KEY = Buffer.alloc(32, 3).toString('base64');
const servers: FakeServer[] = [];

async function serve(routes: Parameters<typeof FakeServer.start>[0]): Promise<string> {
  const server = await FakeServer.start(routes);
  servers.push(server);
  return server.url;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

/** Ports that nothing of this machine's demo holds. */
const QUIET = { COUNTERSIGN_PORT: '0', COUNTERSIGN_GATEWAY_PORT: '0' };

async function doctor(env: Record<string, string>) {
  const terminal = new Terminal({ ...QUIET, PATH: process.env['PATH'] ?? '', ...env });
  const exit = await run(['doctor', '--json'], terminal);
  const { healthy, checks } = JSON.parse(terminal.out) as { healthy: boolean; checks: Finding[] };
  return { exit, healthy, checks, found: (name: string) => checks.find((check) => check.name === name) };
}

const newData = () => join(specFolder(), 'data');

test('a set-up without faults exits with 0', async () => {
  const dataDir = newData();
  const store = { COUNTERSIGN_DATA_DIR: dataDir, COUNTERSIGN_MASTER_KEY: MASTER_KEY };
  const organisation = '{"vendor":{"name":"V","staff":[]},"services":[],"tenants":[]}';
  expect(await run(['migrate'], new Terminal(store))).toBe(0);
  expect(await run(['apply', '-f', '-'], new Terminal(store, organisation))).toBe(0);
  const broker = await serve({
    'GET /readyz': () => ({ body: {} }),
    'GET /api/v1/whoami': () => ({ body: {} }),
  });
  const gateway = await serve({ 'GET /readyz': () => ({ body: {} }) });
  const env = { ...store, COUNTERSIGN_BROKER_URL: broker, COUNTERSIGN_GATEWAY_URL: gateway };
  const { exit, healthy, checks } = await doctor({ ...env, COUNTERSIGN_API_KEY: 'csk_x' });
  expect(checks.filter(({ status }) => status === 'failed')).toEqual([]);
  expect([exit, healthy]).toEqual([0, true]);
  const { found } = await doctor(env);
  expect(found('API key')).toMatchObject({
    status: 'skipped',
    detail: expect.stringContaining('countersign login'),
  });
});

test('on a machine that uses a broker elsewhere, no gateway is looked for on this machine', async () => {
  const elsewhere = { COUNTERSIGN_BROKER_URL: 'https://broker.invalid', COUNTERSIGN_DATA_DIR: newData() };
  const { checks, found } = await doctor(elsewhere);
  expect(found('gateway')).toMatchObject({ status: 'skipped' });
  expect(checks.filter(({ name, status }) => name !== 'broker' && status === 'failed')).toEqual([]);
  const named = await doctor({ ...elsewhere, COUNTERSIGN_GATEWAY_URL: 'http://localhost:1' });
  expect(named.found('gateway')).toMatchObject({ status: 'failed' });
});

test('a gateway that is ready but has lost its broker is named as such', async () => {
  const env = { COUNTERSIGN_DATA_DIR: newData(), COUNTERSIGN_BROKER_URL: 'http://localhost:1' };
  const lost = await serve({ 'GET /readyz': () => ({ body: { status: 'ok', inTouch: false } }) });
  expect((await doctor({ ...env, COUNTERSIGN_GATEWAY_URL: lost })).found('gateway')).toMatchObject({
    ...{ status: 'failed', detail: `${lost} is not in touch with the broker` },
  });
  const faulty = await serve({ 'GET /readyz': () => ({ status: 503, body: { status: 'unavailable' } }) });
  expect((await doctor({ ...env, COUNTERSIGN_GATEWAY_URL: faulty })).found('gateway')).toMatchObject({
    ...{ status: 'failed', mend: expect.stringContaining('`faults`') },
  });
});

test('each fault is named with its fix, and exits with 1', async () => {
  const dataDir = newData();
  mkdirSync(dataDir, { mode: 0o700 });
  writeFileSync(join(dataDir, 'master-key'), MASTER_KEY, { mode: 0o644 });
  chmodSync(join(dataDir, 'master-key'), 0o644);
  const broker = await serve({
    'GET /readyz': () => ({ status: 503, body: { status: 'unavailable' } }),
    'GET /api/v1/whoami': () => problem(401, 'unauthenticated', 'No.'),
  });
  const { exit, healthy, checks, found } = await doctor({
    COUNTERSIGN_DATA_DIR: dataDir,
    COUNTERSIGN_BROKER_URL: broker,
    COUNTERSIGN_GATEWAY_URL: 'http://localhost:1',
    COUNTERSIGN_API_KEY: 'csk_x',
    COUNTERSIGN_PROT: '1',
  });
  expect([exit, healthy]).toEqual([1, false]);
  expect(found('variables')).toMatchObject({ status: 'warning', detail: 'nothing reads COUNTERSIGN_PROT' });
  expect(found('master key file')).toMatchObject({
    status: 'failed',
    mend: expect.stringContaining('chmod 600'),
  });
  expect(found('database')).toMatchObject({ status: 'failed', mend: 'countersign migrate' });
  expect(found('broker')).toMatchObject({
    status: 'failed',
    detail: expect.stringContaining('answers 503'),
    mend: expect.stringContaining('private port'),
  });
  expect(found('gateway')).toMatchObject({ status: 'failed', detail: 'http://localhost:1 does not answer' });
  expect(found('API key')).toMatchObject({ status: 'failed', mend: expect.stringContaining('keys create') });
  for (const { status, mend } of checks) expect(mend === null).toBe(status === 'ok' || status === 'skipped');
});

test('a gateway on this host says how it signs for each service, which keys and files it lacks, and which upstreams it distrusts', async () => {
  const contexts = [
    { service: 'billing', mode: 'ed25519', problem: null },
    { service: 'crm', mode: 'hmac', problem: 'key cannot be read (ENOENT)' },
  ];
  const upstreamTls = [
    { service: 'crm', problem: 'caFile cannot be read (ENOENT)', inUse: false },
    { service: 'mail', problem: 'the key is not that of the certificate', inUse: true },
  ];
  const databases = [
    { service: 'books', problem: null },
    { service: 'crm-rows', problem: 'the login owns something' },
  ];
  const untrustedUpstreams = ['http://10.0.0.5:8000'];
  const body = { status: 'ok', contexts, upstreamTls, databases, untrustedUpstreams };
  const admin = await serve({ 'GET /readyz': () => ({ body }) });
  const env = { COUNTERSIGN_DATA_DIR: newData(), COUNTERSIGN_ADMIN_PORT: new URL(admin).port };
  const { exit, checks } = await doctor(env);
  const named = (name: string) =>
    checks.flatMap(({ name: own, status, detail, mend }) => (own === name ? [[status, detail, mend]] : []));
  expect(named('signed context')).toEqual([
    ['ok', 'billing: ed25519', null],
    ['failed', expect.stringMatching(/^context_key_missing: crm /), 'countersign gateways context-key crm'],
  ]);
  expect(named('database').map(([status, detail]) => [status, detail])).toEqual([
    ['ok', 'books: statements may run'],
    ['failed', 'crm-rows: the login owns something'],
  ]);
  expect(named('upstream TLS').map(([status]) => status)).toEqual(['failed', 'warning']);
  expect(named('upstream answers')).toEqual([
    [
      'warning',
      expect.stringMatching(/^http:\/\/10\.0\.0\.5:8000 /),
      expect.stringContaining('Content-Length'),
    ],
  ]);
  expect(exit).toBe(1);
  const { found } = await doctor({ ...env, COUNTERSIGN_ADMIN_PORT: 'none' });
  expect(found('gateway services')?.status).toBe('skipped');
});

test('a proxy that is not listed is detected', async () => {
  const broker = await serve({ 'GET /readyz': () => ({ body: { status: 'ok' } }) });
  const listener = (unlistedProxies: string[], sharedAddresses: string[] = []) =>
    serve({ 'GET /readyz': () => ({ body: { status: 'ok', unlistedProxies, sharedAddresses } }) });
  const findingAt = async (admin: string) => {
    const { port } = new URL(admin);
    const env = {
      COUNTERSIGN_DATA_DIR: newData(),
      COUNTERSIGN_BROKER_URL: broker,
      COUNTERSIGN_ADMIN_PORT: port,
    };
    return (await doctor(env)).found('proxies');
  };
  expect(await findingAt(await listener(['10.0.0.5']))).toMatchObject({
    status: 'warning',
    detail: expect.stringContaining('10.0.0.5'),
    mend: expect.stringContaining('COUNTERSIGN_TRUSTED_PROXIES'),
  });
  expect(await findingAt(await listener([], ['10.0.0.7']))).toMatchObject({
    status: 'warning',
    detail: expect.stringContaining('many accounts signed in from 10.0.0.7'),
  });
  expect(await findingAt(await listener([]))).toMatchObject({ status: 'ok' });
  expect(await findingAt('http://localhost:1')).toMatchObject({ status: 'skipped' });
});

test('a missing organisation and another master key are found', async () => {
  const store = { COUNTERSIGN_DATA_DIR: newData(), COUNTERSIGN_MASTER_KEY: MASTER_KEY };
  await run(['migrate'], new Terminal(store));
  const away = {
    COUNTERSIGN_BROKER_URL: 'http://localhost:1',
    COUNTERSIGN_GATEWAY_URL: 'http://localhost:1',
  };
  expect((await doctor({ ...store, ...away })).found('organisation')).toMatchObject({
    status: 'failed',
    mend: 'countersign apply -f FILE',
  });
  const other = { ...store, ...away, COUNTERSIGN_MASTER_KEY: Buffer.alloc(32, 9).toString('base64') };
  expect((await doctor(other)).found('master key')).toMatchObject({
    status: 'failed',
    mend: expect.stringContaining('COUNTERSIGN_MASTER_KEY'),
  });
});

test('P11: a bad variable is a finding without its value, and hides no other', async () => {
  const { checks, found } = await doctor({
    COUNTERSIGN_BROKER_URL: 'http://hunter2.example',
    COUNTERSIGN_DATA_DIR: newData(),
  });
  expect(found('environment')).toMatchObject({
    status: 'failed',
    detail: expect.stringMatching(/^COUNTERSIGN_BROKER_URL must be https/),
  });
  expect(JSON.stringify(checks)).not.toContain('hunter2');
  expect(found('store')).toMatchObject({ status: 'skipped' });
});

test('a port that another program uses is reported', async () => {
  const url = new URL(await serve({}));
  const { found } = await doctor({
    COUNTERSIGN_DATA_DIR: newData(),
    COUNTERSIGN_BROKER_URL: 'http://localhost:1',
    COUNTERSIGN_GATEWAY_URL: 'http://localhost:1',
    COUNTERSIGN_PORT: url.port,
  });
  expect(found('broker port')).toMatchObject({
    status: 'failed',
    mend: expect.stringContaining('COUNTERSIGN_PORT'),
  });
  expect(found('gateway port')).toMatchObject({ status: 'ok' });
});

test.each([
  ['20.18.3', 'failed'],
  ['20.19.0', 'ok'],
  ['22.1.0', 'ok'],
])('Node %s is %s', (version, status) => {
  expect(checkNode(version).status).toBe(status);
});

test.each([
  [0, 'ok'],
  [1, 'ok'],
  [3, 'warning'],
  [6, 'failed'],
  [-6, 'failed'],
])('a clock that is %d s away is %s', (seconds, status) => {
  const now = Date.parse('2026-11-24T12:00:00Z');
  expect(checkClockSkew('Tue, 24 Nov 2026 12:00:00 GMT', now + seconds * 1000).status).toBe(status);
});

test('a data folder that others may read is a warning', () => {
  const folder = specFolder();
  expect(checkDataFolder(folder).status).toBe('ok');
  chmodSync(folder, 0o755);
  expect(checkDataFolder(folder)).toMatchObject({ status: 'warning', mend: `chmod 700 ${folder}` });
});
