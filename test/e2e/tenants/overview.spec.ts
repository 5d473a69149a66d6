/** @soak */

import { revokeGateway } from '@countersign/access';
import { eventually } from '../../support/eventually.js';
import { onlyInSoak } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { EventStream } from '../sse.js';
import { makeGrant, makeRequest, review } from '../story.js';

let broker: TestBroker;
beforeEach(async () => {
  broker = await TestBroker.start();
});
afterEach(() => broker.close());

const NONCE = Buffer.alloc(32, 7).toString('base64url');

onlyInSoak(() => {
  test('gateways are listed with the time of their last contact, also after a restart of the broker', async () => {
    const [near, never, shut] = [
      await broker.enrolGateway('near'),
      await broker.enrolGateway('never'),
      await broker.enrolGateway('shut'),
    ];
    await revokeGateway(broker.host, shut.credential.gateway);
    const feed = await EventStream.open(`${broker.url}/gateway/v1/feed?nonce=${NONCE}`, {
      authorization: near.bearer,
    });
    await feed.next();
    const list = async () => {
      const { body } = await broker.call('securityAdmin', 'GET', '/api/v1/gateways');
      return (body as { items: { name: string; state: string; lastInTouchAt: string | null }[] }).items;
    };
    expect((await list()).map(({ name, state }) => `${name} ${state}`)).toEqual([
      'shut revoked',
      'never never',
      'near in_touch',
    ]);
    await eventually(
      'the gateway’s contact is stored',
      () =>
        broker.host.store.readAsVendor(
          async (unit) => (await unit.gateways.find(near.credential.gateway))?.lastSeenAt,
        ),
      25_000,
    );
    feed.close();
    await broker.broker.close();
    await broker.run();
    broker.clock.advance(200);
    const [, , after] = await list();
    expect(after).toMatchObject({ name: 'near', state: 'away', lastInTouchAt: expect.any(String) });
    expect(never.credential.gateway).toMatch(/^gtw_/);
  });
});

test('a tenant’s usual decision time is shown after five decisions', async () => {
  const times = async () =>
    (await broker.call('engineer', 'GET', '/api/v1/tenants/acme/decision-times')).body as {
      count: number;
      median: number | null;
      p90: number | null;
    };
  expect(await times()).toEqual({ count: 0, median: null, p90: null });
  for (let count = 1; count <= 5; count += 1) {
    const request = await makeRequest(broker);
    broker.clock.advance(1_000);
    await review(broker, 'reviewer', request);
    broker.clock.advance(60 * count);
    await review(broker, 'approver', request, count === 2 ? 'deny' : 'approve');
    if (count === 4) expect(await times()).toMatchObject({ count: 4, median: null });
  }
  const { count, median, p90 } = await times();
  expect(count).toBe(5);
  // The clock advances while the calls run.
  expect(median).toBeGreaterThanOrEqual(180);
  expect(median).toBeLessThan(240);
  expect(p90).toBeGreaterThanOrEqual(300);
});

test('P9: the vendor sees the names of all tenants; a customer sees only its own', async () => {
  const names = async (who: 'engineer' | 'foreignApprover') =>
    (await broker.call(who, 'GET', '/api/v1/organisation')).body;
  expect(await names('engineer')).toEqual({
    vendor: { name: 'Vendor' },
    tenants: [
      { slug: 'acme', name: 'acme Corp' },
      { slug: 'globex', name: 'globex Corp' },
    ],
  });
  expect(await names('foreignApprover')).toEqual({
    vendor: { name: 'Vendor' },
    tenants: [{ slug: 'globex', name: 'globex Corp' }],
  });
});

onlyInSoak(() => {
  test('a grant shows who ended it and when', async () => {
    const { grant } = await makeGrant(broker);
    const read = async () => (await broker.call('engineer', 'GET', `/api/v1/grants/${grant}`)).body;
    expect(await read()).toMatchObject({ endedAt: null, endedBy: null });
    await broker.call('approver', 'POST', `/api/v1/grants/${grant}/revocation`, {
      body: { reason: 'enough' },
    });
    expect(await read()).toMatchObject({ endedAt: expect.any(String), endedBy: broker.persons.approver });
  });
});
