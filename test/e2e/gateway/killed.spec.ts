/** @soak */

import { hash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { CountingUpstream } from '../../fakes/counting-upstream.js';
import { FeedBroker } from '../../fakes/feed-broker.js';
import { GatewayProcess } from '../../fakes/gateway-process.js';
import { billingService } from '../../fakes/gateway-world.js';
import { until } from '../../fakes/until.js';
import { onlyInSoak } from '../../support/samples.js';

const CALLERS = 16;

const broker = new FeedBroker();
const upstream = new CountingUpstream();
const agent = new Agent();
let spoolDir: string;
let gateway: GatewayProcess;

beforeAll(async () => {
  spoolDir = await mkdtemp(join(tmpdir(), 'gateway-killed-'));
  await upstream.start();
  broker.services = [billingService(upstream.origin)];
  await broker.start();
});
afterAll(async () => {
  await gateway?.end('SIGKILL');
  await agent.destroy();
  await broker.stop();
  await upstream.stop();
  await rm(spoolDir, { recursive: true, force: true });
});

/** Calls as fast as it can until the gateway is gone. Returns the record ids of the calls that were answered. */
async function callUntilGone(tokens: readonly string[]): Promise<string[]> {
  const answered: string[] = [];
  const path = { acme: '/billing/tenants/acme/invoices/7', globex: '/billing/tenants/globex/invoices/7' };
  for (let i = 0; ; i++) {
    const tenant = i % 2 === 0 ? 'acme' : 'globex';
    try {
      const answer = await request(gateway.url + path[tenant], {
        dispatcher: agent,
        headers: { authorization: `Bearer ${tokens[i % 2]}` },
      });
      await answer.body.dump();
      if (answer.statusCode === 200) answered.push(String(answer.headers['countersign-record']));
    } catch {
      return answered;
    }
  }
}

test('P5: killed under load of two tenants: no call without its record, nothing lost, nothing twice, no gap', async () => {
  const tokens = [broker.token(broker.grant()), broker.token(broker.grant({ tenant: 'globex' }))];
  gateway = await GatewayProcess.start({ credential: broker.credential, spoolDir });
  const calling = Array.from({ length: CALLERS }, () => callUntilGone(tokens));
  await until(() => upstream.hits.length > 100);
  await gateway.end('SIGKILL');
  const answered = (await Promise.all(calling)).flat();
  gateway = await GatewayProcess.start({ credential: broker.credential, spoolDir });
  const allowed = () => broker.records.filter((record) => record.kind === 'allowed');
  const outcomes = () => broker.records.filter((record) => record.kind === 'outcome');
  await until(() => allowed().length >= upstream.hits.length && outcomes().length === allowed().length);

  expect(broker.gaps).toEqual([]);
  const recorded = new Set(allowed().map(({ id }) => id));
  const hits = upstream.hits.map((hit) => String(hit.headers['countersign-record']));
  expect(recorded.size).toBe(allowed().length);
  expect(new Set(hits).size).toBe(hits.length);
  expect(hits.filter((id) => !recorded.has(id))).toEqual([]);
  expect(answered.filter((id) => !recorded.has(id))).toEqual([]);
  // A kill between the durable record and the upstream leaves a record without a hit. Its outcome is unknown.
  const ended = new Map(outcomes().map((record) => [record.id, record.outcome]));
  const neverArrived = [...recorded].filter((id) => !hits.includes(id));
  expect(neverArrived.filter((id) => ended.get(id) !== 'unknown')).toEqual([]);
  expect(neverArrived.length).toBeLessThanOrEqual(CALLERS);
  expect([...recorded].filter((id) => !ended.has(id))).toEqual([]);
}, 60_000);

onlyInSoak(() => {
  test('a change that was forwarded when the gateway was killed is not made again, whatever its broker remembers', async () => {
    const body = '{"status":"void"}';
    const bodySha256 = `sha256:${hash('sha256', body)}`;
    const change = { method: 'PATCH', path: '/tenants/acme/invoices/7', bodySha256 };
    const token = broker.token(broker.grant({ change }));
    const attempt = () =>
      request(`${gateway.url}/billing/tenants/acme/invoices/7`, {
        dispatcher: agent,
        method: 'PATCH',
        headers: { authorization: `Bearer ${token}` },
        body,
      });
    const changes = () => upstream.hits.filter(({ method }) => method === 'PATCH').length;
    const { answer } = upstream;
    upstream.answer = () => undefined;
    const lost = attempt().catch(() => undefined);
    await until(() => changes() === 1);
    await gateway.end('SIGKILL');
    await lost;
    upstream.answer = answer;
    broker.leases.leases.length = 0;
    gateway = await GatewayProcess.start({ credential: broker.credential, spoolDir });
    const again = await attempt();
    expect([again.statusCode, await again.body.json()]).toEqual([
      403,
      expect.objectContaining({ code: 'budget_exhausted' }),
    ]);
    expect(changes()).toBe(1);
  }, 60_000);
});

test('a termination signal stops the gateway in order', async () => {
  const token = broker.token(broker.grant());
  const { statusCode, body } = await request(`${gateway.url}/billing/tenants/acme/invoices/7`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await body.dump();
  expect(statusCode).toBe(200);
  await gateway.end('SIGTERM');
  expect(gateway.lines.some((line) => line.includes('"stopped"'))).toBe(true);
  const [outcome, ...heads] = broker.records.slice(
    broker.records.findLastIndex(({ kind }) => kind === 'outcome'),
  );
  expect(outcome).toMatchObject({ kind: 'outcome', outcome: 'completed' });
  // Its last records sign the chain of this run, and those that the killed runs left.
  expect(heads.map(({ kind }) => kind)).toEqual(heads.map(() => 'head'));
  expect(heads.map(({ boot }) => boot)).toContain(outcome?.boot);
});
