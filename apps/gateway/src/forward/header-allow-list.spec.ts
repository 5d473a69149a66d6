import { GatewayWorld, refusal } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';

let world: GatewayWorld;
beforeEach(async () => {
  world = await GatewayWorld.start();
});
afterEach(() => world.stop());

/** What the last allowed call's record says of headers that were dropped. */
async function droppedHeaders(): Promise<string[] | undefined> {
  const before = world.upstream.hits.length;
  await until(() => world.broker.recordsOf('allowed').length === before);
  return world.broker.recordsOf('allowed').at(-1)?.droppedHeaders;
}

const ROOT = {
  'X-User-Id': '1',
  'X-Roles': 'admin',
  'X-Admin': 'true',
  'Impersonate-User': 'system:admin',
  'X-Org-Id': 'other',
  'X-Auth-Token': 'secret-value',
};

describe('the attack “X-User-Id, X-Roles, X-Admin, Impersonate-User and X-Org-Id reach the upstream and no record names them”', () => {
  test('none of them arrives, and the record names each, without its value', async () => {
    const token = world.broker.token(world.broker.grant());
    expect((await world.send({ token, headers: ROOT })).status).toBe(200);
    const names = Object.keys(ROOT).map((name) => name.toLowerCase());
    for (const name of names) expect(Object.keys(world.upstream.hits[0]!.headers)).not.toContain(name);
    expect(await droppedHeaders()).toEqual(expect.arrayContaining(names));
    expect(JSON.stringify(world.broker.records)).not.toContain('secret-value');
    expect(world.broker.gaps).toEqual([]);
  });

  test('what every client needs passes: negotiation, conditions, ranges, content, trace, user agent', async () => {
    const passing = {
      accept: 'application/json',
      'accept-language': 'de',
      'content-type': 'application/json',
      'content-language': 'de',
      'if-match': '"1"',
      'if-none-match': '"2"',
      range: 'bytes=0-1',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      'user-agent': 'test',
    };
    const token = world.broker.token(world.broker.grant());
    const path = '/billing/tenants/acme/invoices';
    expect((await world.send({ method: 'POST', path, token, headers: passing, body: '{}' })).status).toBe(
      200,
    );
    expect(world.upstream.hits[0]!.headers).toMatchObject(passing);
  });

  test('cookies pass only on a route that lists them, and never the gateway’s own', async () => {
    const { broker, upstream } = world;
    const token = broker.token(broker.grant());
    const headers = { cookie: 'a=1; __Host-countersign-session=x', 'x-listed': 'yes' };
    await world.send({ token, headers });
    await world.send({ token, headers, path: '/billing/tenants/acme/invoices' });
    expect(upstream.hits.map((hit) => [hit.headers.cookie, hit.headers['x-listed']])).toEqual([
      ['a=1', 'yes'],
      [undefined, undefined],
    ]);
    expect(await droppedHeaders()).toEqual(expect.arrayContaining(['cookie', 'x-listed']));
  });

  test('a header passes if the map that the terms name and the current map both list it', async () => {
    const { broker, upstream } = world;
    const [before] = broker.services;
    const older = broker.token(broker.grant());
    broker.olderMaps = [before!];
    const routes = before!.routes.map(({ headers: _headers, ...route }) => route);
    broker.services = [{ ...before!, headers: ['X-New', 'X-Listed'], routes }];
    broker.announceServices();
    const newer = broker.token(broker.grant());
    const headers = { 'x-new': '1', 'x-listed': '1', cookie: 'a=1' };
    // The newer grant arrives after the new map.
    for (const token of [newer, older]) await world.send({ token, headers });
    expect(
      upstream.hits.map((hit) => ['x-new', 'x-listed', 'cookie'].filter((name) => name in hit.headers)),
    ).toEqual([['x-new', 'x-listed'], ['x-listed']]);
  });

  test('a flood of invented names does not make the record larger than the broker takes', async () => {
    const token = world.broker.token(world.broker.grant());
    const flood = Object.fromEntries(
      Array.from({ length: 180 }, (_, index) => [`x-${index}-${'y'.repeat(70)}`, '']),
    );
    expect((await world.send({ token, headers: flood })).status).toBe(200);
    const dropped = await droppedHeaders();
    expect(dropped).toHaveLength(100);
    expect(Math.max(...dropped!.map(({ length }) => length))).toBe(64);
  });

  test('a refused call has no such list: nothing was forwarded', async () => {
    const token = world.broker.token(world.broker.grant());
    expect((await refusal(await world.send({ token, method: 'DELETE', headers: ROOT }))).status).toBe(403);
    await until(() => world.broker.recordsOf('refused').length === 1);
    expect(world.broker.recordsOf('refused')[0]).not.toHaveProperty('droppedHeaders');
  });
});
