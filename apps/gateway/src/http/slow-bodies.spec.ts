/** @soak */

import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { FakeGrant } from '../../../../test/fakes/feed-broker.js';
import { GatewayWorld, refusal } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';
import { onlyInSoak } from '../../../../test/support/samples.js';

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

  test('is kept whole and in order, whatever the pieces in which it comes', async () => {
    world = await GatewayWorld.start();
    const { broker, upstream } = world;
    const parts = ['a', 'b'.repeat(5_000), 'c', 'd'.repeat(100_000), 'e'];
    const body = parts.join('');
    const bodySha256 = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    const token = broker.token(broker.grant({ change: { ...change, bodySha256 } }));
    const chunks = parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('');
    const head = `PATCH /billing/tenants/acme/invoices/7 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}`;
    const sent = await world.raw(`${head}\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
    expect(sent.status).toBe(200);
    expect(upstream.hits.map((hit) => hit.bodySha256)).toEqual([bodySha256]);
  });

  test('P4: is refused before the decision if it is in chunks of one byte', async () => {
    world = await GatewayWorld.start();
    const token = world.broker.token(world.broker.grant({ change }));
    const head = `PATCH /billing/tenants/acme/invoices/7 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}`;
    const chunks = '1\r\nx\r\n'.repeat(5_000);
    const { status, body } = await world.raw(
      `${head}\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
    );
    expect([status, JSON.parse(body).code]).toEqual([400, 'ambiguous_request']);
    expect(world.upstream.hits).toEqual([]);
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
  const token = broker.token(broker.grant());
  // The gateway has the grant before it has much to read.
  expect((await world.send({ token })).status).toBe(200);
  upstream.onArrival = () => new Promise(() => undefined);
  const sent = world.send({
    method: 'POST',
    path: '/billing/tenants/acme/invoices',
    token,
    body: new Uint8Array(32 * 1024 * 1024),
  });
  expect(await refusal(await sent)).toEqual({ status: 504, code: 'upstream_timeout' });
  await until(() => broker.recordsOf('outcome').length === 2);
  expect(broker.recordsOf('outcome')[1]).toMatchObject({ outcome: 'failed', status: null });
});

describe('the attack “300 half-sent uploads hold a grant’s places for 19 seconds”', () => {
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  /** Sends a head that announces ten bytes, and one byte. Resolves with the status line, if there is an answer. */
  function halfUpload(token: string): Promise<string> {
    const socket = connect(world.gateway.port, '127.0.0.1');
    sockets.push(socket);
    socket.write(
      `POST /billing/tenants/acme/invoices HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 10\r\n\r\n1`,
    );
    return new Promise((resolve) => {
      socket.once('data', (bytes: Buffer) => resolve(bytes.toString().split('\r\n', 1)[0] ?? ''));
      socket.on('error', () => undefined);
    });
  }

  onlyInSoak(() => {
    test('at most 64 of them are open; other calls, and bodies that come with their head, go on', async () => {
      world = await GatewayWorld.start({ callTimes: { clientIdleMs: 600_000 } });
      const { broker } = world;
      const token = broker.token(broker.grant());
      let refused = 0;
      const lines: string[] = [];
      for (let count = 0; count < 300; count += 1)
        void halfUpload(token).then((line) => {
          refused += 1;
          lines.push(line);
        });
      await until(() => refused === 300 - 64, 60_000);
      expect(new Set(lines)).toEqual(new Set(['HTTP/1.1 429 Too Many Requests']));
      const read = Array.from({ length: 100 }, () => world.send({ token }));
      expect(new Set((await Promise.all(read)).map(({ status }) => status))).toEqual(new Set([200]));
      const whole = await world.raw(
        `POST /billing/tenants/acme/invoices HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 2\r\n\r\n{}`,
      );
      expect(whole.status).toBe(200);
      for (const socket of sockets.splice(0)) socket.destroy();
      // Their places are free again, and an upload that is slow but whole succeeds.
      const slowly = () =>
        world.send({
          method: 'POST',
          path: '/billing/tenants/acme/invoices',
          token,
          body: new Blob(['x'.repeat(200_000)]).stream(),
        });
      await until(async () => (await slowly()).status === 200);
    });
  });

  test('their bound over all grants of a service leaves room for others too', async () => {
    world = await GatewayWorld.start({ maxBodiesPerGrant: 2, maxBodiesPerService: 3 });
    const { broker, upstream } = world;
    const tokens = [1, 2].map(() => broker.token(broker.grant()));
    for (const token of [tokens[0]!, tokens[0]!, tokens[1]!]) void halfUpload(token);
    await until(() => upstream.hits.length === 3);
    for (const token of tokens) expect(await halfUpload(token)).toBe('HTTP/1.1 429 Too Many Requests');
    for (const token of tokens) expect((await world.send({ token })).status).toBe(200);
  });
});
