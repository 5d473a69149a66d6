import { createHash } from 'node:crypto';
import type { FakeGrant } from '../../../../test/fakes/feed-broker.js';
import { GatewayWorld, refusal } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';

const BODY = '{"status":"void"}';
const bodySha256 = `sha256:${createHash('sha256').update(BODY).digest('hex')}`;
const change = { method: 'PATCH', path: '/tenants/acme/invoices/7', bodySha256 };

let world: GatewayWorld;
afterEach(() => world.stop());

/** Sends a head and a part of a body, and then nothing. */
const sendHalf = (grant: FakeGrant): Promise<Response> =>
  world.send({
    method: 'PATCH',
    token: world.broker.token(grant),
    body: new ReadableStream({
      start: (stream) => stream.enqueue(new TextEncoder().encode(BODY.slice(0, 5))),
    }),
  });

describe('a body that is needed before the decision', () => {
  test('does not arrive: 408 after the time that a client may be idle', async () => {
    world = await GatewayWorld.start({ callTimes: { clientIdleMs: 300 } });
    const answer = await sendHalf(world.broker.grant({ change }));
    expect(await refusal(answer)).toEqual({ status: 408, code: 'request_timeout' });
    await until(() => world.broker.recordsOf('refused').length === 1);
    expect(world.broker.recordsOf('refused')[0]).toMatchObject({ code: 'request_timeout', tenant: 'acme' });
    expect(world.upstream.hits).toHaveLength(0);
  });

  test('occupies a place among the calls of its grant while it arrives, and frees it', async () => {
    world = await GatewayWorld.start({ maxCallsPerGrant: 1 });
    const { broker } = world;
    const grant = broker.grant({ change });
    const token = broker.token(grant);
    const leaving = new AbortController();
    const first = world.send({
      method: 'PATCH',
      token,
      signal: leaving.signal,
      body: new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('x')) }),
    });
    const send = () => world.send({ method: 'PATCH', token, body: new TextEncoder().encode(BODY) });
    await until(async () => (await fetch(`${world.gateway.adminUrl}/metrics`)).text().then(hasOpenCall));
    expect(await refusal(await send())).toEqual({ status: 429, code: 'rate_limited' });
    leaving.abort();
    await expect(first).rejects.toThrow();
    await until(async () => (await send()).status === 200);
  });

  test('P6: is too late if its grant is stopped meanwhile: the client is told at once', async () => {
    world = await GatewayWorld.start();
    const { broker } = world;
    const grant = broker.grant({ change });
    const answer = sendHalf(grant);
    await until(async () => (await fetch(`${world.gateway.adminUrl}/metrics`)).text().then(hasOpenCall));
    broker.end(grant);
    expect(await refusal(await answer)).toEqual({ status: 403, code: 'grant_ended' });
  });

  test('is larger than the gateway keeps: 403, and no broken connection', async () => {
    world = await GatewayWorld.start();
    const { broker } = world;
    const token = broker.token(broker.grant({ change }));
    for (let count = 0; count < 5; count += 1) {
      const answer = await world.send({ method: 'PATCH', token, body: new Uint8Array(8_000_000) });
      expect(await refusal(answer)).toEqual({ status: 403, code: 'insufficient_scope' });
    }
  });
});

const hasOpenCall = (metrics: string): boolean => /^countersign_gateway_open_calls 1$/m.test(metrics);

test('an upstream that does not read a body is itself late: the client is not blamed', async () => {
  world = await GatewayWorld.start({
    callTimes: { clientIdleMs: 1_500 },
    upstreamTimeouts: { firstByteMs: 5_000 },
  });
  const { broker, upstream } = world;
  upstream.onArrival = () => new Promise(() => undefined);
  const sent = world.send({
    method: 'POST',
    path: '/billing/tenants/acme/invoices',
    token: broker.token(broker.grant()),
    body: new Uint8Array(32 * 1024 * 1024),
  });
  expect(await refusal(await sent)).toEqual({ status: 504, code: 'upstream_timeout' });
  await until(() => broker.recordsOf('outcome').length === 1);
  expect(broker.recordsOf('outcome')[0]).toMatchObject({ outcome: 'failed', status: null });
});
