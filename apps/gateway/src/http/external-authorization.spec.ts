import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { join } from 'node:path';
import { BreakableDisk, HeldDisk } from '../../../../test/fakes/faulty-disks.js';
import { GatewayWorld, refusal } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';

const SECRET = 'k'.repeat(43);
const INVOICES = '/tenants/acme/invoices';

let world: GatewayWorld;
beforeEach(async () => {
  world = await GatewayWorld.start({ proxies: { secret: SECRET, networks: ['127.0.0.0/8'] } });
});
afterEach(() => world.stop());

type Question = { path?: string; headers?: Record<string, string>; method?: string; secret?: string | null };

/** Asks as nginx does, unless told otherwise. */
function ask(
  token: string | undefined,
  { path = '/authz/nginx/billing', headers = {}, method = 'GET', secret = SECRET }: Question = {},
): Promise<Response> {
  const original = {
    'x-original-method': 'GET',
    'x-original-uri': INVOICES,
    'x-original-host': 'billing.example',
  };
  const shown = secret === null ? {} : { 'countersign-proxy-secret': secret };
  return world.send({ token, path, method, headers: { ...original, ...shown, ...headers } });
}

describe('the service’s setting for the signed context', () => {
  test('holds here too: none is sent, and without a key for hmac no call is allowed', async () => {
    const { broker } = world;
    const token = broker.token(broker.grant());
    const set = (context: 'hmac' | 'none') => {
      broker.upstreamSettings = { billing: { context } };
      broker.announceServices();
    };
    set('hmac');
    await until(async () => (await ask(token)).status === 503);
    expect(await refusal(await ask(token))).toEqual({ status: 503, code: 'context_key_missing' });
    set('none');
    await until(async () => (await ask(token)).status === 200);
    const answer = await ask(token);
    expect(answer.headers.get('countersign-tenant')).toBe('acme');
    expect(answer.headers.has('countersign-context')).toBe(false);
    await until(() => broker.recordsOf('allowed').at(-1)?.context === 'none');
  });
});

describe('an allowed call', () => {
  test.each<[string, Question]>([
    ['nginx, for one service', {}],
    [
      'nginx, with the service in the path',
      { path: '/authz/nginx', headers: { 'x-original-uri': `/billing${INVOICES}` } },
    ],
    [
      'Traefik and Caddy',
      {
        path: '/authz/traefik/billing',
        headers: {
          ...{
            'x-forwarded-method': 'GET',
            'x-forwarded-uri': INVOICES,
            'x-forwarded-host': 'billing.example',
          },
          ...{ 'x-original-method': 'DELETE', 'x-original-uri': '/tenants/globex/invoices' },
        },
      },
    ],
    ['Envoy', { path: `/authz/envoy/billing${INVOICES}`, headers: { 'x-original-method': 'DELETE' } }],
  ])(
    'P5: of %s is recorded before the answer, which names the grant and has the signed context',
    async (_proxy, question) => {
      const { broker, upstream } = world;
      const grant = broker.grant();
      const answer = await ask(broker.token(grant), question);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe('');
      const record = answer.headers.get('countersign-record');
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        ...{ 'countersign-tenant': 'acme', 'countersign-requester': grant.terms.requester },
        ...{ 'countersign-grant': grant.id, 'cache-control': 'no-store' },
      });
      const calls = () => broker.records.filter(({ kind }) => kind !== 'head');
      await until(() => calls().length > 0);
      expect(calls()).toMatchObject([
        {
          ...{ kind: 'allowed', id: record, mode: 'authz', tenant: 'acme', grant: grant.id },
          ...{ method: 'GET', resource: 'invoices', action: 'list', outcome: 'unknown' },
        },
      ]);
      expect(broker.openings[0]?.path?.value).toBe(INVOICES);
      expect(upstream.hits).toEqual([]);

      const [header = '', claims = '', signature = ''] = (
        answer.headers.get('countersign-context') ?? ''
      ).split('.');
      const { keys } = (await (await fetch(`${world.gateway.url}/countersign/jwks.json`)).json()) as {
        keys: JsonWebKey[];
      };
      const key = createPublicKey({ key: keys[0] as JsonWebKey, format: 'jwk' });
      expect(verify(null, Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'))).toBe(
        true,
      );
      expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
        ...{ aud: 'billing', tenant: 'acme', method: 'GET', path: INVOICES, record },
      });
    },
  );

  test('spends the budget of calls', async () => {
    const { broker } = world;
    const token = broker.token(broker.grant({ budget: { calls: 2 } }));
    const answers = [await ask(token), await ask(token), await ask(token)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 403]);
    expect(await refusal(answers[2] as Response)).toMatchObject({ code: 'budget_exhausted' });
  });
});

describe('a refused call', () => {
  test.each<[string, Question, number, string]>([
    [
      'another tenant',
      { headers: { 'x-original-uri': '/tenants/globex/invoices' } },
      403,
      'insufficient_scope',
    ],
    [
      'an action outside the scope',
      { headers: { 'x-original-method': 'DELETE', 'x-original-uri': `${INVOICES}/7` } },
      403,
      'insufficient_scope',
    ],
    ['a route that is not listed', { headers: { 'x-original-uri': '/admin' } }, 403, 'route_not_listed'],
    [
      'a path that can be read in two ways',
      { headers: { 'x-original-uri': `${INVOICES}/../payroll` } },
      400,
      'ambiguous_request',
    ],
    [
      'a method that is never forwarded',
      { headers: { 'x-original-method': 'TRACE' } },
      400,
      'ambiguous_request',
    ],
    ['a host that is none', { headers: { 'x-original-host': 'a b' } }, 400, 'ambiguous_request'],
    ['a service that is not known', { path: '/authz/nginx/shipping' }, 403, 'route_not_listed'],
    ['a URI that is no path', { headers: { 'x-original-uri': 'http://other/' } }, 400, 'ambiguous_request'],
    ['a proxy without the secret', { secret: null }, 403, 'proxy_not_trusted'],
    ['a proxy with another secret', { secret: `${SECRET}x` }, 403, 'proxy_not_trusted'],
    ['a mode that is not known', { path: '/authz/apache' }, 404, 'not_found'],
    ['no description of the call', { path: '/authz/traefik/billing' }, 400, 'ambiguous_request'],
  ])('P13: %s', async (_case, question, status, code) => {
    const { broker } = world;
    const answer = await ask(broker.token(broker.grant()), question);
    expect({ status: answer.status, code: (await refusal(answer)).code }).toEqual({ status, code });
    expect(answer.headers.has('countersign-context')).toBe(false);
    await world.gateway.close();
    expect(broker.recordsOf('allowed')).toEqual([]);
  });

  test('has a challenge if its token is missing or invalid, and is recorded as one of this mode if the token is valid', async () => {
    const { broker } = world;
    expect((await ask(undefined)).headers.get('www-authenticate')).toContain('Bearer');
    expect((await ask('x')).status).toBe(401);
    const grant = broker.grant();
    await ask(broker.token(grant), { headers: { 'x-original-uri': '/tenants/globex/invoices' } });
    await until(() => broker.recordsOf('refused').length === 1);
    expect(broker.recordsOf('refused')).toMatchObject([{ mode: 'authz', code: 'insufficient_scope' }]);
  });

  test('P12: an approved change and a budget of bytes, which only a gateway that forwards can hold', async () => {
    const { broker, upstream } = world;
    const bytes = await ask(broker.token(broker.grant({ budget: { bytes: 10 } })));
    expect([bytes.status, await refusal(bytes)]).toMatchObject([403, { code: 'insufficient_scope' }]);
    const change = {
      ...{ method: 'PATCH', path: `${INVOICES}/7` },
      bodySha256: `sha256:${'0'.repeat(64)}`,
    };
    const answer = await ask(broker.token(broker.grant({ change, budget: { calls: 1 } })), {
      headers: { 'x-original-method': 'PATCH', 'x-original-uri': `${INVOICES}/7` },
    });
    expect(answer.status).toBe(403);
    expect(upstream.hits).toEqual([]);
  });

  test('P6: a grant that has ended, from the moment at which the feed says so', async () => {
    const { broker } = world;
    const grant = broker.grant();
    const token = broker.token(grant);
    expect((await ask(token)).status).toBe(200);
    broker.end(grant);
    await until(async () => (await ask(token)).status === 403);
    expect(await refusal(await ask(token))).toMatchObject({ code: 'grant_ended' });
  });

  test('P6: one whose grant ended while its record was written; the records have both', async () => {
    await world.gateway.close();
    const disk = new HeldDisk(join(world.spoolDir, 'segments'));
    await world.startGateway({ proxies: { secret: SECRET, networks: ['127.0.0.0/8'] }, disk });
    await until(() => world.gateway.isInTouch());
    const { broker } = world;
    const grant = broker.grant();
    const token = broker.token(grant);
    disk.hold();
    const asked = ask(token);
    await until(() => disk.isWriting);
    broker.end(grant);
    // A call of another tenant is refused either way: one that is allowed would wait for the disk.
    const foreign = { headers: { 'x-original-uri': INVOICES.replace('acme', 'globex') } };
    await until(async () => (await refusal(await ask(token, foreign))).code === 'grant_ended');
    disk.release();
    const answer = await asked;
    expect(await refusal(answer)).toEqual({ status: 403, code: 'grant_ended' });
    const id = answer.headers.get('countersign-record');
    const refused = () => broker.recordsOf('refused').find((record) => record.id === id);
    await until(() => broker.recordsOf('allowed').length === 1 && refused() !== undefined);
    expect(refused()).toMatchObject({ grant: grant.id, code: 'grant_ended', resource: 'invoices' });
    expect(broker.recordsOf('allowed')).toMatchObject([{ grant: grant.id, outcome: 'unknown' }]);
    expect(broker.recordsOf('outcome')).toEqual([]);
  });

  test('P5: one whose record cannot be written', async () => {
    await world.gateway.close();
    const disk = new BreakableDisk(join(world.spoolDir, 'segments'));
    disk.broken = 'ENOSPC';
    await world.startGateway({ proxies: { secret: SECRET, networks: ['127.0.0.0/8'] }, disk });
    await until(() => world.gateway.isInTouch());
    const token = world.broker.token(world.broker.grant({ budget: { calls: 1 } }));
    // The call that was not made costs nothing: the second one is not refused for its budget.
    for (let count = 0; count < 2; count += 1)
      expect(await refusal(await ask(token))).toEqual({ status: 503, code: 'record_unavailable' });
  });
});

test('P4: a service that asks without the host of its call is refused: the gateway’s own host is not the call’s', async () => {
  const { broker } = world;
  const headers = {
    ...{ 'countersign-proxy-secret': SECRET, 'x-original-method': 'GET', 'x-original-uri': INVOICES },
  };
  const question = { token: broker.token(broker.grant()), headers };
  expect(await refusal(await world.send({ ...question, path: '/authz/middleware/billing' }))).toEqual({
    ...{ status: 400, code: 'ambiguous_request' },
  });
});

test.each([
  ['no proxy is trusted', undefined, 404, 'not_found'],
  ['the proxy is in another network', { secret: SECRET, networks: ['10.0.0.0/8'] }, 403, 'proxy_not_trusted'],
])('no one may ask if %s', async (_case, proxies, status, code) => {
  await world.gateway.close();
  await world.startGateway({ proxies });
  await until(() => world.gateway.isInTouch());
  const answer = await ask(world.broker.token(world.broker.grant()));
  expect({ status: answer.status, code: (await refusal(answer)).code }).toEqual({ status, code });
});
