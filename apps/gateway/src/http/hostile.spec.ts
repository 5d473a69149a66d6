import { connect, type Socket } from 'node:net';
import { GatewayWorld, refusal } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';

let world: GatewayWorld;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await world.stop();
});

/** A connection that sends these bytes and then neither sends nor reads more, unless the test does. */
function hang(bytes: string): Socket {
  const socket = connect({ port: world.gateway.port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  socket.pause();
  if (bytes !== '') socket.write(bytes);
  sockets.push(socket);
  return socket;
}

const head = (method: string, token: string, more = '') =>
  `${method} /billing/tenants/acme/invoices HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n${more}\r\n`;
const openCalls = async () => {
  const text = await (await fetch(`${world.gateway.adminUrl}/metrics`)).text();
  return Number(/^countersign_gateway_open_calls (\d+)/m.exec(text)?.[1]);
};
async function untilOpenCalls(count: number): Promise<void> {
  const end = performance.now() + 60_000;
  while ((await openCalls()) !== count) {
    if (performance.now() > end) throw new Error(`there were never ${count} open calls`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('while many connections hang in every way, all other clients get responses', async () => {
  world = await GatewayWorld.start({ callTimes: { clientIdleMs: 600_000 } });
  const { broker, upstream } = world;
  const big = Buffer.alloc(64 * 1024);
  upstream.answer = (request, response) => {
    if (request.headers['user-agent'] !== 'flood') return response.writeHead(200).end('fast');
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write(big));
      response.once('drain', more);
    };
    return more();
  };
  const hostile = broker.token(broker.grant());
  const friendly = broker.token(broker.grant());
  for (let count = 0; count < 60; count += 1) {
    hang('');
    hang('GET /billing/tenants/acme/invoices HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    hang(head('POST', hostile, 'Content-Length: 1000000\r\n') + 'x'.repeat(1_000));
  }
  for (let count = 0; count < 10; count += 1) hang(head('GET', hostile, 'User-Agent: flood\r\n'));
  await untilOpenCalls(70);
  for (let round = 0; round < 3; round += 1) {
    const answers = await Promise.all(Array.from({ length: 40 }, () => world.send({ token: friendly })));
    for (const answer of answers) expect([answer.status, await answer.text()]).toEqual([200, 'fast']);
  }
  expect(await openCalls()).toBe(70);
}, 180_000);

test('a grant that occupies all its places takes none of other grants’', async () => {
  world = await GatewayWorld.start({ maxCallsPerGrant: 5 });
  const { broker } = world;
  const hostile = broker.token(broker.grant());
  for (let count = 0; count < 20; count += 1) hang(head('POST', hostile, 'Content-Length: 10\r\n'));
  await untilOpenCalls(5);
  expect(await refusal(await world.send({ token: hostile }))).toEqual({
    status: 429,
    code: 'rate_limited',
  });
  expect((await world.send({ token: broker.token(broker.grant()) })).status).toBe(200);
});

test('a client that stops sending its body is cut, and its place becomes free', async () => {
  world = await GatewayWorld.start({ callTimes: { clientIdleMs: 300 } });
  const { broker } = world;
  const socket = hang(`${head('POST', broker.token(broker.grant()), 'Content-Length: 10\r\n')}12345`);
  let text = '';
  socket.on('data', (data) => {
    text += data.toString();
  });
  socket.resume();
  await until(() => text.includes('}'));
  expect(text).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
  await until(() => broker.recordsOf('outcome').length === 1);
  expect(broker.recordsOf('outcome')).toMatchObject([{ outcome: 'cut', status: null }]);
  expect(await openCalls()).toBe(0);
});

test('a client that stops reading is cut, and its upstream connection is released', async () => {
  world = await GatewayWorld.start({ callTimes: { clientIdleMs: 300 } });
  const { broker, upstream } = world;
  let upstreamClosed = false;
  upstream.answer = (_request, response) => {
    response.on('close', () => {
      upstreamClosed = true;
    });
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(256 * 1024)));
      response.once('drain', more);
    };
    more();
  };
  hang(head('GET', broker.token(broker.grant())));
  await until(() => upstreamClosed && broker.recordsOf('outcome').length === 1);
  expect(broker.recordsOf('outcome')).toMatchObject([{ outcome: 'cut', status: 200 }]);
});

test('a call that never ends is cut at the total time limit, whichever side keeps it going', async () => {
  world = await GatewayWorld.start({ callTimes: { totalMs: 2_500 } });
  const { broker, upstream } = world;
  const token = broker.token(broker.grant());
  upstream.answer = (request, response) => {
    if (request.url?.endsWith('7') === true) return;
    response.writeHead(200);
    const tick = setInterval(() => response.write('x'), 10);
    response.on('close', () => clearInterval(tick));
  };
  expect(await refusal(await world.send({ token }))).toEqual({ status: 504, code: 'upstream_timeout' });
  const trickle = await world.send({ token, path: '/billing/tenants/acme/invoices' });
  expect(trickle.status).toBe(200);
  await expect(trickle.text()).rejects.toThrow();
  await until(() => broker.recordsOf('outcome').length === 2);
  expect(broker.recordsOf('outcome')).toMatchObject([{ outcome: 'cut' }, { outcome: 'cut', status: 200 }]);
});

describe('bodies', () => {
  beforeEach(async () => {
    world = await GatewayWorld.start({ maxBodyBytes: 1_000 });
  });
  const tooLarge = { status: 413, code: 'body_too_large' };
  const send = (size: number, chunked: boolean) =>
    world.send({
      method: 'POST',
      path: '/billing/tenants/acme/invoices',
      token: world.broker.token(world.broker.grant()),
      body: chunked ? new Blob(['x'.repeat(size)]).stream() : 'x'.repeat(size),
    });

  test('up to the limit pass', async () => {
    expect([(await send(1_000, false)).status, (await send(1_000, true)).status]).toEqual([200, 200]);
    expect(world.upstream.hits.map(({ bodyBytes }) => bodyBytes)).toEqual([1_000, 1_000]);
  });

  test('with a declared length above it are refused and recorded, and the upstream is untouched', async () => {
    expect(await refusal(await send(1_001, false))).toEqual(tooLarge);
    await until(() => world.broker.recordsOf('refused').length === 1);
    expect(world.broker.recordsOf('refused')).toMatchObject([{ code: 'body_too_large', action: 'create' }]);
    expect(world.upstream.hits).toHaveLength(0);
  });

  test('that turn out to be larger are cut: the upstream never gets a whole one', async () => {
    expect(await refusal(await send(1_001, true))).toEqual(tooLarge);
    await until(() => world.broker.recordsOf('outcome').length === 1);
    expect(world.broker.recordsOf('outcome')).toMatchObject([{ outcome: 'failed', status: null }]);
    expect(world.upstream.hits.every(({ bodySha256 }) => bodySha256 === '')).toBe(true);
  });

  test('are not checked before the token is valid', async () => {
    const answer = await world.send({
      method: 'POST',
      path: '/billing/tenants/acme/invoices',
      body: 'x'.repeat(1_001),
    });
    expect(await refusal(answer)).toEqual({ status: 401, code: 'invalid_token' });
  });
});

test('a head above the limit is 400, one below it passes', async () => {
  world = await GatewayWorld.start({ maxHeaderBytes: 8_192 });
  const token = world.broker.token(world.broker.grant());
  expect((await world.send({ token, headers: { 'x-a': 'a'.repeat(4_000) } })).status).toBe(200);
  expect(await refusal(await world.send({ token, headers: { 'x-a': 'a'.repeat(9_000) } }))).toEqual({
    status: 400,
    code: 'ambiguous_request',
  });
});
