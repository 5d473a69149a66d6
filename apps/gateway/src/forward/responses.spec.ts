import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { billingService, GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import type { RawAnswer } from '../../../../test/fakes/raw-http.js';
import { until } from '../../../../test/fakes/until.js';

let world: GatewayWorld;
let server: Server;
let sends = '';
beforeAll(async () => {
  world = await GatewayWorld.start();
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.from(sends, 'latin1')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const service = billingService(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const head = {
    method: 'HEAD',
    path: '/tenants/{tenant}/invoices/{id}',
    resource: 'invoices/{id}',
    action: 'read',
  };
  const crm = { ...service, name: 'crm', audience: 'crm', upstream: 'http://127.0.0.1:9' };
  const files = { ...crm, name: 'files', audience: 'files', upstream: 'http://files.internal' };
  world.broker.services = [{ ...service, routes: [...service.routes, head] }, crm, files];
  world.broker.announceServices();
});
afterAll(async () => {
  await world.stop();
  server.close();
});

/** What a client receives if the upstream sends exactly these bytes. */
function through(bytes: string, method = 'GET'): Promise<RawAnswer> {
  sends = bytes;
  const token = world.broker.token(world.broker.grant());
  return world.raw(
    `${method} /billing/tenants/acme/invoices/7 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
    true,
  );
}

test('non-ASCII header bytes are passed on unchanged', async () => {
  const name = Buffer.from('中é').toString('latin1');
  const answer = await through(`HTTP/1.1 200 OK\r\nX-Name: ${name}\r\nContent-Length: 2\r\n\r\nok`);
  expect([answer.status, answer.header('x-name'), answer.body]).toEqual([200, name, 'ok']);
});

test('repeated header fields stay separate; our cookies, our headers and the connection’s own are dropped', async () => {
  const answer = await through(
    [
      'HTTP/1.1 200 OK',
      'Set-Cookie: a=1',
      'Set-Cookie: __Host-countersign-session=stolen; Path=/',
      'Set-Cookie: b=2',
      'Countersign-Record: rec_forged',
      'Keep-Alive: timeout=5',
      'Connection: close, X-Hop',
      'X-Hop: 1',
      'Content-Length: 2',
      '',
      'ok',
    ].join('\r\n'),
  );
  expect(answer.text.match(/^set-cookie: .*$/gim)).toEqual(
    ['set-cookie: a=1', 'set-cookie: b=2'].map((line) => expect.stringMatching(new RegExp(`^${line}`, 'i'))),
  );
  expect(answer.text).not.toMatch(/forged|x-hop|timeout=5|__Host/i);
});

test.each([
  ['204 without a body', 'HTTP/1.1 204 No Content\r\n\r\n', 'GET', 204, ''],
  ['304 without a body', 'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n', 'GET', 304, ''],
  [
    'HEAD with the length of what GET would send',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
    'HEAD',
    200,
    '',
  ],
  [
    'an interim answer before the final one',
    'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    'GET',
    200,
    'ok',
  ],
  ['a body that ends with the connection', 'HTTP/1.1 200 OK\r\n\r\nok', 'GET', 200, '2\r\nok\r\n0\r\n\r\n'],
  ['an unusual status', 'HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n', 'GET', 599, ''],
])('%s', async (_, bytes, method, status, body) => {
  const answer = await through(bytes, method);
  expect([answer.status, answer.body]).toEqual([status, body]);
  expect(answer.header('countersign-record')).toMatch(/^rec_/);
});

test('P4: no header of the upstream leads a client around the gateway', async () => {
  const up = world.broker.services[0]!.upstream;
  const secure = up.replace('http:', 'https:');
  const cases: [name: string, sent: string, received: string][] = [
    ['Location', '/tenants/acme', '/billing/tenants/acme'],
    ['Location', `${up}/x?y=1#z`, '/billing/x?y=1#z'],
    ['Location', `${secure}/x`, '/billing/x'],
    ['Location', up.replace('http://', '//'), '/billing/'],
    ['Location', `${up.replace('http://', '/\\\\').replace('//', '/')}/x`, '/billing/x'],
    ['Location', up.replace('://', '://user:secret@'), '/billing/'],
    ['Location', `${up.toUpperCase()}/x`, '/billing/x'],
    ['Location', 'http://127.0.0.1:9/x', '/crm/x'],
    ['Location', 'https://elsewhere.example/x', 'https://elsewhere.example/x'],
    ['Location', 'next?page=2', 'next?page=2'],
    // As browsers read them: without tabs, leading control characters and trailing dots, with escapes and bytes
    // decoded.
    ['Location', `ht\ttp://${up.slice(7)}/x`, '/billing/x'],
    ['Location', `/\t/${up.slice(7)}/x`, '/billing/x'],
    ['Location', up.replace('127.0.0.1', '127.0.0.1.'), '/billing/'],
    ['Location', `${up.replace('127.0.0.1', '%31%32%37.1')}/x`, '/billing/x'],
    ['Location', `${up.replace('127', Buffer.from('１２７').toString('latin1'))}/x`, '/billing/x'],
    ['Location', '/caf\xe9', '/billing/caf%C3%A9'],
    ['Location', `/${Buffer.from('é').toString('latin1')}`, '/billing/%C3%A9'],
    ['Location', `ws://${up.slice(7)}/x`, '/billing/x'],
    ['Location', 'http://files.internal.:80/x', '/files/x'],
    ['Refresh', `0;url=ht\ttp://${up.slice(7)}/x`, '0;url=/billing/x'],
    ['Link', `<ht\ttp://${up.slice(7)}/x>; rel=next`, '</billing/x>; rel=next'],
    ['X-SourceMap', `${up}/app.js.map`, '/billing/app.js.map'],
    ['Content-Location', `${up}/invoices/7`, '/billing/invoices/7'],
    ['Refresh', `5; url=${up}/x`, '5; url=/billing/x'],
    ['Refresh', `0;URL='${up}/x'`, "0;URL='/billing/x'"],
    ['Refresh', `5; ${up}/x`, '5; /billing/x'],
    ['Refresh', '5', '5'],
    [
      'Link',
      `<${up}/x?page=2>; rel="next", <https://elsewhere.example/>; rel="x", </y>; rel=prev`,
      '</billing/x?page=2>; rel="next", <https://elsewhere.example/>; rel="x", </billing/y>; rel=prev',
    ],
    ['SourceMap', '/app.js.map', '/billing/app.js.map'],
    ['Set-Cookie', 'a=1; Path=/; HttpOnly', 'a=1; Path=/billing/; HttpOnly'],
    ['Set-Cookie', 'a=1; path=/x; Domain=.example.com; Secure', 'a=1; path=/billing/x; Secure'],
    ['Set-Cookie', 'a=1;domain', 'a=1'],
    ['Set-Cookie', 'a=domain=x; Max-Age=5', 'a=domain=x; Max-Age=5'],
  ];
  for (const [name, sent, received] of cases) {
    const answer = await through(`HTTP/1.1 200 OK\r\n${name}: ${sent}\r\nContent-Length: 0\r\n\r\n`);
    expect([answer.status, name, sent, answer.header(name)]).toEqual([200, name, sent, received]);
  }
});

test.each([
  'Alt-Svc: h2="upstream.example:443"',
  'Clear-Site-Data: "*"',
  'Strict-Transport-Security: max-age=31536000',
  'Service-Worker-Allowed: /',
  'NEL: {}',
  'Report-To: {}',
  'X-Accel-Redirect: /internal',
  'X-Sendfile: /etc/passwd',
  'X-Sendfile2: /etc/passwd 0-',
  'X-Lighttpd-Send-Tempfile: /etc/passwd',
  'X-Reproxy-URL: http://internal/',
  'Set-Login: logged-in',
  'Speculation-Rules: "http://upstream.example/rules.json"',
  'Countersign-Tenant: globex',
  'Set-Cookie: __Host-session=1; Path=/; Secure',
  'Set-Cookie: =__Host-countersign-session=1; Path=/',
  'Set-Cookie: __host-Countersign-session=1',
])('P4: a header that speaks for the whole host is dropped: %s', async (line) => {
  const answer = await through(`HTTP/1.1 200 OK\r\n${line}\r\nContent-Length: 0\r\n\r\n`);
  expect(answer.status).toBe(200);
  expect(answer.header(line.split(':')[0]!)).toBeUndefined();
});

test('a response that switches protocols, or is no response, is 502', async () => {
  for (const bytes of [
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    'HTTP/1.1 999999 X\r\n\r\n',
    '',
  ]) {
    expect((await through(bytes)).status).toBe(502);
  }
});

test.each([600, 999])(
  'an upstream that answers %i is at fault: 502, and the record can be taken',
  async (status) => {
    const { broker } = world;
    const answer = await through(`HTTP/1.1 ${status} Odd\r\nContent-Length: 2\r\n\r\nok`);
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'upstream_unreachable' });
    const ended = () =>
      broker.recordsOf('outcome').find(({ id }) => id === answer.header('countersign-record'));
    await until(() => ended() !== undefined);
    expect(ended()).toMatchObject({ status: null, bytes: 0, outcome: 'failed' });
  },
);
