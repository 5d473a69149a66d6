import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';

let world: GatewayWorld;
let token: string;
beforeAll(async () => {
  world = await GatewayWorld.start();
  const [billing] = world.broker.services;
  const search = {
    ...{ method: 'GET', path: '/tenants/{tenant}/documents', resource: 'invoices', action: 'list' },
    ...{ query: ['status', 'page'], repeat: ['status'], body: true as const },
  };
  world.broker.services = [{ ...billing!, routes: [...billing!.routes, search] }];
  world.broker.announceServices();
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
    response.socket!.write(
      'HTTP/1.1 304 Not Modified\r\nConnection: close\r\nETag: "x"\r\nContent-Length: 5\r\n\r\n',
    );
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
    response.socket!.end('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  };
  const { text } = await world.raw(bytes(`GET ${PATH} HTTP/1.1`, 'Host: a', 'Connection: close'), true);
  expect(text).toMatch(/^HTTP\/1\.1 200/);
  expect(text.endsWith('\r\n\r\nok')).toBe(true);
});

const SEARCH = '/billing/tenants/acme/documents';

describe('a query parameter', () => {
  test('that the route lets repeat passes as often as it is given, as it was sent', async () => {
    const target = `${SEARCH}?status=open&page=2&status=late&%73tatus=open`;
    expect((await world.raw(bytes(`GET ${target} HTTP/1.1`, 'Host: a'))).status).toBe(200);
    expect(world.upstream.hits[0]!.url).toBe(target.slice('/billing'.length));
  });

  test.each([
    ['another one of that route', `${SEARCH}?status=open&page=1&page=2`],
    ['one of a route that says nothing', '/billing/tenants/acme/invoices?status=open&status=late'],
  ])('twice, %s: refused', async (_, target) => {
    const answer = await world.raw(bytes(`GET ${target} HTTP/1.1`, 'Host: a'));
    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('given twice')]);
    expect(world.upstream.hits).toEqual([]);
  });

  test('repeats only if the map that the terms name lets it too', async () => {
    const { broker } = world;
    const older = broker.token(broker.grant());
    const [now] = broker.services;
    const wider = now!.routes.map((route) =>
      route.query === undefined ? route : { ...route, ...ALL(route) },
    );
    broker.olderMaps = [now!];
    broker.services = [{ ...now!, routes: wider }];
    broker.announceServices();
    const newer = broker.token(broker.grant());
    const path = `${SEARCH}?page=1&page=2`;
    // The grant arrives after the map, and a call waits for its grant.
    await world.send({ token: newer });
    expect((await world.send({ token: newer, path })).status).toBe(200);
    expect((await world.send({ token: older, path })).status).toBe(400);
    broker.services = [now!];
    broker.announceServices();
  });
});

const ALL = ({ query }: { query?: string[] | 'any' }) => (Array.isArray(query) ? { repeat: query } : {});

describe('GET with a body (Elasticsearch)', () => {
  const search = (more: string, target = SEARCH) => bytes(`GET ${target} HTTP/1.1`, 'Host: a', more);

  test.each([
    ['with its length', 'Content-Length: 2', '{}'],
    ['in chunks', 'Transfer-Encoding: chunked', '2\r\n{}\r\n0\r\n\r\n'],
  ])(
    'passes %s where the route says so; the upstream reads no further request on its connection',
    async (_, more, body) => {
      for (let count = 0; count < 2; count += 1) {
        const answer = await world.raw(search(more) + body);
        expect(answer.status).toBe(200);
      }
      expect(
        world.upstream.hits.map(({ method, bodyBytes, headers }) => [method, bodyBytes, headers.connection]),
      ).toEqual([
        ['GET', 2, 'close'],
        ['GET', 2, 'close'],
      ]);
    },
  );

  test.each([
    ['another route', '/billing/tenants/acme/invoices'],
    ['a route that is not listed', '/billing/tenants/acme/nothing'],
    ['an unknown service', '/unknown/x'],
    ['a page of the gateway', '/healthz'],
    ['a question of a proxy', '/authz/envoy/billing/tenants/acme/documents'],
  ])('is refused at %s, and the connection ends', async (_, target) => {
    const { text } = await world.raw(`${search('Content-Length: 2', target)}{}${search('X-A: 1')}`, true);
    expect(text.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 400']);
    expect(text).toContain('ambiguous_request');
    expect(world.upstream.hits).toEqual([]);
  });
});
