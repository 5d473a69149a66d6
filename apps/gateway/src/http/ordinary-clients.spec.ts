import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';

let world: GatewayWorld;
let token: string;
beforeAll(async () => {
  world = await GatewayWorld.start();
  token = world.broker.token(world.broker.grant());
});
afterAll(() => world.stop());
beforeEach(() => {
  world.upstream.hits.length = 0;
  world.upstream.answer = (_request, response) => response.writeHead(200).end('{}');
});

/** Requests as these clients write them, token aside. */
const bytes = (line: string, ...headers: string[]) =>
  `${line}\r\n${[...headers, `Authorization: Bearer ${token}`].join('\r\n')}\r\n\r\n`;
const PATH = '/billing/tenants/acme/invoices/7';
const H2C = ['Upgrade: h2c', 'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA'];

test.each([
  ['Java’s HttpClient', ['Connection: Upgrade, HTTP2-Settings', 'Host: a:1', ...H2C]],
  ['curl --http2', ['Host: a:1', 'Connection: Upgrade, HTTP2-Settings', ...H2C]],
])('an offer of HTTP/2 by %s is ignored, and does not reach the upstream', async (_, headers) => {
  const answer = await world.raw(bytes(`GET ${PATH} HTTP/1.1`, ...headers));
  expect([answer.status, answer.header('upgrade')]).toEqual([200, undefined]);
  expect(Object.keys(world.upstream.hits[0]!.headers)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(?:upgrade|http2-settings)$/)]),
  );
  expect(world.upstream.hits[0]!.headers.connection).toBe('keep-alive');
});

describe('nginx with a bare proxy_pass (HTTP/1.0 with Connection: close)', () => {
  const sent = () => bytes(`GET ${PATH} HTTP/1.0`, 'Host: backend', 'Connection: close');

  test('gets an answer with its length, and the connection ends', async () => {
    world.upstream.answer = (_request, response) =>
      response.writeHead(200, { 'content-length': '2' }).end('{}');
    const { text } = await world.raw(sent(), true);
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(text).toMatch(/\r\nContent-Length: 2\r\n/i);
    expect(text).toMatch(/\r\nConnection: close\r\n/i);
    expect(text.endsWith('\r\n\r\n{}')).toBe(true);
  });

  test('gets an answer of unknown length without chunks: it ends with the connection', async () => {
    world.upstream.answer = (_request, response) => {
      response.writeHead(200);
      response.write('one');
      setImmediate(() => response.end('two'));
    };
    const { text } = await world.raw(sent(), true);
    expect(text).not.toMatch(/transfer-encoding/i);
    expect(text.endsWith('\r\n\r\nonetwo')).toBe(true);
  });

  test('does not take an answer that broke off for a whole one: the connection is reset', async () => {
    world.upstream.answer = (_request, response) => {
      response.writeHead(200);
      response.write('half');
      setImmediate(() => response.destroy());
    };
    await expect(untilReset(sent())).resolves.toBe('ECONNRESET');
  });

  test('gets no 100 Continue, which it would not know', async () => {
    const head = bytes(
      'POST /billing/tenants/acme/invoices HTTP/1.0',
      'Host: backend',
      'Connection: close',
      'Content-Length: 2',
      'Expect: 100-continue',
    );
    const { text } = await world.raw(`${head}{}`, true);
    expect(text).toMatch(/^HTTP\/1\.1 200/);
    expect(world.upstream.hits[0]).toMatchObject({ bodyBytes: 2 });
  });
});

/** Sends bytes and resolves with the error that ends the connection, or `end`. */
async function untilReset(sent: string): Promise<string> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect(world.gateway.port, '127.0.0.1', () => socket.write(sent));
    socket.resume();
    socket.on('end', () => resolve('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
}

test('a Host with an underscore, as Compose names services, is accepted', async () => {
  expect((await world.raw(bytes(`GET ${PATH} HTTP/1.1`, 'Host: data_gateway:4100'))).status).toBe(200);
});

test('two Cookie lines are one list of cookies, and ours are taken out of both', async () => {
  const sent = bytes(
    `GET ${PATH} HTTP/1.1`,
    'Host: a',
    'Cookie: a=1; __Host-countersign-session=x',
    'Accept: */*',
    'Cookie: b=2',
  );
  expect((await world.raw(sent)).status).toBe(200);
  expect(
    world.upstream.hits[0]!.rawHeaders.filter((_, at, all) => /^cookie$/i.test(all[at - 1] ?? '')),
  ).toEqual(['a=1; b=2']);
});

test('304 with Content-Length has no body: the length is dropped, and the connection goes on', async () => {
  world.upstream.answer = (_request, response) => {
    response.socket!.write('HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 5\r\n\r\n');
    response.destroy();
  };
  const one = bytes(`GET ${PATH} HTTP/1.1`, 'Host: a');
  const last = bytes(`GET ${PATH} HTTP/1.1`, 'Host: a', 'Connection: close');
  const { text } = await world.raw(one + last, true);
  expect(text.match(/^HTTP\/1\.1 304/gm)).toHaveLength(2);
  expect(text).not.toMatch(/^content-length/im);
  expect(text.match(/^etag: "x"\r$/gim)).toHaveLength(2);
});

test('a 100 Continue of the upstream that no one waited for is dropped', async () => {
  world.upstream.answer = (_request, response) => {
    response.socket!.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  };
  const { text } = await world.raw(bytes(`GET ${PATH} HTTP/1.1`, 'Host: a', 'Connection: close'), true);
  expect(text).toMatch(/^HTTP\/1\.1 200/);
  expect(text.endsWith('\r\n\r\nok')).toBe(true);
});
