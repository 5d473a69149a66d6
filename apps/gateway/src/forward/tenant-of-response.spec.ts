import { countersignContext } from '@countersign/authorization/context';
import type { ServiceDefinition } from '@countersign/contract';
import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';

/** A service whose addresses name no tenant: who owns an invoice is in its database. */
const crm = (upstream: string): ServiceDefinition => ({
  name: 'billing',
  upstream,
  audience: 'billing',
  tenantFrom: 'service',
  checksTenant: true,
  routes: [
    { method: 'GET', path: '/invoices/{id}', resource: 'invoices/{id}', action: 'read' },
    { method: 'PATCH', path: '/invoices/{id}', resource: 'invoices/{id}', action: 'update' },
  ],
});
const OWNERS: Readonly<Record<string, string>> = { '/invoices/7': 'acme', '/invoices/8': 'globex' };

let world: GatewayWorld;
beforeAll(async () => {
  world = new GatewayWorld();
  await world.prepare();
  world.broker.services = [crm(world.upstream.origin)];
  await world.startGateway();
  await until(() => world.gateway.isInTouch());
});
afterAll(() => world.stop());

const scope = [{ resource: 'invoices/*', actions: ['read', 'update'] }];
async function call(path = '/invoices/7', method = 'GET'): Promise<{ answer: Response; text: string }> {
  const token = world.broker.token(world.broker.grant({ scope }));
  const answer = await world.send({ token, method, path: `/billing${path}` });
  return { answer, text: await answer.text() };
}

describe('tenantFrom: service', () => {
  const answersWith = (status: number, fields: string[]) => {
    world.upstream.answer = (_request, response) => {
      response.writeHead(status, ['content-type', 'text/plain', ...fields]);
      response.end('the secret of a tenant');
    };
  };

  test('P2: a response that names the token’s tenant passes; the name itself is for the gateway', async () => {
    answersWith(200, ['Countersign-Tenant', 'acme']);
    const { answer, text } = await call();
    expect([answer.status, text]).toEqual([200, 'the secret of a tenant']);
    expect(answer.headers.get('countersign-tenant')).toBeNull();
    expect(world.upstream.hits.at(-1)?.headers).toMatchObject({ 'countersign-tenant': 'acme' });
    await until(() => world.broker.recordsOf('outcome').length === 1);
    expect(world.broker.recordsOf('allowed')[0]?.tenantFrom).toBe('service');
    expect(world.broker.gaps).toEqual([]);
  });

  test.each<[string, number, string[]]>([
    ['no tenant', 200, []],
    ['another tenant', 200, ['Countersign-Tenant', 'globex']],
    ['no tenant, in an error', 500, []],
    ['no tenant, in a redirection', 302, ['Location', '/invoices/8']],
    ['two tenants', 200, ['Countersign-Tenant', 'acme', 'Countersign-Tenant', 'globex']],
    ['the tenant twice', 200, ['Countersign-Tenant', 'acme', 'Countersign-Tenant', 'acme']],
    ['a list of tenants', 200, ['Countersign-Tenant', 'acme, globex']],
    ['the tenant in capitals', 200, ['Countersign-Tenant', 'ACME']],
    ['nothing', 200, ['Countersign-Tenant', '']],
  ])('P2: a response that names %s is withheld, with its head', async (_what, status, fields) => {
    const before = world.broker.recordsOf('outcome').length;
    answersWith(status, fields);
    const { answer, text } = await call();
    expect(answer.status).toBe(502);
    expect(JSON.parse(text)).toMatchObject({ code: 'tenant_not_confirmed' });
    expect(text).not.toContain('secret');
    expect(answer.headers.get('location')).toBeNull();
    await until(() => world.broker.recordsOf('outcome').length > before);
    expect(world.broker.recordsOf('outcome').at(-1)).toMatchObject({ outcome: 'failed', status, bytes: 0 });
  });

  test('P2: with the middleware, a write to another tenant’s data is refused before the service acts', async () => {
    const written: string[] = [];
    const guard = countersignContext({
      audience: 'billing',
      gateways: [world.gateway.url],
      tenantOf: ({ url = '' }) => OWNERS[url],
    });
    world.upstream.answer = (request, response) =>
      guard(request, response, () => {
        written.push(request.url ?? '');
        response.end('done');
      });
    const own = await call('/invoices/7', 'PATCH');
    const others = await call('/invoices/8', 'PATCH');
    const nobodys = await call('/invoices/9', 'PATCH');
    expect([own.answer.status, own.text]).toEqual([200, 'done']);
    expect([others.answer.status, nobodys.answer.status]).toEqual([502, 502]);
    expect(written).toEqual(['/invoices/7']);
  });
});
