import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import type { ServiceDefinition } from '@countersign/contract';
import { GatewayWorld } from '../fakes/gateway-world.js';
import { LOCALHOST_CERTIFICATE } from '../fakes/localhost-certificate.js';
import { sendRaw } from '../fakes/raw-http.js';
import { until } from '../fakes/until.js';
import { freePort } from '../support/free-port.js';
import { GraphqlServer, graphqlRoutes, OPERATIONS } from '../support/graphql-server.js';
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

/** The service that a proxy passes calls to. */
type Behind = { service: string; origin: string };
/** `question`: the path at which the configuration asks about calls of the service `billing`. */
const setup = (name: string, listens: string, question: string, behind?: Behind): ProxySetup => ({
  ...{ name, folder, port, secret: SECRET },
  replaced: {
    [listens]: listens.replace('8080', String(port)),
    '127.0.0.1:4200': new URL(behind?.origin ?? world.upstream.origin).host,
    '127.0.0.1:4100': `127.0.0.1:${world.gateway.port}`,
    [`${question}/billing`]: `${question}/${behind?.service ?? 'billing'}`,
  },
});

const PROXIES: [string, (behind?: Behind) => Promise<RealProxy>][] = [
  ['nginx', (behind) => startNginx(setup('nginx.conf', '127.0.0.1:8080', '/authz/nginx', behind))],
  ['Caddy', (behind) => startCaddy(setup('Caddyfile', ':8080', '/authz/traefik', behind))],
];

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

describe.each(PROXIES)('%s asks about each call', (_name, start) => {
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

describe.each(PROXIES)('%s asks about calls of a GraphQL service', (_name, start) => {
  const service = new GraphqlServer();
  const shop = (): ServiceDefinition => ({
    ...{ name: 'shop', upstream: service.origin, audience: 'shop', tenantFrom: 'path' },
    routes: graphqlRoutes,
  });
  let grant: ReturnType<typeof world.broker.grant>;
  let token: string;
  beforeAll(async () => {
    await service.start();
    world.broker.services = [...world.broker.services.filter(({ name }) => name !== 'shop'), shop()];
    world.broker.announceServices();
    port = await freePort();
    proxy = await start({ service: 'shop', origin: service.origin });
    grant = world.broker.grant({ service: 'shop' });
    token = world.broker.token(grant, { audience: 'shop' });
    // The grant arrives after the map.
    await until(async () => (await send(token, addressOf('acme'))).status === 200);
  }, 60_000);
  beforeEach(() => {
    service.requests = 0;
    service.executed.length = 0;
  });
  afterAll(async () => {
    await proxy?.stop();
    await service.stop();
  });

  const persisted = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });
  const operation = (tenant: string) => ({
    operationName: 'Invoice',
    variables: { tenant, id: '7' },
    extensions: persisted(OPERATIONS.invoice),
  });
  const addressOf = (tenant: string, more: Record<string, unknown> = {}): string =>
    `/graphql?${Object.entries({ ...operation(tenant), ...more })
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)])
      .map(([name, text = '']) => `${name}=${encodeURIComponent(text)}`)
      .join('&')}`;
  const AD_HOC = '{ everything { id tenant } }';

  test('a listed operation in the address is executed once, and the record names it', async () => {
    const answer = await send(token, addressOf('acme'));
    expect([answer.status, answer.body]).toEqual([200, expect.stringContaining('"tenant":"acme"')]);
    expect(service.executed).toEqual([{ operation: 'Invoice', variables: { tenant: 'acme', id: '7' } }]);
    const recorded = () => world.broker.recordsOf('allowed').find((record) => record.grant === grant.id);
    await until(() => recorded() !== undefined);
    expect(recorded()).toMatchObject({
      ...{ mode: 'authz', method: 'GET', resource: 'invoices/7', tenant: 'acme' },
      route: `/graphql Invoice sha256:${OPERATIONS.invoice}`,
    });
  });

  const post = (target: string, body: object) => ({ target, method: 'POST', body: JSON.stringify(body) });
  test.each<[string, { target: string; method?: string; body?: string }]>([
    ['the operation for another tenant', { target: addressOf('globex') }],
    ['an ad-hoc query', { target: `/graphql?query=${encodeURIComponent(AD_HOC)}` }],
    ['an ad-hoc query beside a listed operation', { target: addressOf('acme', { query: AD_HOC }) }],
    [
      'an operation that no route lists',
      { target: addressOf('acme', { extensions: persisted(OPERATIONS.unlisted) }) },
    ],
    ['a listed operation in a body, which the gateway cannot see', post('/graphql', operation('acme'))],
    ['another operation in a body', post(addressOf('acme'), { query: AD_HOC })],
    ['a body of GET', { ...post(addressOf('acme'), { query: AD_HOC }), method: 'GET' }],
  ])('P9, P13: refuses %s, and the service sees nothing', async (_case, { target, method, body }) => {
    const type = body === undefined ? [] : ['Content-Type: application/json'];
    const answer = await send(token, target, type, method, body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect([service.requests, service.executed]).toEqual([0, []]);
  });
});

test('HAProxy in front of the gateway: calls by TLS are forwarded by the gateway itself', async () => {
  const pem = join(folder, 'gateway.pem');
  await writeFile(pem, `${LOCALHOST_CERTIFICATE.cert}\n${LOCALHOST_CERTIFICATE.key}\n`, { mode: 0o600 });
  port = await freePort();
  const config = await writeConfiguration('haproxy.cfg', folder, {
    '127.0.0.1:8443': `127.0.0.1:${port}`,
    '127.0.0.1:4100': `127.0.0.1:${world.gateway.port}`,
    '127.0.0.1:4110': `127.0.0.1:${world.gateway.port}`,
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
          headers: { authorization: `Bearer ${token}`, connection: 'close, Countersign-Tenant' },
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
    expect(upstream.hits).toMatchObject([
      { method: 'GET', url: INVOICES, headers: { 'countersign-tenant': 'acme' } },
    ]);
  } finally {
    await front.stop();
  }
}, 60_000);
