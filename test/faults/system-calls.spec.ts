import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { CountingUpstream } from '../fakes/counting-upstream.js';
import { FeedBroker } from '../fakes/feed-broker.js';
import { GatewayProcess } from '../fakes/gateway-process.js';
import { billingService } from '../fakes/gateway-world.js';
import { until } from '../fakes/until.js';
import { type Injection, Strace } from '../support/strace.js';

let broker: FeedBroker;
let upstream: CountingUpstream;
let spoolDir: string;
let gateway: GatewayProcess;
let token: string;

const segments = () => join(spoolDir, 'segments');
/** Every segment that a test may reach, so that faults hit the spool and no socket. */
const files = () =>
  Array.from({ length: 60 }, (_, index) => join(segments(), `${String(index + 1).padStart(12, '0')}.spool`));

const start = () =>
  GatewayProcess.start({
    credential: broker.credential,
    spoolDir,
    // One thread, so that "the first" write is the first of all.
    env: { UV_THREADPOOL_SIZE: '1' },
  });

beforeEach(async () => {
  broker = new FeedBroker();
  upstream = new CountingUpstream();
  spoolDir = await mkdtemp(join(tmpdir(), 'faults-'));
  await upstream.start();
  broker.services = [billingService(upstream.origin)];
  await broker.start();
  gateway = await start();
  token = broker.token(broker.grant());
});
afterEach(async () => {
  await gateway.end('SIGKILL');
  await broker.stop();
  await upstream.stop();
  await rm(spoolDir, { recursive: true, force: true });
});

async function call(): Promise<{ status: number; code: unknown }> {
  const { statusCode, body } = await request(`${gateway.url}/billing/tenants/acme/invoices/7`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { code } = (await body.json()) as { code?: string };
  return { status: statusCode, code };
}

const REFUSED = { status: 503, code: 'record_unavailable' };

/** Every hit has its record and every record one outcome. A record without a hit has the outcome unknown. */
async function expectAccount(): Promise<void> {
  const allowed = () => broker.recordsOf('allowed');
  const outcomes = () => broker.recordsOf('outcome');
  await until(() => allowed().length >= upstream.hits.length && outcomes().length === allowed().length);
  const hits = upstream.hits.map((hit) => String(hit.headers['countersign-record']));
  const ids = allowed().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(hits.filter((id) => !ids.includes(id))).toEqual([]);
  const unforwarded = new Set(ids.filter((id) => !hits.includes(id)));
  expect(outcomes().filter(({ id, outcome }) => unforwarded.has(id) && outcome !== 'unknown')).toEqual([]);
  expect(broker.gaps).toEqual([]);
}

/** Bytes of all segments. */
const spoolBytes = () =>
  files()
    .filter((file) => existsSync(file))
    .reduce((sum, file) => sum + statSync(file).size, 0);

const spool =
  (calls: string[]): (() => Injection) =>
  () => ({ calls, paths: [...files(), segments()] });

describe('system calls that fail', () => {
  test.each([
    ['write fails with EIO', spool(['write:error=EIO'])],
    ['write fails with ENOSPC', spool(['write:error=ENOSPC'])],
    ['after a failed write, no new segment: EROFS', spool(['write:error=EIO:when=1', 'openat:error=EROFS'])],
    [
      'after a failed write, no new segment: ENOSPC',
      spool(['write:error=EIO:when=1', 'openat:error=ENOSPC']),
    ],
    ['after a failed write, no new segment: EIO', spool(['write:error=EIO:when=1', 'openat:error=EIO'])],
    [
      'after a failed write, syncing the name of the new segment: EIO',
      spool(['write:error=EIO:when=1', 'fsync:error=EIO']),
    ],
    [
      'write fails, and so does the clean-up',
      spool(['write:error=EIO', 'ftruncate:error=EIO', 'unlink:error=EIO']),
    ],
  ])('P5: %s: 503, upstream untouched; then calls continue by themselves', async (_, injection) => {
    expect((await call()).status).toBe(200);
    const strace = await Strace.attach(gateway.pid, injection());
    for (let count = 0; count < 5; count += 1) expect(await call()).toEqual(REFUSED);
    expect(await Promise.all([call(), call(), call()])).toEqual([REFUSED, REFUSED, REFUSED]);
    expect(upstream.hits).toHaveLength(1);
    await strace.detach();
    for (let count = 0; count < 5; count += 1) expect(await call()).toEqual({ status: 200, code: undefined });
    expect(upstream.hits).toHaveLength(6);
    await gateway.end('SIGTERM');
    await expectAccount();
    expect(broker.recordsOf('allowed')).toHaveLength(6);
    expect(broker.recordsOf('refused').map(({ code }) => code)).toEqual(Array(8).fill('record_unavailable'));
  });

  test('P5: one write error among many calls refuses only the calls that waited for it', async () => {
    const strace = await Strace.attach(gateway.pid, spool(['write:error=EIO:when=5'])());
    const answers: { status: number; code: unknown }[] = [];
    for (let count = 0; count < 12; count += 1)
      answers.push(...(await Promise.all([call(), call(), call(), call()])));
    await strace.detach();
    // It may have been one that only outcomes waited for.
    const metrics = await (await request(`${gateway.adminUrl}/metrics`)).body.text();
    expect(metrics).toContain('countersign_gateway_spool_faults_total 1');
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeLessThan(8);
    expect(refused).toEqual(refused.map(() => REFUSED));
    expect(upstream.hits).toHaveLength(answers.length - refused.length);
    await gateway.end('SIGTERM');
    await expectAccount();
  });

  test('P5: killed when a record is on disk and the gateway does not know it yet: it becomes a record with the outcome unknown', async () => {
    expect((await call()).status).toBe(200);
    await until(() => broker.recordsOf('outcome').length === 1);
    const before = spoolBytes();
    const strace = await Strace.attach(gateway.pid, spool(['write:delay_exit=5000000'])());
    const killed = call().catch(() => undefined);
    await until(() => spoolBytes() > before);
    await gateway.end('SIGKILL');
    await strace.detach();
    expect(await killed).toBeUndefined();
    gateway = await start();
    token = broker.token(broker.grant());
    expect((await call()).status).toBe(200);
    expect(upstream.hits).toHaveLength(2);
    await gateway.end('SIGTERM');
    await expectAccount();
    expect(broker.recordsOf('allowed')).toHaveLength(3);
  });
});
