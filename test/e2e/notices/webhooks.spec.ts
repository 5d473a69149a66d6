/** @soak */

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Organisation } from '@countersign/access';
import { Webhook } from 'standardwebhooks';
import { MOST_ATTEMPTS } from '../../../apps/broker/src/notices/channel-sender.js';
import { ask } from '../../factories/ask.js';
import { organisation } from '../../factories/organisation.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { onlyInSoak } from '../../support/samples.js';
import { BrokerProcess } from '../broker-process.js';
import { TestBroker } from '../harness.js';
import { makeRequest, review } from '../story.js';

interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
}

const HOUR = 3_600;
/** Claims expire after a minute. */
const CLAIM_SECONDS = 60;
const NO_ANSWER = 0;
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

const hostOf = (server: Server) => `127.0.0.1:${(server.address() as AddressInfo).port}`;

async function start(
  change: (file: Organisation) => void = () => {},
  outboundPrivate: readonly string[] = [hostOf(receiver)],
): Promise<void> {
  const hook = (name: string) => [
    { url: `http://${hostOf(receiver)}/${name}`, secretFile: join(folder, 'secret') },
  ];
  const file = organisation();
  file.vendor.webhooks = hook('vendor');
  for (const tenant of file.tenants) tenant.webhooks = hook(tenant.slug);
  change(file);
  broker = await TestBroker.start({ organisation: file, settings: { outboundPrivate } });
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
  test('are signed as Standard Webhooks specifies, and carry only ids and how far the log has grown', async () => {
    await start();
    const request = await makeRequest(broker);
    const [message] = await come('/vendor', 1);
    expect(() => new Webhook(SECRET).verify(message!.body, message!.headers)).not.toThrow();
    // A checkpoint of that size has that root, so a receiver that keeps the message is a witness of the log.
    const leaves = await broker.host.store.readForTenant('acme', (unit) => unit.events.head());
    expect(JSON.parse(message!.body)).toEqual({
      type: 'request.awaiting_vendor',
      timestamp: expect.any(String),
      data: {
        id: message!.headers['webhook-id'],
        tenant: 'acme',
        subject: request.id,
        request: request.id,
        link: `http://localhost:4000/requests/${request.id}`,
        log: leaves,
        waiting: { for: 'vendor', since: request.createdAt },
      },
    });
    expect(message!.headers['webhook-id']).toMatch(/^ntc_/);
  });

  onlyInSoak(() => {
    test('a request that is approved at once is reported as approved, never as waiting', async () => {
      await start(({ accessPolicy, tenants }) => {
        accessPolicy.vendorReviews = 0;
        for (const { privacyControls } of tenants) privacyControls.approvals = 0;
      });
      expect(await makeRequest(broker)).toMatchObject({ state: 'approved' });
      for (const path of ['/acme', '/vendor']) {
        await come(path, 2);
        const types = at(path).map(({ body }) => JSON.parse(body).type);
        expect(types.sort()).toEqual(['grant.active', 'request.approved']);
      }
    });
  });

  test('P9: a tenant’s endpoint receives only that tenant’s notices, the vendor’s receives all', async () => {
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

  test('P7: after an outage they arrive in order, each under one id; the other endpoints did not wait', async () => {
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

  test('P7: a dead letter is listed, the security admin can retry it, and it arrives under its old id', async () => {
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
    const retry = (headers = {}) =>
      broker.call('securityAdmin', 'POST', `/api/v1/notices/${items[0]?.id}/retry`, { headers });
    const retried = await retry({ 'idempotency-key': 'again' });
    expect(retried.status).toBe(200);
    expect(await retry({ 'idempotency-key': 'again' })).toMatchObject({ status: 200, body: retried.body });
    const [, second] = await come('/acme', 2);
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    await eventually('none dead or due', async () => (await deliveries('due')).length === 0);
    expect((await retry()).body).toMatchObject({ status: 409, code: 'wrong_state' });
    const nothing = `/api/v1/notices/${first!.headers['webhook-id']!.slice(0, -4)}0000/retry`;
    expect((await broker.call('securityAdmin', 'POST', nothing)).status).toBe(404);
    expect((await broker.call('securityAdmin', 'GET', '/api/v1/notices?state=lost')).status).toBe(400);
  });

  onlyInSoak(() => {
    test('P7: a delivery is given up after its last attempt, a day after the first, and can be retried', async () => {
      await start();
      // Each reading of the clock is an hour later than the one before, so the test waits for no pause.
      // Claims run out meanwhile, so the same attempt may be made often.
      const now = broker.clock.now.bind(broker.clock);
      status = (path) => (path === '/acme' ? 503 : 204);
      await makeRequest(broker);
      await come('/acme', 1);
      broker.clock.now = () => {
        broker.clock.advance(HOUR);
        return now();
      };
      const dead = await eventually('a dead letter', async () => (await deliveries('dead'))[0], 60_000);
      expect(dead!.lastError).toBe('http_503');
      expect(dead!.attempts).toBeGreaterThanOrEqual(MOST_ATTEMPTS);
      const [first] = at('/acme');
      const ofFirst = at('/acme').filter(
        ({ headers }) => headers['webhook-id'] === first!.headers['webhook-id'],
      );
      expect(ofFirst.length).toBeGreaterThanOrEqual(MOST_ATTEMPTS);
    });

    test('P7: an attempt times out if the receiver never answers; the others did not wait', async () => {
      await start();
      status = (path) => (path === '/acme' ? NO_ANSWER : 204);
      await makeRequest(broker);
      await come('/vendor', 1);
      await eventually('the vendor’s is noted', async () => (await deliveries('delivered')).length === 1);
      const failed = await eventually(
        'the end of the attempt',
        async () => (await deliveries('due')).find(({ lastError }) => lastError !== null),
        30_000,
      );
      expect(failed).toMatchObject({ attempts: 1, lastError: 'timed_out' });
    });

    test('P7: a broker that is killed before the receiver answers sends the same id after its restart', async () => {
      await start();
      await broker.broker.close();
      let thinks = true;
      status = (path) => (path === '/acme' && thinks ? NO_ANSWER : 204);
      const victim = BrokerProcess.spawn(broker.environment, await freePort(), {
        COUNTERSIGN_OUTBOUND_PRIVATE: hostOf(receiver),
      });
      await victim.ready();
      const asked = await fetch(`${victim.url}/api/v1/requests`, {
        method: 'POST',
        headers: { authorization: `Bearer ${broker.keys.engineer}`, 'content-type': 'application/json' },
        body: JSON.stringify(ask()),
      });
      expect(asked.status).toBe(201);
      const [first] = await come('/acme', 1);
      victim.child.kill('SIGKILL');
      await victim.ended;
      thinks = false;
      broker.clock.advance(CLAIM_SECONDS + 1);
      await broker.run();
      const [, second] = await come('/acme', 2);
      expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
      expect(second!.body).toBe(first!.body);
    });

    test('a redirect counts as a failed attempt and is retried, never followed', async () => {
      await start();
      status = (path) => (path === '/acme' ? 302 : 204);
      await makeRequest(broker);
      await eventually('the refusal', async () =>
        (await deliveries('due')).some(({ lastError }) => lastError === 'redirect_refused'),
      );
      expect(at('/elsewhere')).toEqual([]);
    });
  });

  test('this machine is called only at a port that is listed', async () => {
    await start(undefined, ['127.0.0.1:9', 'localhost:9']);
    await makeRequest(broker);
    await eventually('the refusal', async () =>
      (await deliveries('due')).some(({ lastError }) => lastError === 'address_refused'),
    );
    expect(got).toEqual([]);
  });
});
