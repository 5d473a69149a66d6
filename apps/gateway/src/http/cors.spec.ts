import { billingService, GatewayWorld, refusal, type Sent } from '../../../../test/fakes/gateway-world.js';

const APP = 'https://app.example';
const OTHER = 'https://evil.example';
const PREFLIGHT = {
  'access-control-request-method': 'PATCH',
  'access-control-request-headers': 'authorization',
};

const SECRET = 's'.repeat(43);

let world: GatewayWorld;
let token: string;
beforeAll(async () => {
  world = await GatewayWorld.start({ proxies: { secret: SECRET, networks: ['127.0.0.0/8'] } });
  const listed = { origins: [APP], credentials: true as const, exposeHeaders: ['X-Total'], maxAge: 60 };
  const [billing] = world.broker.services;
  world.broker.services = [
    { ...billing!, cors: listed },
    { ...billingService(world.upstream.origin), name: 'open', audience: 'open', cors: { origins: ['*'] } },
    { ...billingService(world.upstream.origin), name: 'closed', audience: 'closed' },
  ];
  world.broker.announceServices();
  const grant = world.broker.grant();
  token = world.broker.token(grant);
  // The grant arrives after the map.
  await world.send({ token });
});
afterAll(() => world.stop());
beforeEach(() => {
  world.upstream.hits.length = 0;
  world.upstream.answer = (_request, response) => response.writeHead(200).end('{}');
});

/** What an answer says to browsers. */
const said = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name === 'vary' || name.startsWith('access-control-')));
const preflight = (origin: string, more: Sent = {}) =>
  world.send({ method: 'OPTIONS', ...more, headers: { ...PREFLIGHT, origin, ...more.headers } });

describe('a preflight', () => {
  test('of a listed origin is answered by the gateway, and counted; nothing reaches the upstream', async () => {
    const answer = await preflight(APP);
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    expect(said(answer)).toEqual({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'DELETE, GET, HEAD, PATCH, POST',
      'access-control-allow-headers': expect.stringMatching(/\bauthorization, .*content-type, .*x-listed\b/),
      'access-control-expose-headers': 'Countersign-Record, Retry-After, WWW-Authenticate, X-Total',
      'access-control-max-age': '60',
      vary: 'Origin',
    });
    expect(world.upstream.hits).toEqual([]);
    const metrics = await (await fetch(`${world.gateway.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/countersign_gateway_preflights_total\{service="billing"\} 1\b/);
  });

  test('P13: of another origin is refused, and the origin is not repeated', async () => {
    for (const origin of [
      OTHER,
      'null',
      `${APP}.evil.example`,
      `${APP}:8443`,
      APP.toUpperCase(),
      `${APP}/`,
    ]) {
      const answer = await preflight(origin);
      expect(said(answer)).toEqual({ vary: 'Origin' });
      expect(await answer.text()).not.toContain(origin);
      expect(answer.status).toBe(403);
    }
    expect(await refusal(await preflight(OTHER))).toEqual({ status: 403, code: 'route_not_listed' });
  });

  test('says the same for every path: it shows no route and no tenant', async () => {
    const answers = await Promise.all(
      ['/billing/tenants/acme/invoices', '/billing/tenants/nobody/x', '/billing/admin'].map(async (path) => {
        const answer = await preflight(APP, { path });
        return [answer.status, said(answer)];
      }),
    );
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
  });

  test.each([
    ['an odd path', { path: '/billing/tenants/acme%2Finvoices' }, 400],
    ['a service without `cors`', { path: '/closed/tenants/acme/invoices' }, 401],
    ['an unknown service', { path: '/unknown/x' }, 403],
    ['a token, which makes it a call', { headers: { authorization: 'Bearer x' } }, 401],
    ['no wanted method', { headers: { 'access-control-request-method': '' } }, 204],
  ])('with %s: %#', async (_, sent, status) => {
    expect((await preflight(APP, sent)).status).toBe(status);
    expect(world.upstream.hits).toEqual([]);
  });

  test('two origins are no origin', async () => {
    const head = ['OPTIONS /billing/tenants/acme/invoices HTTP/1.1', 'Host: a', `Origin: ${APP}`];
    const more = [`Origin: ${OTHER}`, 'Access-Control-Request-Method: GET'];
    const answer = await world.raw(`${[...head, ...more].join('\r\n')}\r\n\r\n`);
    expect([answer.status, answer.header('access-control-allow-origin')]).toEqual([400, undefined]);
  });

  test('that a proxy asks about is for the proxy to answer: no token, no call', async () => {
    const answer = await preflight(APP, {
      path: '/authz/envoy/billing/tenants/acme/invoices',
      headers: { 'countersign-proxy-secret': SECRET },
    });
    expect([answer.status, said(answer)]).toEqual([401, {}]);
  });

  test('for pages of every origin allows no cookies', async () => {
    const answer = await preflight(OTHER, { path: '/open/tenants/acme/invoices' });
    expect(answer.status).toBe(204);
    expect(said(answer)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-max-age': '600',
    });
    expect(said(answer)).not.toHaveProperty('access-control-allow-credentials');
  });
});

describe('a call of a page', () => {
  test('of a listed origin is readable there, and only what the gateway says about origins counts', async () => {
    world.upstream.answer = (_request, response) =>
      response
        .writeHead(200, {
          'access-control-allow-origin': OTHER,
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers': '*',
          vary: 'Accept',
        })
        .end('{}');
    const answer = await world.send({ token, headers: { origin: APP } });
    expect(answer.status).toBe(200);
    expect(said(answer)).toEqual({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'Countersign-Record, Retry-After, WWW-Authenticate, X-Total',
      vary: 'Accept, Origin',
    });
    expect(said(await world.send({ token, headers: { origin: OTHER } }))).toEqual({ vary: 'Accept, Origin' });
    expect(said(await world.send({ token }))).toEqual({ vary: 'Accept, Origin' });
  });

  test('that is refused is readable there too: the page learns the code', async () => {
    const headers = { origin: APP };
    const refused = await world.send({ headers });
    expect([said(refused)['access-control-allow-origin'], await refusal(refused)]).toEqual([
      APP,
      { status: 401, code: 'invalid_token' },
    ]);
    const outside = await world.send({ token, headers, path: '/billing/tenants/globex/invoices/7' });
    expect([outside.status, said(outside)['access-control-allow-origin']]).toEqual([403, APP]);
  });

  test('at a service without `cors`: the upstream’s word passes, as before', async () => {
    world.upstream.answer = (_request, response) =>
      response.writeHead(200, { 'access-control-allow-origin': OTHER }).end('{}');
    const answer = await world.send({
      path: '/closed/tenants/acme/invoices/7',
      token: world.broker.token(world.broker.grant({ service: 'closed' })),
      headers: { origin: APP },
    });
    expect([answer.status, said(answer)]).toEqual([200, { 'access-control-allow-origin': OTHER }]);
  });
});
