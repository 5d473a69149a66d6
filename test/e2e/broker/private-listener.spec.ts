import { readBrokerEnvironment } from '@countersign/config';
import { brokerOrigins } from '../../support/openapi/broker-origins.js';
import { TestBroker } from '../harness.js';

let broker: TestBroker;
beforeAll(async () => {
  broker = await TestBroker.start({
    settings: { admin: { host: '127.0.0.1', port: 0, orAnyPort: false } },
  });
});
afterAll(() => broker.close());

test('a stranger reads nothing but one word about the broker’s health', async () => {
  const ready = await broker.fetch('GET', '/readyz');
  expect([ready.status, ready.text]).toEqual([200, '{"status":"ok"}']);
  expect((await broker.fetch('GET', '/metrics')).status).toBe(404);
});

test('the private listener has metrics and details', async () => {
  const { adminUrl } = broker.broker;
  const ready = await fetch(`${adminUrl}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([
    200,
    {
      ...{ status: 'ok', stopping: false, store: 'ok', unlistedProxies: [] },
      ...{ sharedAddresses: [], stoppedLogs: [], parted: null, isolation: 'none' },
    },
  ]);
  const metrics = await fetch(`${adminUrl}/metrics`);
  expect(metrics.headers.get('content-type')).toContain('text/plain');
  expect(await metrics.text()).toContain('countersign_feed_connections 0');
  expect((await fetch(`${adminUrl}/healthy`)).status).toBe(404);
  expect(brokerOrigins.has(String(adminUrl))).toBe(false);
});

test('several brokers on one machine do not fight over the default port', async () => {
  const { admin } = readBrokerEnvironment({ COUNTERSIGN_MASTER_KEY: Buffer.alloc(32, 1).toString('base64') });
  const others = [
    await TestBroker.start({ settings: { admin } }),
    await TestBroker.start({ settings: { admin } }),
  ];
  const urls = others.map((other) => other.broker.adminUrl);
  await Promise.all(others.map((other) => other.close()));
  expect(new Set(urls).size).toBe(2);
  expect(urls).not.toContain(null);
});
