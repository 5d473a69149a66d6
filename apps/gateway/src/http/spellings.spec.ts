import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';

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

test('the request from which the others are derived is allowed', async () => {
  expect((await world.raw(bytes({}))).status).toBe(200);
  expect((await world.raw(bytes(post('Content-Length: 2', '{}')))).status).toBe(200);
});

/** RFC 3986 permits none of these in a path or query, but Node lets most of them pass. */
const STRANGE = [
  '"',
  '<',
  '>',
  '^',
  '`',
  '{',
  '}',
  '|',
  '[',
  ']',
  '\\',
  ';',
  '#',
  '%',
  '%2',
  '%zz',
  '%u002e',
  '\x7f',
  '\x80',
  '\xff',
];

/** As clients send them; RFC 3986 has them escaped. */
const SENT_IN_QUERIES = ['{', '}', '|', '[', ']'];

const TARGETS: [string, Parts][] = [
  ['an escaped letter', get('/billing/%74enants/acme/invoices/7')],
  ['an escaped letter of the service', get('/%62illing/tenants/acme/invoices/7')],
  ['an escaped digit', get('/billing/tenants/acme/invoices/%37')],
  ['an escaped tilde', get('/billing/tenants/acme/invoices/%7E')],
  ['an escaped slash', get('/billing/tenants/acme/invoices%2F7')],
  ['an escaped slash in lower case', get('/billing/tenants/acme/invoices%2f7')],
  ['a doubly escaped slash', get('/billing/tenants/acme/invoices%252F7')],
  ['an escaped backslash', get('/billing/tenants/acme%5Cinvoices/7')],
  ['a dot segment', get('/billing/tenants/acme/./invoices/7')],
  ['a double dot segment', get('/billing/tenants/globex/../acme/invoices/7')],
  ['an escaped dot segment', get('/billing/tenants/globex/%2e%2e/acme/invoices/7')],
  ['an escaped dot segment in capitals', get('/billing/tenants/globex/%2E%2E/acme/invoices/7')],
  ['a half escaped dot segment', get('/billing/tenants/globex/.%2E/acme/invoices/7')],
  ['a doubly escaped dot segment', get('/billing/tenants/globex/%252E%252E/acme/invoices/7')],
  ['an overlong dot segment', get('/billing/tenants/globex/%C0%AE%C0%AE/acme/invoices/7')],
  ['a dot segment with a parameter', get('/billing/tenants/globex/..;/acme/invoices/7')],
  ['a dot segment at the end', get('/billing/tenants/acme/invoices/7/..')],
  ['an escaped NUL', get('/billing/tenants/acme/invoices/7%00')],
  ['an escaped line feed', get('/billing/tenants/acme/invoices/7%0A')],
  ['an escaped control character beyond ASCII', get('/billing/tenants/acme/invoices/7%C2%85')],
  ['an escaped letter in lower case', get('/billing/tenants/acme/invoices/%c3%bc')],
  ['a parameter that is an escaped method override', get('/billing/tenants/acme/search?%5Fmethod=DELETE')],
  ['a listed parameter twice, once escaped', get('/billing/tenants/acme/invoices?page=1&%70age=2')],
  ['a double slash', get('/billing//tenants/acme/invoices/7')],
  ['a double slash in front', get('//billing/tenants/acme/invoices/7')],
  ['a semicolon', get('/billing/tenants/acme;x=1/invoices/7')],
  ['backslashes', get('\\billing\\tenants\\acme\\invoices\\7')],
  ['a fragment', get('/billing/tenants/acme/invoices/7#x')],
  ['a fragment in the query', get('/billing/tenants/acme/invoices?page=1#x')],
  ['a non-ASCII byte', get('/billing/tenants/acme/invoices/\xe9')],
  ['a NUL', get('/billing/tenants/acme/invoices/7\0')],
  ['a tab', get('/billing/tenants/acme/invoices/\t7')],
  ['a space', get('/billing/tenants/acme/invoices/7 x')],
  ['absolute form', get('http://localhost/billing/tenants/acme/invoices/7')],
  ['absolute form of another host', get('http://evil.example/billing/tenants/acme/invoices/7')],
  ['absolute form in capitals', get('HTTPS://localhost/billing/tenants/acme/invoices/7')],
  ['authority form', get('localhost:4100')],
  ['asterisk form', get('*')],
  ['asterisk form with OPTIONS', { line: 'OPTIONS * HTTP/1.1' }],
  ['no slash in front', get('billing/tenants/acme/invoices/7')],
  ['an over-long target', get(`/billing/tenants/acme/invoices/${'7'.repeat(9_000)}`)],
  ['a parameter without a name', get('/billing/tenants/acme/invoices?=1')],
  ['an escaped NUL in the query', get('/billing/tenants/acme/invoices?page=%00')],
  ['a semicolon in the query', get('/billing/tenants/acme/invoices?page=1;status=x')],
  ['a listed parameter twice', get('/billing/tenants/acme/invoices?page=1&page=2')],
  ['a method override where any parameter may come', get('/billing/tenants/acme/search?_method=DELETE')],
  ['another method override', get('/billing/tenants/acme/search?X-HTTP-Method-Override=DELETE')],
  ...STRANGE.map((text): [string, Parts] => [
    `${JSON.stringify(text)} in the path`,
    get(`/billing/tenants/acme/invoices/7${text}`),
  ]),
  ...STRANGE.filter((text) => !SENT_IN_QUERIES.includes(text)).map((text): [string, Parts] => [
    `${JSON.stringify(text)} in the query`,
    get(`/billing/tenants/acme/search?q=${text}`),
  ]),
];

const HOSTS: [string, Parts][] = [
  '',
  'Host:',
  'Host: local host',
  'Host: localhost\r\nHost: other',
  'Host: localhost\r\nhost: localhost',
  'Host: localhost, other',
  'Host: user@localhost',
  'Host: localhost/x',
  'Host: localhost?x',
  'Host: http://localhost',
  'Host: localhost:99999',
  'Host: localhost:',
  'Host: :4100',
  'Host: a..b',
  'Host: -a',
  'Host: %6cocalhost',
  'Host: [::1',
  'Host: [:::]',
  'Host: [1::2::3]:80',
  'Host: ::1',
  `Host: ${'a'.repeat(300)}`,
].map((host) => [JSON.stringify(host).slice(0, 60), { host }]);

const HEADS: [string, Parts][] = [
  ['HTTP/1.0', { line: 'GET /billing/tenants/acme/invoices/7 HTTP/1.0' }],
  ['HTTP/1.0 without Host', { line: 'GET /billing/tenants/acme/invoices/7 HTTP/1.0', host: '' }],
  ['HTTP/1.2', { line: 'GET /billing/tenants/acme/invoices/7 HTTP/1.2' }],
  ['no version', { line: 'GET /billing/tenants/acme/invoices/7' }],
  ['HTTP/2.0', { line: 'GET /billing/tenants/acme/invoices/7 HTTP/2.0' }],
  ['the HTTP/2 preface', { line: 'PRI * HTTP/2.0' }],
  ['RTSP/1.1', { line: 'GET /billing/tenants/acme/invoices/7 RTSP/1.1' }],
  ['ICE/1.1', { line: 'SOURCE /billing/tenants/acme/invoices/7 ICE/1.1' }],
  ['two spaces before the target', { line: 'GET  /billing/tenants/acme/invoices/7 HTTP/1.1' }],
  ['two spaces behind the target', { line: 'GET /billing/tenants/acme/invoices/7  HTTP/1.1' }],
  ['a space behind the version', { line: 'GET /billing/tenants/acme/invoices/7 HTTP/1.1 ' }],
  ['an empty line in front', { line: '\r\nGET /billing/tenants/acme/invoices/7 HTTP/1.1' }],
  ['a bare line feed in front', { line: '\nGET /billing/tenants/acme/invoices/7 HTTP/1.1' }],
  ['a lower-case method', { line: 'get /billing/tenants/acme/invoices/7 HTTP/1.1' }],
  ['a method that nobody knows', { line: 'GETX /billing/tenants/acme/invoices/7 HTTP/1.1' }],
  ['TRACE', { line: 'TRACE /billing/tenants/acme/invoices/7 HTTP/1.1' }],
  ['CONNECT', { line: 'CONNECT localhost:443 HTTP/1.1' }],
  ['an upgrade', { more: 'Connection: Upgrade\r\nUpgrade: websocket' }],
  ['an upgrade that Connection does not name', { more: 'Upgrade: websocket' }],
  ['an upgrade to HTTP/2 that Connection does not name', { more: 'Upgrade: h2c\r\nHTTP2-Settings: AAA' }],
  ['an upgrade to HTTP/2 without settings', { more: 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c' }],
  [
    'an upgrade to HTTP/2 or something else',
    { more: 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c, websocket\r\nHTTP2-Settings: AAA' },
  ],
  [
    'two upgrades to HTTP/2',
    { more: 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA' },
  ],
  ['settings of HTTP/2 without an upgrade', { more: 'Connection: HTTP2-Settings\r\nHTTP2-Settings: AAA' }],
  [
    'HTTP/1.0 that keeps its connection',
    { line: 'GET /billing/tenants/acme/invoices/7 HTTP/1.0', more: 'Connection: keep-alive' },
  ],
  [
    'HTTP/1.0 that keeps and closes its connection',
    { line: 'GET /billing/tenants/acme/invoices/7 HTTP/1.0', more: 'Connection: keep-alive, close' },
  ],
  [
    'HTTP/1.0 with two Hosts',
    { line: 'GET /billing/tenants/acme/invoices/7 HTTP/1.0', more: 'Connection: close\r\nHost: b' },
  ],
  ['a Connection that is no list of names', { more: 'Connection: close X-Secret' }],
  ['a quoted Connection', { more: 'Connection: "X-Secret"' }],
  ['an empty Connection', { more: 'Connection:' }],
  ...['X-HTTP-Method', 'X-HTTP-Method-Override', 'x-method-override', 'X-Method'].map(
    (name): [string, Parts] => [`the method override ${name}`, { more: `${name}: DELETE` }],
  ),
  ['a second Authorization', { more: 'Authorization: Bearer other' }],
  ['an underscore header', { more: 'X_Tenant: globex' }],
  ...['X.A', "X'A", 'X~A', 'X|A', 'X!A', 'X*A', 'X^A', 'X+A'].map((name): [string, Parts] => [
    `the header name ${name}`,
    { more: `${name}: 1` },
  ]),
  ['no header name', { more: ': 1' }],
  ['a header without colon', { more: 'X-A' }],
  ['a space before the colon', { more: 'X-A : 1' }],
  ['a folded header', { more: 'X-A: 1\r\n 2' }],
  ['a bare line feed', { more: 'X-A: 1\nX-B: 2' }],
  ['a bare carriage return', { more: 'X-A: 1\rX-B: 2' }],
  ['a control byte in a value', { more: 'X-A: \x01' }],
  ['a NUL in a value', { more: 'X-A: a\0b' }],
  ['a non-ASCII value', { more: 'X-A: \xe9' }],
  ['a header section beyond the limit', { more: `X-A: ${'a'.repeat(20_000)}` }],
  ['201 header fields', { more: Array.from({ length: 199 }, (_, i) => `X-${i}: 1`).join('\r\n') }],
  [
    '1,500 header fields with the token last',
    { more: Array.from({ length: 1_500 }, (_, i) => `X-${i}: 1`).join('\r\n') },
  ],
  ['an unknown expectation', post('Content-Length: 2\r\nExpect: more', '{}')],
  ['two expectations', post('Content-Length: 2\r\nExpect: 100-continue\r\nExpect: 100-continue', '{}')],
];

test.each([...TARGETS, ...HOSTS, ...HEADS])(
  'P4: refuses %s as a problem, and the upstream sees nothing',
  async (_, parts) => {
    const before = world.upstream.hits.length;
    const answer = await world.raw(bytes(parts));
    expect(answer.status).toBe(400);
    expect(answer.header('content-type')).toBe('application/problem+json');
    expect(JSON.parse(answer.body)).toMatchObject({ status: 400, code: 'ambiguous_request' });
    expect(answer.text).not.toContain(token);
    expect(world.upstream.hits.length).toBe(before);
  },
);

/** What ordinary clients send. Nothing of it can be read in two ways. */
const ORDINARY: readonly (readonly [title: string, target: string])[] = [
  ['an id with the characters of a path', "/tenants/acme/invoices/a:b@c=d+e,f!g$h(i)*'j&k"],
  ['an id with a space and letters beyond ASCII', '/tenants/acme/invoices/M%C3%BCller%20%26%20Co'],
  ['an id with escaped reserved characters', '/tenants/acme/invoices/a%3Bb%3Fc%23d%40e'],
  ['a question mark with nothing behind', '/tenants/acme/invoices?'],
  ['an empty parameter', '/tenants/acme/invoices?page=1&&status=x'],
  ['a final &', '/tenants/acme/invoices?page=1&'],
  ['escapes of unreserved characters', '/tenants/acme/invoices?%70age=%7Ea'],
  ['escapes in lower case', '/tenants/acme/invoices?status=%c3%bc%2f'],
  ...["'", ...SENT_IN_QUERIES].map(
    (text) => [`${text} in the query`, `/tenants/acme/search?q${text}=1`] as const,
  ),
];

test.each(ORDINARY)('passes on %s as it was sent', async (_title, target) => {
  const answer = await world.raw(bytes(get(`/billing${target}`)));
  expect([answer.status, world.upstream.hits.at(-1)?.url]).toEqual([200, target]);
});

test('a final slash makes another path, which needs a route of its own', async () => {
  const before = world.upstream.hits.length;
  for (const path of ['/billing/tenants/acme/invoices/', '/billing/tenants/acme/invoices/7/']) {
    const answer = await world.raw(bytes(get(path)));
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([403, { code: 'route_not_listed' }]);
  }
  expect(world.upstream.hits.length).toBe(before);
});

test('HEAD follows the route of GET, for a grant that may do the same', async () => {
  const answer = await world.raw(bytes({ line: 'HEAD /billing/tenants/acme/invoices/7 HTTP/1.1' }));
  const { method, url } = world.upstream.hits.at(-1) ?? {};
  expect([answer.status, method, url]).toEqual([200, 'HEAD', '/tenants/acme/invoices/7']);
});

test('every refusal is counted, including what the parser could not read', async () => {
  const counted = async () => {
    const text = await (await fetch(`${world.gateway.adminUrl}/metrics`)).text();
    return Number(
      /calls_total\{service="",decision="refused",code="ambiguous_request"\} (\d+)/.exec(text)?.[1] ?? 0,
    );
  };
  const before = await counted();
  await world.raw(bytes(get('/billing//x')));
  await world.raw(bytes({ line: 'get / HTTP/1.1' }));
  await world.raw(bytes({ line: 'CONNECT localhost:443 HTTP/1.1' }));
  expect(await counted()).toBe(before + 3);
});

test('P4: a listed parameter given twice is refused before the token is checked', async () => {
  const answer = await world.raw(
    'GET /billing/tenants/acme/invoices?page=1&page=2 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  );
  expect([answer.status, JSON.parse(answer.body)]).toMatchObject([400, { code: 'ambiguous_request' }]);
});

test('a parameter that is not listed is 403; if any parameter is allowed, one may occur twice', async () => {
  const before = world.upstream.hits.length;
  for (const query of ['?limit=1', '?status=open&limit=1', '?Status=open', '?status%5B%5D=open']) {
    const answer = await world.raw(bytes(get(`/billing/tenants/acme/invoices${query}`)));
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([403, { code: 'route_not_listed' }]);
  }
  expect(world.upstream.hits.length).toBe(before);
  expect((await world.raw(bytes(get('/billing/tenants/acme/search?q=1&q=2')))).status).toBe(200);
  expect(world.upstream.hits.at(-1)!.url).toBe('/tenants/acme/search?q=1&q=2');
});

test('P4: a second request hidden behind the first one’s body is checked on its own', async () => {
  const before = world.upstream.hits.length;
  const hidden =
    'GET /billing/tenants/globex/invoices/7 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  const answer = await world.raw(`${bytes(post('Content-Length: 2', '{}'))}${hidden}`, true);
  expect(answer.text.match(/^HTTP\/1\.1 \d{3}/gm)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 401']);
  expect(world.upstream.hits.length).toBe(before + 1);
});

test('P4: an odd request behind good calls of its connection is refused, and nothing after it is started', async () => {
  const before = world.upstream.hits.length;
  const good = bytes({});
  for (const odd of [good.replace(' /', '  /'), `\r\n${good}`, good.replace(' HTTP', '  HTTP')]) {
    const { text } = await world.raw(good + bytes(post('Content-Length: 2', '{}')) + odd + good, true);
    expect(text.match(/^HTTP\/1\.1 \d{3}/gm)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 400']);
  }
  expect(world.upstream.hits.length).toBe(before + 6);
});

test('P4: any well-formed single Host is accepted', async () => {
  for (const host of [
    'localhost',
    '127.0.0.1:9',
    '[::1]:4100',
    'gateway.vendor.example',
    'data_gateway:4100',
  ]) {
    expect((await world.raw(bytes({ host: `Host: ${host}` }))).status).toBe(200);
  }
});

test('the private listener has the details and the metrics', async () => {
  const { adminUrl } = world.gateway;
  const ready = await fetch(`${adminUrl}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([
    200,
    { status: 'ok', inTouch: true, spool: { maxBytes: 1024 ** 3 }, pins: [] },
  ]);
  expect(await (await fetch(`${adminUrl}/metrics`)).text()).toContain('countersign_gateway_in_touch 1');
  expect((await fetch(`${adminUrl}/billing/tenants/acme/invoices/7`)).status).toBe(404);
});

test('a stranger at the public port reads no tenant’s name: the gateway’s own pages need no token, and no other page exists beside them', async () => {
  const get = async (path: string) => fetch(world.gateway.url + path);
  expect((await get('/healthz')).status).toBe(200);
  const ready = await get('/readyz');
  // Who is pinned here, and how busy it is, is no one's business who can reach this port.
  expect([ready.status, await ready.text()]).toEqual([200, '{"status":"ok","inTouch":true}']);
  for (const path of [
    '/metrics',
    '/countersign',
    '/countersign/stop',
    '/authz/nginx',
    '/import',
    '/healthz/x',
  ]) {
    expect([(await get(path)).status, path]).toEqual([404, path]);
  }
});
