import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { organisation } from '../../factories/organisation.js';
import { eventually } from '../../support/eventually.js';
import { TestBroker } from '../harness.js';
import { makeRequest, review } from '../story.js';

interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
}

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;

let folder: string;
let receiver: Server;
let got: Received[];
let status: (path: string) => number;
let broker: TestBroker;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-hooks-'));
  await writeFile(join(folder, 'secret'), `${SECRET}\n`);
  got = [];
  status = () => 204;
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8');
    });
    request.on('end', () => {
      const path = request.url ?? '';
      got.push({ path, headers: request.headers as Record<string, string>, body });
      const code = status(path);
      if (code > 0) response.writeHead(code, code === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await broker.close();
  receiver.closeAllConnections();
  receiver.close();
  await rm(folder, { recursive: true });
});

async function start(settings: { outboundPrivate?: boolean } = { outboundPrivate: true }): Promise<void> {
  const { port } = receiver.address() as AddressInfo;
  const hook = (name: string) => [
    { url: `http://127.0.0.1:${port}/${name}`, secretFile: join(folder, 'secret') },
  ];
  const file = organisation();
  file.vendor.webhooks = hook('vendor');
  for (const tenant of file.tenants) tenant.webhooks = hook(tenant.slug);
  broker = await TestBroker.start({ organisation: file, settings });
}
const at = (path: string) => got.filter((each) => each.path === path);
const come = (path: string, count: number) =>
  eventually(`${count} at ${path}`, () => at(path).length >= count && at(path));
const deliveries = (state: 'due' | 'dead' | 'delivered') =>
  broker.host.store.readAsVendor(async (unit) => {
    const { items } = await unit.deliveries.list({ state }, { cursor: null, limit: 200 });
    return items
      .flatMap((item) => item.deliveries)
      .filter((row) => row.channel === 'webhook' && row.state === state);
  });

describe('notices by webhook', () => {
  test('are signed as Standard Webhooks says, and carry ids alone', async () => {
    await start();
    const request = await makeRequest(broker);
    const [message] = await come('/vendor', 1);
    expect(() => new Webhook(SECRET).verify(message!.body, message!.headers)).not.toThrow();
    expect(JSON.parse(message!.body)).toEqual({
      type: 'request.awaiting_vendor',
      timestamp: expect.any(String),
      data: {
        id: message!.headers['webhook-id'],
        tenant: 'acme',
        subject: request.id,
        request: request.id,
        link: `http://localhost:4000/requests/${request.id}`,
      },
    });
    expect(message!.headers['webhook-id']).toMatch(/^ntc_/);
  });

  test('P9: a tenant’s endpoint hears of that tenant alone, the vendor’s of all', async () => {
    await start();
    await makeRequest(broker);
    await makeRequest(broker, 'engineer', { tenant: 'globex' });
    await come('/vendor', 2);
    await come('/acme', 1);
    await come('/globex', 1);
    const tenants = (path: string) => at(path).map(({ body }) => JSON.parse(body).data.tenant);
    expect(tenants('/acme')).toEqual(['acme']);
    expect(tenants('/globex')).toEqual(['globex']);
    expect(tenants('/vendor').sort()).toEqual(['acme', 'globex']);
  });

  test('P7: after an outage they come in order, each under one id; the other endpoints did not wait', async () => {
    await start();
    let down = true;
    status = (path) => (path === '/acme' && down ? 503 : 204);
    const request = await makeRequest(broker);
    await review(broker, 'reviewer', request);
    await come('/vendor', 2);
    await come('/acme', 2);
    expect(new Set(at('/acme').map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    down = false;
    const before = at('/acme').length;
    await eventually('both', async () => {
      broker.clock.advance(1);
      return (await deliveries('due')).length === 0;
    });
    expect(
      at('/acme')
        .slice(before)
        .map(({ body }) => JSON.parse(body).type),
    ).toEqual(['request.awaiting_vendor', 'request.awaiting_customer']);
  });

  test('P7: a dead letter is listed, retried by the security admin, and comes under its old id', async () => {
    await start();
    status = (path) => (path === '/acme' ? 410 : 204);
    await makeRequest(broker);
    const [first] = await come('/acme', 1);
    await eventually('a dead letter', async () => (await deliveries('dead')).length === 1);
    const list = await broker.call('securityAdmin', 'GET', '/api/v1/notices?state=dead');
    const { items } = list.body as { items: { id: string; deliveries: unknown[] }[] };
    expect(items).toMatchObject([{ id: first!.headers['webhook-id'], kind: 'request.awaiting_vendor' }]);
    expect(items[0]?.deliveries).toContainEqual(
      expect.objectContaining({ channel: 'webhook', state: 'dead', lastError: 'http_410' }),
    );
    expect(list.text).not.toContain('127.0.0.1');
    status = () => 204;
    const retry = () => broker.call('securityAdmin', 'POST', `/api/v1/notices/${items[0]?.id}/retry`);
    expect((await retry()).status).toBe(200);
    const [, second] = await come('/acme', 2);
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    await eventually('none dead or due', async () => (await deliveries('due')).length === 0);
    expect((await retry()).body).toMatchObject({ status: 409, code: 'wrong_state' });
    const nothing = `/api/v1/notices/${first!.headers['webhook-id']!.slice(0, -4)}0000/retry`;
    expect((await broker.call('securityAdmin', 'POST', nothing)).status).toBe(404);
    expect((await broker.call('securityAdmin', 'GET', '/api/v1/notices?state=lost')).status).toBe(400);
  });

  test('a redirect is refused and tried again, never followed', async () => {
    await start();
    status = (path) => (path === '/acme' ? 302 : 204);
    await makeRequest(broker);
    await eventually('the refusal', async () =>
      (await deliveries('due')).some(({ lastError }) => lastError === 'redirect_refused'),
    );
    expect(at('/elsewhere')).toEqual([]);
  });

  test('this machine is not called unless that is configured', async () => {
    await start({});
    await makeRequest(broker);
    await eventually('the refusal', async () =>
      (await deliveries('due')).some(({ lastError }) => lastError === 'address_refused'),
    );
    expect(got).toEqual([]);
  });
});
