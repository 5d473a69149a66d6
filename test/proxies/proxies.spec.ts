import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { GatewayWorld } from '../fakes/gateway-world.js';
import { LOCALHOST_CERTIFICATE } from '../fakes/localhost-certificate.js';
import { sendRaw } from '../fakes/raw-http.js';
import { until } from '../fakes/until.js';
import { freePort } from '../support/free-port.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { type ProxySetup, RealProxy, startCaddy, startNginx, writeConfiguration } from './real-proxy.js';

const SECRET = 'p'.repeat(43);
const INVOICES = '/tenants/acme/invoices';

let world: GatewayWorld;
let folder: string;
let port: number;
let proxy: RealProxy | undefined;

beforeAll(async () => {
  folder = await tempFolder('proxies');
  world = await GatewayWorld.start({ proxies: { secret: SECRET, networks: ['127.0.0.0/8'] } });
});
afterAll(async () => {
  await world.stop();
  await removeFolder(folder);
});

const setup = (name: string, listens: string): ProxySetup => ({
  ...{ name, folder, port, secret: SECRET },
  replaced: {
    [listens]: listens.replace('8080', String(port)),
    '127.0.0.1:4200': `127.0.0.1:${world.upstream.port}`,
    '127.0.0.1:4100': `127.0.0.1:${world.gateway.port}`,
  },
});

const send = (token: string | undefined, target: string, more: string[] = [], method = 'GET', body = '') =>
  sendRaw(
    port,
    [
      `${method} ${target} HTTP/1.1`,
      'Host: billing.example',
      ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
      ...(body === '' ? [] : [`Content-Length: ${body.length}`]),
      ...more,
      '',
      body,
    ].join('\r\n'),
  );

describe.each<[string, () => Promise<RealProxy>]>([
  ['nginx', () => startNginx(setup('nginx.conf', '127.0.0.1:8080'))],
  ['Caddy', () => startCaddy(setup('Caddyfile', ':8080'))],
])('%s asks about each call', (_name, start) => {
  beforeAll(async () => {
    port = await freePort();
    proxy = await start();
  }, 60_000);
  beforeEach(() => {
    world.upstream.hits.length = 0;
  });
  afterAll(() => proxy?.stop());

  test('P5: forwards an allowed call with our headers and none of the client’s, and it is recorded before', async () => {
    const { broker, upstream } = world;
    const grant = broker.grant();
    const recorded = () => broker.recordsOf('allowed').find((record) => record.grant === grant.id);
    const answer = await send(broker.token(grant), `${INVOICES}?status=open`, [
      'Countersign-Tenant: globex',
      'Countersign-Context: forged',
      'X-Original-URI: /tenants/globex/invoices',
      'X-Original-Method: DELETE',
      'X-Forwarded-Uri: /tenants/globex/invoices',
      'X-Forwarded-Method: DELETE',
      'Cookie: session=1',
    ]);
    expect([answer.status, answer.body]).toEqual([200, expect.stringContaining('{"ok":true}')]);
    await until(() => recorded() !== undefined);
    const record = recorded();
    expect(record).toMatchObject({ mode: 'authz', method: 'GET', resource: 'invoices', tenant: 'acme' });
    expect(upstream.hits).toMatchObject([
      {
        ...{ method: 'GET', url: `${INVOICES}?status=open` },
        headers: {
          ...{ 'countersign-tenant': 'acme', 'countersign-grant': grant.id },
          ...{ 'countersign-record': record?.id, 'countersign-requester': grant.terms.requester },
          'countersign-context': expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        },
      },
    ]);
    const { headers } = upstream.hits[0] as (typeof upstream.hits)[number];
    for (const name of ['authorization', 'cookie', 'countersign-proxy-secret'])
      expect(headers[name]).toBeUndefined();
  });

  test('passes a body on', async () => {
    const { broker, upstream } = world;
    const grant = broker.grant({ scope: [{ resource: 'invoices', actions: ['create'] }] });
    const answer = await send(broker.token(grant), INVOICES, [], 'POST', '{"total":1}');
    expect(answer.status).toBe(200);
    expect(upstream.hits).toMatchObject([{ method: 'POST', url: INVOICES, bodyBytes: 11 }]);
  });

  test.each([
    ['another tenant', '/tenants/globex/invoices', 'GET', 403],
    ['an action outside the scope', `${INVOICES}/7`, 'DELETE', 403],
    ['a route that is not listed', '/admin', 'GET', 403],
    ['a path that steps out', `${INVOICES}/../../globex/invoices`, 'GET', undefined],
    ['an escaped step out', `${INVOICES}/%2e%2e/%2e%2e/globex/invoices`, 'GET', undefined],
    ['an escaped slash', '/tenants/acme%2f..%2fglobex/invoices', 'GET', undefined],
    ['a doubled slash', '//tenants/globex/invoices', 'GET', undefined],
    ['the question itself', '/countersign', 'GET', undefined],
    ['a hidden method', `${INVOICES}/7`, 'TRACE', undefined],
  ])('P13: refuses %s, and the upstream sees nothing', async (_case, target, method, status) => {
    const { broker, upstream } = world;
    const answer = await send(broker.token(broker.grant()), target, [], method);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    if (status !== undefined) expect(answer.status).toBe(status);
    expect(upstream.hits).toEqual([]);
  });

  test('lets no connection be upgraded: a WebSocket is refused, and an offer of HTTP/2 ends here', async () => {
    const { broker, upstream } = world;
    const token = broker.token(broker.grant());
    const socket = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Key: eA==',
      'Sec-WebSocket-Version: 13',
    ];
    expect((await send(token, INVOICES, socket)).status).toBeGreaterThanOrEqual(400);
    expect(upstream.hits).toEqual([]);
    const offer = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'];
    await send(token, INVOICES, offer);
    expect(upstream.hits.filter(({ headers }) => headers.upgrade !== undefined)).toEqual([]);
  });

  test('refuses a call without a token, with a challenge, and one with another token', async () => {
    const none = await send(undefined, INVOICES);
    expect([none.status, none.header('www-authenticate')]).toEqual([401, expect.stringContaining('Bearer')]);
    expect((await send('eyJ.x.y', INVOICES)).status).toBe(401);
    expect(world.upstream.hits).toEqual([]);
  });

  test('P6: refuses a call after the stop', async () => {
    const { broker, upstream } = world;
    const grant = broker.grant();
    const token = broker.token(grant);
    expect((await send(token, INVOICES)).status).toBe(200);
    broker.end(grant);
    await until(async () => (await send(token, INVOICES)).status === 403);
    const before = upstream.hits.length;
    await send(token, INVOICES);
    expect(upstream.hits).toHaveLength(before);
  });
});

test('HAProxy in front of the gateway: calls by TLS are forwarded by the gateway itself', async () => {
  const pem = join(folder, 'gateway.pem');
  await writeFile(pem, `${LOCALHOST_CERTIFICATE.cert}\n${LOCALHOST_CERTIFICATE.key}\n`, { mode: 0o600 });
  port = await freePort();
  const config = await writeConfiguration('haproxy.cfg', folder, {
    '127.0.0.1:8443': `127.0.0.1:${port}`,
    '127.0.0.1:4100': `127.0.0.1:${world.gateway.port}`,
    '/etc/haproxy/gateway.pem': pem,
  });
  const front = await RealProxy.start(
    { name: 'haproxy', package: 'haproxy', args: ['-f', config, '-db'] },
    port,
  );
  try {
    const { broker, upstream } = world;
    upstream.hits.length = 0;
    const token = broker.token(broker.grant());
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(
        {
          ...{ host: 'localhost', port, path: `/billing${INVOICES}`, ca: LOCALHOST_CERTIFICATE.cert },
          headers: { authorization: `Bearer ${token}` },
        },
        (response) => {
          response.resume();
          response.once('end', () => resolve(response.statusCode));
        },
      )
        .once('error', reject)
        .end();
    });
    expect(status).toBe(200);
    expect(upstream.hits).toMatchObject([{ method: 'GET', url: INVOICES }]);
  } finally {
    await front.stop();
  }
}, 60_000);
