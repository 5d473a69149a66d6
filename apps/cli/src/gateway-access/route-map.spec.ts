import {
  GRANT_ID,
  grantAnswer,
  REQUEST_ID,
  requestAnswer,
  serviceAnswer,
  terms,
} from '../../test/answers.js';
import { fakeServers } from '../../test/fake-broker.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';

const serve = fakeServers();

async function cli(argv: string[], changes: { grant?: object; service?: object } = {}) {
  const broker = await serve({
    [`GET /api/v1/grants/${GRANT_ID}`]: () => ({
      body: { ...grantAnswer('http://localhost:1/billing'), ...changes.grant },
    }),
    [`GET /api/v1/requests/${REQUEST_ID}`]: () => ({ body: requestAnswer({ terms: terms() }) }),
    'GET /api/v1/services/billing': () => ({ body: { ...serviceAnswer(), ...changes.service } }),
  });
  const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: 'csk_x' });
  const exit = await run(argv, terminal);
  return { exit, out: terminal.out, err: terminal.err };
}

const explain = (method: string, path: string, changes = {}) =>
  cli(['explain', method, path, '--grant', GRANT_ID, '--json'], changes);

test('a call inside the scope is allowed, with its resource and action', async () => {
  const { exit, out } = await explain('get', '/tenants/acme/invoices/17?page=2');
  expect([exit, JSON.parse(out)]).toEqual([
    0,
    {
      allowed: true,
      code: null,
      detail: null,
      route: '/tenants/{tenant}/invoices/{id}',
      resource: 'invoices/17',
      action: 'read',
      tenant: 'acme',
      headers: expect.arrayContaining(['accept', 'content-type', 'x-case']),
    },
  ]);
});

test('headers that the service or the route lists pass, all others are dropped', async () => {
  const { out } = await explain('get', '/tenants/acme/invoices/17');
  const { headers } = JSON.parse(out) as { headers: string[] };
  expect(headers).toEqual(expect.arrayContaining(['x-case', 'cookie']));
  for (const name of ['x-user-id', 'x-roles', 'authorization', 'origin']) expect(headers).not.toContain(name);
});

test.each([
  ['another action', 'PATCH', '/tenants/acme/invoices/17', 'insufficient_scope'],
  ['another tenant', 'GET', '/tenants/globex/invoices/17', 'insufficient_scope'],
  ['no route', 'GET', '/tenants/acme/payroll', 'route_not_listed'],
  ['a query parameter that is not listed', 'GET', '/tenants/acme/invoices/17?all=1', 'route_not_listed'],
  ['an odd path', 'GET', '/tenants/acme/invoices/%2e%2e', 'ambiguous_request'],
])('%s is refused as the gateway would', async (_name, method, path, code) => {
  const { exit, out, err } = await explain(method, path);
  expect([exit, JSON.parse(out)]).toEqual([1, expect.objectContaining({ allowed: false, code })]);
  expect(err).toMatch(`error[${code}]: `);
});

test('a grant that has ended allows nothing', async () => {
  const { exit, err } = await explain('GET', '/tenants/acme/invoices/17', {
    grant: { state: 'ended', endReason: 'expired' },
  });
  expect([exit, err]).toEqual([1, expect.stringContaining('error[grant_ended]: ')]);
});

test('a route map that has changed since the approval is reported', async () => {
  const { err } = await explain('GET', '/tenants/acme/invoices/17', {
    service: { routesHash: `sha256:${'c'.repeat(64)}` },
  });
  expect(err).toContain('another route map');
});

test('a parameter may be given twice if the route says so', async () => {
  const twice = '/tenants/acme/invoices/17?page=2&page=3';
  const [route, other] = serviceAnswer().routes;
  const repeated = { service: { routes: [{ ...route, repeat: ['page'] }, other] } };
  expect(await explain('GET', twice)).toMatchObject({
    exit: 1,
    err: expect.stringMatching(/^error\[ambiguous_request\]: a query parameter is given twice/m),
  });
  expect((await explain('GET', twice, repeated)).exit).toBe(0);
});

test('routes names parameters that repeat, bodies of GET, and pages that may call', async () => {
  const [route, other] = serviceAnswer().routes;
  const { exit, out } = await cli(['routes', 'billing'], {
    service: {
      cors: { origins: ['https://app.example'] },
      routes: [{ ...route, repeat: ['page'], body: true }, other],
    },
  });
  expect(exit).toBe(0);
  expect(out).toMatch(/GET \+body +\S+ +page… /);
  expect(out).toContain('… behind a parameter: it may repeat.\nGET +body: such a call may have a body.\n');
  expect(out).toContain('Pages that may call from a browser: https://app.example.');
});

describe('persisted operations', () => {
  const sha256 = 'a'.repeat(64);
  const [route] = serviceAnswer().routes;
  const operation = (method: string, graphql: object) => ({
    ...route,
    ...{ method, path: '/tenants/{tenant}/graphql', resource: 'invoices/{id}', action: 'read', query: [] },
    graphql: { sha256, type: 'query', variables: { id: '/id' }, ...graphql },
  });
  const service = { routes: [operation('POST', { operation: 'Invoice' }), operation('GET', {})] };

  test('routes says how a call names them', async () => {
    const { exit, out } = await cli(['routes', 'billing'], { service });
    expect(exit).toBe(0);
    expect(out).toMatch(/read +invoices\/\* +POST +\/tenants\/\{tenant\}\/graphql Invoice\b/);
    expect(out).toContain(
      `POST /tenants/{tenant}/graphql takes the query sha256:${sha256}, operationName Invoice, id from /id of its variables.`,
    );
    expect(out).toContain(
      `GET /tenants/{tenant}/graphql takes the query sha256:${sha256}, without operationName,`,
    );
  });

  test('explain reads one in an address, and says that it does not see a body', async () => {
    const address = (id: string) =>
      `/tenants/acme/graphql?documentId=sha256:${sha256}&variables=${encodeURIComponent(`{"id":${id}}`)}`;
    const { exit, out } = await explain('GET', address('"17"'), { service });
    expect([exit, JSON.parse(out)]).toMatchObject([
      ...[0, { route: `/tenants/{tenant}/graphql sha256:${sha256}`, resource: 'invoices/17' }],
    ]);
    for (const [method, path, code] of [
      ['GET', address('null'), 'operation_refused'],
      ['GET', '/tenants/acme/graphql?query=%7Bx%7D', 'operation_refused'],
      ['GET', `/tenants/acme/graphql?documentId=sha256:${'b'.repeat(64)}`, 'route_not_listed'],
      ['POST', '/tenants/acme/graphql', 'operation_refused'],
    ] as const)
      expect((await explain(method, path, { service })).err).toContain(`error[${code}]: `);
  });
});

test('routes shows what can be asked for', async () => {
  const { exit, out } = await cli(['routes', 'billing']);
  expect([exit, out.split('\n')]).toEqual([
    0,
    [
      'ACTION  RESOURCE    METHOD  PATH                             QUERY  HEADERS',
      'read    invoices/*  GET     /tenants/{tenant}/invoices/{id}  page   cookie, x-case',
      'update  invoices/*  PATCH   /tenants/{tenant}/invoices/{id}         x-case',
      '',
      expect.stringMatching(
        /^Request headers that pass on every route: accept, .*user-agent. All others are dropped.$/,
      ),
      '',
    ],
  ]);
});

test('a shared route is allowed outside the scope, and the list of routes says that every grant opens it', async () => {
  const asset = { method: 'GET', path: '/assets/{file}', resource: 'shared', action: 'read', query: [] };
  const { routes } = serviceAnswer();
  const service = { routes: [...routes, { ...asset, repeat: [], headers: [], shared: true }] };
  const { exit, out } = await explain('GET', '/assets/app.js', { service });
  expect([exit, JSON.parse(out)]).toMatchObject([0, { allowed: true, resource: 'shared' }]);
  const listed = await cli(['routes', 'billing'], { service });
  expect(listed.out).toContain('(shared)');
  expect(listed.out).toContain('the same for every customer');
});

test('open prints the address at which the service begins, or one of its pages', async () => {
  const grant = { browserUrl: `http://billing.localhost:4100/countersign/open?grant=${GRANT_ID}` };
  const page = await cli(['open', GRANT_ID, '/tenants/acme/invoices?page=2'], { grant });
  const address = new URL(page.out.trim());
  expect(Object.fromEntries(address.searchParams)).toEqual({
    ...{ grant: GRANT_ID, to: '/tenants/acme/invoices?page=2' },
  });
  expect((await cli(['open', GRANT_ID], { grant })).out.trim()).toBe(grant.browserUrl);
  expect((await cli(['open', GRANT_ID, 'https://evil.example'], { grant })).exit).toBe(2);
});
