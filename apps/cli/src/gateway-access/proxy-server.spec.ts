import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { FakeServer, problem } from '../../test/fake-broker.js';
import { CliError } from '../command/errors.js';
import { createProxyServer, type ProxyOptions } from './proxy-server.js';

let gateway: FakeServer;
let proxy: http.Server;
let port: number;
let told: string[];

const SECRET = 'c2VjcmV0LW9mLXRoaXMtcg';

async function start(options: Partial<ProxyOptions> = {}): Promise<void> {
  told = [];
  gateway = await FakeServer.start({
    'GET /billing/x': () => ({ body: { ok: true } }),
    'PUT /billing/x': ({ body }) => ({ body: { got: body } }),
    'GET /billing/ended': () => problem(403, 'grant_ended', 'It has ended.'),
    'GET /billing/denied': () => problem(403, 'insufficient_scope', 'Not that.'),
    'GET /billing/token': () => problem(401, 'invalid_token', 'Expired.'),
  });
  proxy = createProxyServer({
    gatewayUrl: `${gateway.url}/billing`,
    token: async () => 'the-token',
    onGrantEnded: () => told.push('ended'),
    onTokenRejected: () => told.push('token refused'),
    secret: SECRET,
    ...options,
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  port = (proxy.address() as AddressInfo).port;
}

afterEach(async () => {
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
  await gateway.stop();
});

function call(
  path: string,
  headers: Record<string, string | string[]> = {},
  method = 'GET',
  body?: string,
  secret = SECRET,
) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const request = http.request(
      {
        host: '127.0.0.1',
        port,
        path: secret === '' ? path : `/${secret}${path}`,
        method,
        headers: { host: `localhost:${port}`, ...headers },
        setHost: false,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

test('adds the token, drops the caller’s own and what belongs to the connection', async () => {
  await start();
  const answer = await call('/x?a=%31&b', {
    authorization: 'Bearer mine',
    connection: 'x-hop',
    'x-hop': '1',
    'x-keep': '2',
  });
  expect(answer).toEqual({ status: 200, body: '{"ok":true}' });
  expect(gateway.seen[0]?.url).toBe('/billing/x?a=%31&b');
  expect(gateway.seen[0]?.headers).toMatchObject({
    authorization: 'Bearer the-token',
    'x-keep': '2',
    host: `localhost:${gateway.port}`,
  });
  expect(gateway.seen[0]?.headers['x-hop']).toBeUndefined();
});

test.each([
  ['without the secret', '/x'],
  ['with another one', `/${'A'.repeat(SECRET.length)}/x`],
  ['with its beginning', `/${SECRET.slice(0, -1)}/x`],
  ['with more after it', `/${SECRET}A/x`],
  ['with nothing after it', `/${SECRET}`],
  ['with the secret elsewhere', `/x/${SECRET}/x`],
  ['with a longer character at its place', `/${SECRET.slice(0, -1)}%C3%A9/x`],
])('P11: another user of this machine who calls %s is refused', async (_name, path) => {
  await start();
  const answer = await call(path, {}, 'GET', undefined, '');
  expect([answer.status, JSON.parse(answer.body)]).toEqual([
    403,
    expect.objectContaining({ code: 'unknown_caller' }),
  ]);
  expect(gateway.seen).toEqual([]);
});

test('P11: the data service does not see the secret', async () => {
  await start();
  await call('/x', { referer: `http://localhost:${port}/${SECRET}/y` });
  expect(JSON.stringify(gateway.seen)).toContain('/billing/x');
  expect(JSON.stringify(gateway.seen)).not.toContain(SECRET);
});

test('passes bodies on', async () => {
  await start();
  expect(await call('/x', {}, 'PUT', 'hello')).toEqual({ status: 200, body: '{"got":"hello"}' });
});

test('P4: a body of unknown length stays framed, also on GET', async () => {
  await start();
  expect((await call('/x', { 'transfer-encoding': 'chunked' }, 'GET', 'GET /other HTTP/1.1')).status).toBe(
    200,
  );
  expect(gateway.seen).toEqual([expect.objectContaining({ url: '/billing/x', body: 'GET /other HTTP/1.1' })]);
});

test('P4: a path is passed on as it was written', async () => {
  await start();
  await call('/a/../../other/x');
  expect(gateway.seen[0]?.url).toBe('/billing/a/../../other/x');
});

test.each([
  ['another host name (DNS rebinding)', { host: 'evil.example' }, 421],
  ['a host name without the port', { host: 'localhost' }, 421],
  ['a page of another origin', { origin: 'https://evil.example' }, 403],
  ['a page without an origin', { origin: 'null' }, 403],
  ['a page of another port of this machine', { origin: 'http://localhost:1' }, 403],
  ['a cross-site subresource', { 'sec-fetch-site': 'cross-site' }, 403],
  ['a same-site subresource', { 'sec-fetch-site': 'same-site' }, 403],
])('refuses %s and calls the gateway not at all', async (_name, headers, status) => {
  await start();
  expect((await call('/x', headers)).status).toBe(status);
  expect(gateway.seen).toEqual([]);
});

test.each([
  {},
  { origin: 'http://localhost:PORT' },
  { 'sec-fetch-site': 'same-origin' },
  { 'sec-fetch-site': 'none' },
])('serves this machine’s programs and pages: %j', async (headers) => {
  await start();
  const own = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', String(port))]),
  );
  expect((await call('/x', own)).status).toBe(200);
});

test.each([
  ['/ended', 403, ['ended']],
  ['/denied', 403, []],
  ['/token', 401, ['token refused']],
])('reports %s, and passes the whole answer on', async (path, status, heard) => {
  await start();
  const answer = await call(path);
  expect([answer.status, told]).toEqual([status, heard]);
  expect(JSON.parse(answer.body)).toMatchObject({ status });
});

test('a token that the broker refuses is a 502 with the broker’s code', async () => {
  await start({
    token: async () => {
      throw new CliError('grant_not_active', 'It has ended.');
    },
  });
  const answer = await call('/x');
  expect([answer.status, JSON.parse(answer.body)]).toEqual([
    502,
    expect.objectContaining({ code: 'grant_not_active' }),
  ]);
});

test('a gateway that cannot be reached is a 502', async () => {
  await start({ gatewayUrl: 'http://localhost:1/billing' });
  const answer = await call('/x');
  expect([answer.status, JSON.parse(answer.body)]).toEqual([
    502,
    expect.objectContaining({ code: 'gateway_unreachable' }),
  ]);
});
