import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';

let world: GatewayWorld;
let token: string;
beforeAll(async () => {
  world = await GatewayWorld.start();
  token = world.broker.token(
    world.broker.grant({
      scope: [{ resource: '**', actions: ['create', 'delete', 'list', 'read', 'update'] }],
    }),
  );
});
afterAll(() => world.stop());

type Parts = { line?: string; host?: string; more?: string; body?: string };

/** A request that would be allowed, with one thing changed. */
function bytes({
  line = 'GET /billing/tenants/acme/invoices/7 HTTP/1.1',
  host = 'Host: localhost',
  more = '',
  body = '',
}: Parts): string {
  const headers = [host, `Authorization: Bearer ${token}`, more].filter((header) => header !== '');
  return `${line}\r\n${headers.join('\r\n')}\r\n\r\n${body}`;
}
const get = (target: string) => ({ line: `GET ${target} HTTP/1.1` });
const post = (more: string, body = '') => ({
  line: 'POST /billing/tenants/acme/invoices HTTP/1.1',
  more,
  body,
});

test('the request that the others are changed from is allowed', async () => {
  expect((await world.raw(bytes({}))).status).toBe(200);
  expect((await world.raw(bytes(post('Content-Length: 2', '{}')))).status).toBe(200);
});

test.each<[string, Parts]>([
  ['an escaped letter', get('/billing/%74enants/acme/invoices/7')],
  ['an escaped slash', get('/billing/tenants/acme/invoices%2F7')],
  ['a doubly escaped slash', get('/billing/tenants/acme/invoices%252F7')],
  ['an escaped backslash', get('/billing/tenants/acme%5Cinvoices/7')],
  ['an escaped dot segment', get('/billing/tenants/globex/%2e%2e/acme/invoices/7')],
  ['a dot segment', get('/billing/tenants/globex/../acme/invoices/7')],
  ['an escaped NUL', get('/billing/tenants/acme/invoices/7%00')],
  ['a double slash', get('/billing//tenants/acme/invoices/7')],
  ['a trailing slash', get('/billing/tenants/acme/invoices/7/')],
  ['a semicolon', get('/billing/tenants/acme;x=1/invoices/7')],
  ['a backslash', get('\\billing\\tenants\\acme\\invoices\\7')],
  ['a fragment', get('/billing/tenants/acme/invoices/7#x')],
  ['a non-ASCII byte', get('/billing/tenants/acme/invoices/\xe9')],
  ['a tab in the target', get('/billing/tenants/acme/invoices/\t7')],
  ['a path value outside the alphabet', get('/billing/tenants/acme/invoices/a:b')],
  ['absolute form', get('http://localhost/billing/tenants/acme/invoices/7')],
  ['absolute form of another host', get('http://evil.example/billing/tenants/acme/invoices/7')],
  ['asterisk form', get('*')],
  ['an over-long target', get(`/billing/tenants/acme/invoices/${'7'.repeat(9_000)}`)],
  ['a header section beyond the parser’s limit', { more: `X-A: ${'a'.repeat(20_000)}` }],
  ['no Host', { host: '' }],
  ['two Hosts', { host: 'Host: localhost\r\nHost: other' }],
  ['an empty Host', { host: 'Host:' }],
  ['an odd Host', { host: 'Host: local host' }],
  ['HTTP/1.0', { line: 'GET /billing/tenants/acme/invoices/7 HTTP/1.0' }],
  ['no version', { line: 'GET /billing/tenants/acme/invoices/7' }],
  ['HTTP/2.0', { line: 'GET /billing/tenants/acme/invoices/7 HTTP/2.0' }],
  ['the HTTP/2 preface', { line: 'PRI * HTTP/2.0' }],
  ['a lower-case method', { line: 'get /billing/tenants/acme/invoices/7 HTTP/1.1' }],
  ['TRACE', { line: 'TRACE /billing/tenants/acme/invoices/7 HTTP/1.1' }],
  ['CONNECT', { line: 'CONNECT localhost:443 HTTP/1.1' }],
  ['an upgrade', { more: 'Connection: Upgrade\r\nUpgrade: websocket' }],
  [
    'an upgrade to HTTP/2',
    { more: 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA' },
  ],
  ['a method override', { more: 'X-HTTP-Method-Override: DELETE' }],
  ['a second Authorization', { more: 'Authorization: Bearer other' }],
  ['an underscore header', { more: 'X_Tenant: globex' }],
  ['a space before the colon', { more: 'X-A : 1' }],
  ['a folded header', { more: 'X-A: 1\r\n 2' }],
  ['a bare line feed', { more: 'X-A: 1\nX-B: 2' }],
  ['a bare carriage return', { more: 'X-A: 1\rX-B: 2' }],
  ['a control byte in a value', { more: 'X-A: \x01' }],
  ['a non-ASCII value', { more: 'X-A: \xe9' }],
  ['201 header fields', { more: Array.from({ length: 199 }, (_, i) => `X-${i}: 1`).join('\r\n') }],
  [
    '1,500 header fields with the token last',
    { more: Array.from({ length: 1_500 }, (_, i) => `X-${i}: 1`).join('\r\n') },
  ],
  ['a body with GET', { more: 'Content-Length: 2', body: '{}' }],
  ['two lengths', post('Content-Length: 2\r\nContent-Length: 2', '{}')],
  ['a length of odd form', post('Content-Length: 002', '{}')],
  ['a signed length', post('Content-Length: +2', '{}')],
  ['length and chunked', post('Content-Length: 2\r\nTransfer-Encoding: chunked', '2\r\n{}\r\n0\r\n\r\n')],
  ['another coding before chunked', post('Transfer-Encoding: gzip, chunked', '2\r\n{}\r\n0\r\n\r\n')],
  ['chunked in odd case', post('Transfer-Encoding: Chunked', '2\r\n{}\r\n0\r\n\r\n')],
  ['chunked twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', '2\r\n{}\r\n0\r\n\r\n')],
  [
    'chunked on HTTP/1.0',
    {
      ...post('Transfer-Encoding: chunked', '2\r\n{}\r\n0\r\n\r\n'),
      line: 'POST /billing/tenants/acme/invoices HTTP/1.0',
    },
  ],
  [
    'announced trailers',
    post('Trailer: X-A\r\nTransfer-Encoding: chunked', '2\r\n{}\r\n0\r\nX-A: 1\r\n\r\n'),
  ],
  ['an unknown expectation', post('Content-Length: 2\r\nExpect: more', '{}')],
])('P4: refuses %s as a problem, and the upstream sees nothing', async (_, parts) => {
  const before = world.upstream.hits.length;
  const answer = await world.raw(bytes(parts));
  expect(answer.status).toBe(400);
  expect(answer.header('content-type')).toBe('application/problem+json');
  expect(JSON.parse(answer.body)).toMatchObject({ status: 400, code: 'ambiguous_request' });
  expect(answer.text).not.toContain(token);
  expect(world.upstream.hits.length).toBe(before);
});

test('P4: trailers that were not announced end the call; what they say reaches nobody', async () => {
  const before = world.upstream.hits.length;
  const answer = await world.raw(
    bytes(post('Transfer-Encoding: chunked', '2\r\n{}\r\n0\r\nX-Tenant: globex\r\n\r\n')),
  );
  expect(answer.status).toBe(400);
  await until(() =>
    world.broker
      .recordsOf('outcome')
      .some((record) => record.kind === 'outcome' && record.outcome === 'failed'),
  );
  for (const hit of world.upstream.hits.slice(before)) expect(hit.rawHeaders.join()).not.toContain('globex');
});

test('P4: chunk extensions are not passed on', async () => {
  const answer = await world.raw(bytes(post('Transfer-Encoding: chunked', '2;x=1\r\n{}\r\n0\r\n\r\n')));
  expect(answer.status).toBe(200);
  expect(world.upstream.hits.at(-1)!.bodyBytes).toBe(2);
});

test('P4: a second request hidden behind the first one’s body is judged on its own', async () => {
  const before = world.upstream.hits.length;
  const hidden =
    'GET /billing/tenants/globex/invoices/7 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  const answer = await world.raw(`${bytes(post('Content-Length: 2', '{}'))}${hidden}`, true);
  expect(answer.text.match(/^HTTP\/1\.1 \d{3}/gm)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 401']);
  expect(world.upstream.hits.length).toBe(before + 1);
});

test('P4: any well-formed single Host is accepted', async () => {
  for (const host of ['localhost', '127.0.0.1:9', '[::1]:4100', 'gateway.vendor.example']) {
    expect((await world.raw(bytes({ host: `Host: ${host}` }))).status).toBe(200);
  }
});

test('the gateway’s own pages need no token and nothing else is found beside them', async () => {
  const get = async (path: string) => fetch(world.gateway.url + path);
  expect((await get('/healthz')).status).toBe(200);
  const ready = await get('/readyz');
  expect([ready.status, await ready.json()]).toMatchObject([
    200,
    { inTouch: true, spool: { maxBytes: 1024 ** 3 } },
  ]);
  expect(await (await get('/metrics')).text()).toContain('countersign_gateway_in_touch 1');
  for (const path of ['/countersign', '/countersign/stop', '/authz/nginx', '/import', '/healthz/x']) {
    expect([(await get(path)).status, path]).toEqual([404, path]);
  }
});
