/** @alone */

import { hash, verify } from 'node:crypto';
import { openCommitment, routeMapHash } from '@countersign/contract';
import { importEd25519PublicKey } from '@countersign/gateway-protocol';
import { hashing } from '../../../../test/factories/grant-token.js';
import { GatewayWorld, refusal } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';
import { onBusyMachine } from '../../../../test/support/deadline.js';

let world: GatewayWorld;
beforeEach(async () => {
  world = await GatewayWorld.start();
});
afterEach(() => world.stop());

describe('an allowed call', () => {
  test('reaches the upstream once, gets its response, and is recorded with its outcome', async () => {
    const { broker, upstream } = world;
    const grant = broker.grant();
    const answer = await world.send({
      token: broker.token(grant),
      path: '/billing/tenants/acme/invoices?status=open',
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ ok: true });
    const record = answer.headers.get('countersign-record');
    expect(upstream.hits.map(({ method, url }) => [method, url])).toEqual([
      ['GET', '/tenants/acme/invoices?status=open'],
    ]);
    // Each minute the gateway signs its chains, maybe between these two.
    await until(() => broker.recordsOf('outcome').length === 1);
    expect(broker.gaps).toEqual([]);
    const [allowed] = broker.recordsOf('allowed');
    expect([...broker.recordsOf('allowed'), ...broker.recordsOf('outcome')]).toMatchObject([
      {
        kind: 'allowed',
        id: record,
        tenant: 'acme',
        grant: grant.id,
        digest: grant.digest,
        person: grant.terms.requester,
        service: 'billing',
        method: 'GET',
        route: '/tenants/{tenant}/invoices',
        resource: 'invoices',
        action: 'list',
      },
      { kind: 'outcome', id: record, status: 200, bytes: 11, bodySha256: null, outcome: 'completed' },
    ]);
    const opening = broker.openings[0]!.path!;
    expect(opening.value).toBe('/tenants/acme/invoices?status=open');
    expect(openCommitment(hashing, 'path', opening, allowed!.path)).toBe(true);
  });

  test('P4: the upstream sees our trust headers and none of the client’s', async () => {
    const { broker, upstream } = world;
    const grant = broker.grant();
    await world.send({
      token: broker.token(grant),
      headers: {
        'Countersign-Tenant': 'globex',
        'countersign-anything': 'x',
        Forwarded: 'for=1.2.3.4',
        'X-Forwarded-Host': 'evil.example',
        'X-Real-IP': '1.2.3.4',
        'X-Original-URL': '/admin',
        'X-Tenant-Id': 'globex',
        'X-Forwarded-User': 'root',
        'X-Rewrite-URL': '/admin',
        'X-Tenant': 'globex',
        'X-Remote-User': 'root',
        'X-MS-Client-Principal': 'root',
        'X-SSL-Client-Verify': 'SUCCESS',
        Via: '1.1 proxy',
        Proxy: 'http://evil.example',
        'Client-Cert': ':x:',
        'Client-Cert-Chain': ':x:',
        'Remote-User': 'root',
        'Remote-Groups': 'admins',
        'Cf-Access-Authenticated-User-Email': 'root@example.com',
        'X-Forward-For': '1.2.3.4',
        'X-Forwarder-For': '1.2.3.4',
        'X-Pomerium-Jwt-Assertion': 'x',
        'X-Authentik-Username': 'root',
        'X-Consumer-Username': 'root',
        'X-Middleware-Subrequest': 'middleware',
        'Tailscale-User-Login': 'root',
        'Iv-User': 'root',
        'X-Listed': 'yes',
        Cookie: 'a=1; __Host-countersign-session=secret; b=2',
      },
    });
    const [hit] = upstream.hits;
    const names = Object.keys(hit!.headers);
    for (const name of [
      'authorization',
      'forwarded',
      'x-forwarded-host',
      'x-real-ip',
      'x-original-url',
      'x-tenant-id',
      'x-forwarded-user',
      'x-rewrite-url',
      'x-tenant',
      'x-remote-user',
      'x-ms-client-principal',
      'x-ssl-client-verify',
      'via',
      'proxy',
      'client-cert',
      'client-cert-chain',
      'remote-user',
      'remote-groups',
      'cf-access-authenticated-user-email',
      'x-forward-for',
      'x-forwarder-for',
      'x-pomerium-jwt-assertion',
      'x-authentik-username',
      'x-consumer-username',
      'x-middleware-subrequest',
      'tailscale-user-login',
      'iv-user',
      'countersign-anything',
    ]) {
      expect(names).not.toContain(name);
    }
    expect(hit!.headers).toMatchObject({
      host: upstream.origin.slice('http://'.length),
      'x-listed': 'yes',
      cookie: 'a=1;  b=2'.replace('  ', ' '),
      'countersign-tenant': 'acme',
      'countersign-requester': grant.terms.requester,
      'countersign-grant': grant.id,
    });
    expect(hit!.rawHeaders.filter((name) => name.toLowerCase() === 'countersign-tenant')).toHaveLength(1);
  });

  test('P4: headers that Connection lists are not forwarded, and neither are the connection’s own', async () => {
    const token = world.broker.token(world.broker.grant());
    await world.raw(
      `GET /billing/tenants/acme/invoices/7 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close,X-Secret ,\tx-other\r\nConnection: Countersign-Tenant\r\nX-Secret: 1\r\nX-Other: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nProxy-Authorization: x\r\n\r\n`,
    );
    const headers = Object.keys(world.upstream.hits[0]!.headers);
    for (const name of ['x-secret', 'x-other', 'keep-alive', 'te', 'proxy-authorization'])
      expect(headers).not.toContain(name);
    expect(world.upstream.hits[0]!.headers).toMatchObject({ 'countersign-tenant': 'acme' });
  });

  test('the signed context is by the gateway’s published key and bound to this call', async () => {
    const { broker, upstream, gateway } = world;
    const grant = broker.grant();
    const answer = await world.send({
      token: broker.token(grant),
      path: '/billing/tenants/acme/invoices?page=2',
    });
    const [header, payload, signature] = String(upstream.hits[0]!.headers['countersign-context']).split('.');
    const jwks = (await (await fetch(`${gateway.url}/countersign/jwks.json`)).json()) as {
      keys: { kid: string; x: string }[];
    };
    const [key] = jwks.keys;
    const signed = Buffer.from(`${header}.${payload}`);
    expect(verify(null, signed, importEd25519PublicKey(key!.x), Buffer.from(signature!, 'base64url'))).toBe(
      true,
    );
    const decode = (part: string) =>
      JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
    expect(decode(header!)).toEqual({ alg: 'EdDSA', typ: 'countersign-context+jwt', kid: key!.kid });
    expect(decode(payload!)).toMatchObject({
      iss: broker.gateway,
      aud: 'billing',
      tenant: 'acme',
      sub: grant.terms.requester,
      grant_id: grant.id,
      record: answer.headers.get('countersign-record'),
      method: 'GET',
      path: '/tenants/acme/invoices?page=2',
    });
    expect(broker.publicKey).toBe(key!.x);
  });

  test('bodies stream both ways, byte for byte, and the request’s is hashed into the outcome', async () => {
    const { broker, upstream } = world;
    const body = Buffer.alloc(3_000_000, 'abcdefg');
    upstream.answer = (_request, response) => {
      response.writeHead(201, { 'x-upstream': '1' });
      response.write(body.subarray(0, 1_000_000));
      response.end(body.subarray(1_000_000));
    };
    for (const sent of [new Uint8Array(body), new Blob([body]).stream()]) {
      const answer = await world.send({
        method: 'POST',
        path: '/billing/tenants/acme/invoices',
        token: broker.token(broker.grant()),
        body: sent,
      });
      expect(answer.status).toBe(201);
      expect(answer.headers.get('x-upstream')).toBe('1');
      expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true);
    }
    expect(upstream.hits.map(({ bodyBytes }) => bodyBytes)).toEqual([3_000_000, 3_000_000]);
    expect(upstream.hits[0]!.headers['content-length']).toBe('3000000');
    expect(upstream.hits[1]!.headers['transfer-encoding']).toBe('chunked');
    await until(() => broker.recordsOf('outcome').length === 2);
    for (const outcome of broker.recordsOf('outcome')) {
      expect(outcome).toMatchObject({
        bodySha256: upstream.hits[0]!.bodySha256,
        bytes: 3_000_000,
        status: 201,
      });
    }
  });

  test('Expect: 100-continue is answered after the decision, and not at all for a refused call', async () => {
    const { broker } = world;
    const head = (token: string) =>
      `POST /billing/tenants/acme/invoices HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n`;
    const allowed = await world.raw(`${head(broker.token(broker.grant()))}{}`);
    expect(allowed.text).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200/);
    const refused = await world.raw(head(broker.token(broker.grant({ tenant: 'globex' }))));
    expect(refused.text).toMatch(/^HTTP\/1.1 403/);
    expect(world.upstream.hits).toHaveLength(1);
  });

  test('a redirect to the upstream is rewritten to the gateway, any other redirect stays', async () => {
    const { broker, upstream } = world;
    const token = broker.token(broker.grant());
    const locations: [string, string][] = [
      ['/tenants/acme/invoices', '/billing/tenants/acme/invoices'],
      [`${upstream.origin}/x?y=1`, '/billing/x?y=1'],
      ['https://elsewhere.example/x', 'https://elsewhere.example/x'],
      ['next', 'next'],
    ];
    for (const [location, expected] of locations) {
      upstream.answer = (_request, response) => response.writeHead(302, { location }).end();
      expect((await world.send({ token })).headers.get('location')).toBe(expected);
    }
  });
});

describe('refusals', () => {
  test('P13: occur in the order of the checks, and none reaches the upstream', async () => {
    const { broker } = world;
    const grant = broker.grant();
    const token = broker.token(grant);
    const ended = broker.grant();
    const endedToken = broker.token(ended);
    // First the grant arrives, and then its end. A call before the first is refused with the same code.
    await until(async () => (await world.send({ token: endedToken })).ok);
    broker.end(ended);
    await until(async () => (await refusal(await world.send({ token: endedToken }))).code === 'grant_ended');
    world.upstream.hits.length = 0;
    const cases: [Parameters<GatewayWorld['send']>[0], number, string][] = [
      [{ path: '/nothing/x' }, 403, 'route_not_listed'],
      [{}, 401, 'invalid_token'],
      [{ token: 'nonsense' }, 401, 'invalid_token'],
      [{ token: broker.token(grant, { audience: 'crm' }) }, 401, 'invalid_token'],
      [{ token: broker.token(grant, { issuer: 'http://other' }) }, 401, 'invalid_token'],
      [{ token: endedToken }, 403, 'grant_ended'],
      [{ token, path: '/billing/tenants/acme/secrets' }, 403, 'route_not_listed'],
      [{ token, path: '/billing' }, 403, 'route_not_listed'],
      [{ token, method: 'PUT' }, 403, 'route_not_listed'],
      [{ token, path: '/billing/tenants/acme/invoices?limit=1' }, 403, 'route_not_listed'],
      [{ token, path: '/billing/tenants/globex/invoices/7' }, 403, 'insufficient_scope'],
      [{ token, path: '/billing/tenants/acme/payroll/7' }, 403, 'insufficient_scope'],
      [{ token, method: 'DELETE' }, 403, 'insufficient_scope'],
    ];
    for (const [sent, status, code] of cases) {
      expect(await refusal(await world.send(sent))).toEqual({ status, code });
    }
    expect(world.upstream.hits).toHaveLength(0);
  });

  test('401 carries an RFC 6750 challenge and the token’s reason', async () => {
    const answer = await world.send({ token: world.broker.token(world.broker.grant(), { audience: 'crm' }) });
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer realm="countersign", error="invalid_token", error_description="bad_audience"',
    );
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ status: 401, code: 'invalid_token', reason: 'bad_audience' });
  });

  test('401 without a bearer token is a bare challenge (RFC 6750 §3.1)', async () => {
    const challenged = async (headers: Record<string, string>) => {
      const answer = await world.send({ headers });
      expect(await answer.json()).toMatchObject({ status: 401, code: 'invalid_token' });
      return answer.headers.get('www-authenticate');
    };
    const bare = 'Bearer realm="countersign"';
    expect(await challenged({})).toBe(bare);
    expect(await challenged({ authorization: 'Basic ZTp4' })).toBe(bare);
    const faulty = `${bare}, error="invalid_token", error_description="malformed"`;
    expect(await challenged({ authorization: 'Bearer' })).toBe(faulty);
    expect(await challenged({ authorization: 'Bearer a b' })).toBe(faulty);
  });

  test('a path value that no route may match is 400 before liveness and token are checked', async () => {
    const { broker } = world;
    const long = 'a'.repeat(1_100);
    const path = `/billing/tenants/acme/invoices/${long}`;
    const ambiguous = { status: 400, code: 'ambiguous_request' };
    expect(await refusal(await world.send({ path }))).toEqual(ambiguous);
    expect(await refusal(await world.send({ path, token: broker.token(broker.grant()) }))).toEqual(ambiguous);
    expect(await refusal(await world.send({ path: `/unknown/${long}` }))).toEqual({
      status: 403,
      code: 'route_not_listed',
    });
    await broker.stop();
    await until(() => !world.gateway.isInTouch());
    expect(await refusal(await world.send({ path }))).toEqual(ambiguous);
    expect(await refusal(await world.send())).toEqual({ status: 503, code: 'not_in_touch' });
  });

  test('a folded refusal names the record into which it is folded', async () => {
    const { broker } = world;
    const token = broker.token(broker.grant());
    const named: (string | null)[] = [];
    for (let i = 0; i < 130; i++) {
      const answer = await world.send({ token, method: 'DELETE' });
      named.push(answer.headers.get('countersign-record'));
      await answer.arrayBuffer();
    }
    expect(named).not.toContain(null);
    await world.gateway.close();
    const records = broker.recordsOf('refused');
    expect(new Set(named)).toEqual(new Set(records.map(({ id }) => id)));
    expect(records.reduce((sum, record) => sum + (record.kind === 'refused' ? record.count : 0), 0)).toBe(
      130,
    );
  });

  test('what the tenant has forbidden meanwhile is refused although it was approved', async () => {
    const { broker } = world;
    const token = broker.token(broker.grant());
    expect((await world.send({ token })).status).toBe(200);
    broker.change({
      tenants: [{ slug: 'acme', forbid: [{ service: 'billing', resource: 'invoices/*', actions: ['*'] }] }],
    });
    await until(() => world.logLines.length > 0);
    for (let status = 200; status === 200; ) status = (await world.send({ token })).status;
    expect(await refusal(await world.send({ token }))).toEqual({ status: 403, code: 'insufficient_scope' });
    broker.change({ removedTenants: ['acme'] });
    expect(await refusal(await world.send({ token }))).toMatchObject({ status: 403 });
  });

  test.each([
    ['the tenant', { kind: 'tenant', name: 'acme', tenant: 'acme' }],
    ['the service everywhere', { kind: 'service', name: 'billing', tenant: null }],
    ['the person', { kind: 'person', name: '', tenant: 'acme' }],
    ['this grant alone', { kind: 'grant', name: '', tenant: 'acme' }],
  ] as const)('a lock on %s refuses at once and lets all go on when it is lifted', async (_title, lock) => {
    const { broker } = world;
    const grant = broker.grant();
    const token = broker.token(grant);
    const id = 'lck_0199f0a0-7b2c-7003-8000-000000000001';
    const others = { kind: 'tenant' as const, name: 'globex', tenant: 'globex' };
    broker.change({
      locks: [
        {
          ...lock,
          id,
          name: { person: grant.terms.requester, grant: grant.id }[lock.kind as string] ?? lock.name,
        },
        { ...others, id: 'lck_0199f0a0-7b2c-7003-8000-000000000002' },
      ],
    });
    for (let status = 200; status === 200; ) status = (await world.send({ token })).status;
    expect(await refusal(await world.send({ token }))).toEqual({ status: 403, code: 'locked' });
    const other = await world.send({ token: broker.token(broker.grant()) });
    expect(other.status).toBe(lock.kind === 'grant' ? 200 : 403);
    broker.change({ liftedLocks: [id] });
    for (let status = 403; status === 403; ) status = (await world.send({ token })).status;
    expect((await world.send({ token })).status).toBe(200);
  });

  test('a changed route map must agree with the one that the terms name', async () => {
    const { broker } = world;
    const [service] = broker.services;
    const token = broker.token(broker.grant());
    broker.olderMaps = [service!];
    broker.services = [
      {
        ...service!,
        routes: service!.routes.map((route) => ({
          ...route,
          action: route.action === 'read' ? 'peek' : route.action,
        })),
      },
    ];
    broker.announceServices();
    for (let status = 200; status === 200; ) status = (await world.send({ token })).status;
    expect(await refusal(await world.send({ token }))).toEqual({ status: 403, code: 'route_not_listed' });
    expect((await world.send({ token, path: '/billing/tenants/acme/invoices' })).status).toBe(200);
    expect(broker.grant().terms.routes).not.toBe(routeMapHash(hashing, service!));
  });

  test('a call waits for a grant that the feed brings within a second; if none arrives it is grant_ended', async () => {
    const { broker } = world;
    const grant = broker.grant({}, false);
    const token = broker.token(grant);
    const waiting = world.send({ token });
    await world.send({ token: broker.token(broker.grant()) });
    expect(world.upstream.hits).toHaveLength(1);
    broker.announce(grant);
    expect((await waiting).status).toBe(200);
    const began = performance.now();
    const never = await world.send({ token: broker.token(broker.grant({}, false)) });
    expect(await refusal(never)).toEqual({ status: 403, code: 'grant_ended' });
    expect(performance.now() - began).toBeLessThan(onBusyMachine(1_500));
  });

  test('refusals with a verified token are recorded; above 60 a minute they are folded; others are not recorded', async () => {
    const { broker, gateway } = world;
    const grant = broker.grant();
    const token = broker.token(grant);
    const answer = await world.send({ token, path: '/billing/tenants/globex/invoices/7' });
    expect(answer.headers.get('countersign-record')).toMatch(/^rec_/);
    for (let i = 0; i < 79; i++) await world.send({ token, path: '/billing/tenants/globex/invoices/7' });
    for (let i = 0; i < 20; i++) await world.send({ token: `${token}x` });
    await world.raw('GET /billing//x HTTP/1.1\r\nHost: x\r\n\r\n');
    await gateway.close();
    const refused = broker.records.filter((record) => record.kind === 'refused');
    expect(refused.reduce((sum, { count }) => sum + count, 0)).toBe(80);
    expect(refused[0]).toMatchObject({
      tenant: 'acme',
      code: 'insufficient_scope',
      resource: 'invoices/7',
      action: 'read',
      count: 1,
    });
    const counts = broker.records.flatMap((record) => (record.kind === 'counters' ? record.counts : []));
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(21);
    expect(counts.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['invalid_token', 'ambiguous_request']),
    );
    expect(broker.gaps).toEqual([]);
  });
});

test('terms that approve one exact change allow exactly that body and no other', async () => {
  const { broker, upstream } = world;
  const body = '{"status":"void"}';
  const bodySha256 = `sha256:${hash('sha256', body)}`;
  const change = { method: 'PATCH', path: '/tenants/acme/invoices/7', bodySha256 };
  const token = broker.token(broker.grant({ change }));
  const send = (content: string) =>
    world.send({ method: 'PATCH', token, body: new TextEncoder().encode(content) });
  expect(await refusal(await send(`${body} `))).toEqual({ status: 403, code: 'insufficient_scope' });
  expect(await refusal(await world.send({ token }))).toEqual({ status: 403, code: 'insufficient_scope' });
  expect((await send(body)).status).toBe(200);
  expect(upstream.hits.map((hit) => hit.bodySha256)).toEqual([bodySha256]);
});
