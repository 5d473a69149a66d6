import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start();
});
afterAll(() => world.stop());

type Problem = { status: number; code: string; request?: unknown };
const problemOf = async (answer: Response): Promise<Problem> => (await answer.json()) as Problem;
const call = async (method: string, path: string, token: string, headers: Record<string, string> = {}) =>
  problemOf(await world.send({ method, path: `/billing/tenants/${path}`, token, headers }));

describe('a 403 says what to request', () => {
  const READ = { scope: [{ resource: 'invoices/*', actions: ['read'] }] };

  test('for an action, a resource or a tenant that the grant does not cover', async () => {
    const token = world.broker.token(world.broker.grant(READ));
    expect(await call('DELETE', 'acme/invoices/7', token)).toMatchObject({
      code: 'insufficient_scope',
      request: {
        tenant: 'acme',
        service: 'billing',
        scope: [{ resource: 'invoices/7', actions: ['delete'] }],
      },
    });
    expect(await call('GET', 'acme/payroll/a%20b', token)).toMatchObject({
      request: { tenant: 'acme', scope: [{ resource: 'payroll/a%20b', actions: ['read'] }] },
    });
    // Of a tenant that no one knows it says no less: it repeats what the call says.
    for (const tenant of ['globex', 'no-such-tenant'])
      expect(await call('GET', `${tenant}/invoices/7`, token)).toMatchObject({ request: { tenant } });
  });

  test('for a grant that has ended', async () => {
    const grant = world.broker.grant(READ);
    const token = world.broker.token(grant);
    world.broker.end(grant);
    await until(async () => (await call('GET', 'acme/invoices/7', token)).code === 'grant_ended');
    expect(await call('GET', 'acme/invoices/7', token)).toMatchObject({
      request: { tenant: 'acme', scope: [{ resource: 'invoices/7', actions: ['read'] }] },
    });
  });

  test('but not if no request would help: a route that is not listed, or what the tenant forbids', async () => {
    const token = world.broker.token(world.broker.grant(READ));
    expect(await call('GET', 'acme/nothing', token)).toEqual(
      expect.not.objectContaining({ request: expect.anything() }),
    );
    world.broker.tenants = [
      { slug: 'acme', forbid: [{ service: 'billing', resource: 'payroll/**', actions: ['*'] }] },
    ];
    world.broker.change({ tenants: world.broker.tenants });
    await until(async () => (await call('GET', 'acme/payroll/1', token)).request === undefined);
    expect((await call('GET', 'acme/payroll/1', token)).code).toBe('insufficient_scope');
  });
});

describe('a header that names a second object', () => {
  test.each([
    'Destination',
    'X-Amz-Copy-Source',
    'x-goog-copy-source-generation',
    'X-Ms-Rename-Source',
    'X-Copy-From',
    'X-Symlink-Target',
  ])('%s is refused unless the route lists it: the call would do something else without it', async (name) => {
    const token = world.broker.token(world.broker.grant());
    const before = world.upstream.hits.length;
    const headers = { [name]: '/tenants/acme/invoices/8' };
    expect(await call('GET', 'acme/invoices/7', token, headers)).toMatchObject({
      status: 403,
      code: 'route_not_listed',
      detail: 'a header that names another object is not listed for this route',
    });
    expect(world.upstream.hits.length).toBe(before);
  });

  test('passes on a route that lists it', async () => {
    const [billing] = world.broker.services;
    const routes = billing!.routes.map((route) => ({ ...route, headers: ['Destination'] }));
    world.broker.services = [{ ...billing!, routes }];
    world.broker.announceServices();
    const token = world.broker.token(world.broker.grant());
    const headers = { destination: '/tenants/acme/invoices/8' };
    await until(async () => (await call('GET', 'acme/invoices/7', token, headers)).code === undefined);
    expect(world.upstream.hits.at(-1)?.headers).toMatchObject(headers);
  });
});
