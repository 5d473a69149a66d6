import { connect, type Socket } from 'node:net';
import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';
import { CallHandler } from './call-handler.js';

let world: GatewayWorld;
const sockets: Socket[] = [];
beforeAll(async () => {
  world = await GatewayWorld.start();
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(() => world.stop());

/** A connection that stays open as long as the gateway permits: it does not answer the gateway's end with its own. */
async function open(): Promise<{ socket: Socket; text(): string; isClosed(): boolean }> {
  const socket = connect({ port: world.gateway.port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.push(socket);
  let text = '';
  let closed = false;
  socket.on('data', (data) => {
    text += data.toString('latin1');
  });
  socket.on('error', () => undefined);
  for (const event of ['end', 'close'])
    socket.on(event, () => {
      closed = true;
    });
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, text: () => text, isClosed: () => closed };
}

const call = (token: string) =>
  `GET /billing/tenants/acme/invoices/7 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;
const CONNECT = 'CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** A connection with a call that its upstream has not answered yet. */
async function calling() {
  const answers: { end(text: string): unknown }[] = [];
  world.upstream.answer = (_request, response) => answers.push(response);
  const connection = await open();
  connection.socket.write(call(world.broker.token(world.broker.grant())));
  await until(() => answers.length === 1);
  return { ...connection, answers };
}

test('P4: a client that resets its connection during a CONNECT disturbs no other connection', async () => {
  const uncaught: unknown[] = [];
  const listener = (error: unknown) => uncaught.push(error);
  process.on('uncaughtException', listener);
  for (let count = 0; count < 60; count += 1) {
    const { socket } = await open();
    socket.write(CONNECT);
    await new Promise((resolve) => setTimeout(resolve, count % 4));
    socket.resetAndDestroy();
  }
  // Each response arrives after the effects of the resets before it.
  for (let count = 0; count < 5; count += 1)
    expect((await fetch(`${world.gateway.url}/healthz`)).status).toBe(200);
  process.off('uncaughtException', listener);
  expect(uncaught).toEqual([]);
});

test('P4: a CONNECT behind a running call gets no response: the connection is closed, and the refusal is counted', async () => {
  const { socket, text, isClosed } = await calling();
  const before = await refusals();
  socket.write(CONNECT);
  await until(isClosed);
  expect(text()).toBe('');
  expect(await refusals()).toBe(before + 1);
});

test.each([
  ['what is no request', 'this is no request\r\n\r\n'],
  ['CONNECT', CONNECT],
  ['what cannot be read in one way', 'GET //x HTTP/1.1\r\nHost: localhost\r\n\r\n'],
])(
  'after the refusal of %s a client cannot keep the connection, whether it is silent or sends on',
  async (_, bytes) => {
    for (const sendsOn of [false, true]) {
      const { socket, text } = await open();
      socket.write(bytes);
      await until(() => text().includes('"code":"ambiguous_request"'));
      expect(text()).toMatch(/^HTTP\/1\.1 400 /);
      let isBroken = false;
      socket.on('error', () => {
        isBroken = true;
      });
      // Bytes to a closed connection are answered with a reset.
      if (!sendsOn) await new Promise((resolve) => setTimeout(resolve, 1_200));
      await until(() => {
        if (!socket.destroyed) socket.write('x');
        return isBroken || socket.destroyed;
      });
    }
  },
);

test('P4: each request of a connection counts by its own fields, also between others that are alike', async () => {
  world.upstream.answer = (_request, response) => response.end('x');
  const { socket, text } = await open();
  world.upstream.hits.length = 0;
  const allowed = call(world.broker.token(world.broker.grant()));
  const withoutToken = 'GET /billing/tenants/acme/invoices/7 HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const sent = [allowed, allowed, withoutToken, allowed, call('nonsense'), allowed];
  const statuses = () => text().match(/HTTP\/1\.1 \d{3}/g) ?? [];
  for (const [index, request] of sent.entries()) {
    socket.write(request);
    await until(() => statuses().length === index + 1);
  }
  expect(statuses().map((status) => status.slice(-3))).toEqual(['200', '200', '401', '200', '401', '200']);
  expect(world.upstream.hits).toHaveLength(4);
});

test('a client has at most a hundred unanswered requests on a connection: further ones close it, and cost nothing', async () => {
  const { socket, isClosed, answers } = await calling();
  const before = process.memoryUsage().rss;
  const many = 'GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(2_000);
  for (let count = 0; count < 50 && !isClosed(); count += 1)
    await new Promise((resolve) => socket.write(many, resolve));
  await until(isClosed);
  expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
  answers[0]!.end('x');
  world.upstream.answer = (_request, response) => response.end('x');
  const { socket: other, text } = await open();
  const token = world.broker.token(world.broker.grant());
  other.write(call(token).repeat(100));
  await until(() => text().match(/HTTP\/1\.1 200/g)?.length === 100);
});

test('an internal error in one request refuses it, and ends neither the process nor other calls', async () => {
  const uncaught: unknown[] = [];
  const listener = (error: unknown) => uncaught.push(error);
  process.on('uncaughtException', listener);
  const other = await calling();
  const { handle } = CallHandler.prototype;
  CallHandler.prototype.handle = () => {
    throw new TypeError('a fault of ours');
  };
  try {
    const { socket, text, isClosed } = await open();
    socket.write(call('x'));
    await until(isClosed);
    expect(text()).toMatch(/^HTTP\/1\.1 503 .*"code":"record_unavailable"/s);
  } finally {
    CallHandler.prototype.handle = handle;
    process.off('uncaughtException', listener);
  }
  expect(uncaught).toEqual([]);
  other.answers[0]!.end('x');
  await until(() => other.text().startsWith('HTTP/1.1 200 '));
});

async function refusals(): Promise<number> {
  const text = await (await fetch(`${world.gateway.adminUrl}/metrics`)).text();
  return Number(
    /calls_total\{service="",decision="refused",code="ambiguous_request"\} (\d+)/.exec(text)?.[1] ?? 0,
  );
}
