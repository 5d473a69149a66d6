import type { CountingUpstream } from '../../fakes/counting-upstream.js';
import { sendRaw } from '../../fakes/raw-http.js';
import { summary, takeAccount } from '../../support/account.js';
import { eventually } from '../../support/eventually.js';
import { callApi, expectStatus } from '../../support/http.js';
import type { Inside } from '../../support/inside.js';
import type { Site } from '../../support/site.js';
import { siteInsideWithUpstream } from '../../support/site-with-upstream.js';
import { makeGrant, mintToken } from '../../support/story.js';

/** Ambiguous calls, byte for byte, that a careless parser would accept as an allowed call. */
const AMBIGUOUS: readonly (readonly [string, (token: string) => string])[] = [
  ['an escaped letter in the path', (token) => get('/billing/tenants/acme/%69nvoices/7', token)],
  ['dot segments', (token) => get('/billing/tenants/globex/../acme/invoices/7', token)],
  ['escaped dot segments', (token) => get('/billing/tenants/globex/%2e%2e/acme/invoices/7', token)],
  ['an empty segment', (token) => get('/billing//tenants/acme/invoices/7', token)],
  ['a backslash', (token) => get('/billing/tenants\\acme/invoices/7', token)],
  ['a fragment', (token) => get('/billing/tenants/acme/invoices/7#x', token)],
  ['a path parameter', (token) => get('/billing/tenants/acme/invoices/7;v=1', token)],
  ['an absolute target', (token) => get('http://localhost/billing/tenants/acme/invoices/7', token)],
  ['two Host', (token) => get('/billing/tenants/acme/invoices/7', token, 'Host: evil.example')],
  ['two Authorization', (token) => get('/billing/tenants/acme/invoices/7', token, 'Authorization: Bearer x')],
  [
    'a name with an underscore',
    (token) => get('/billing/tenants/acme/invoices/7', token, 'Content_Length: 5'),
  ],
  [
    'a body with GET',
    (token) => `${get('/billing/tenants/acme/invoices/7', token, 'Content-Length: 5')}hello`,
  ],
  [
    'Content-Length together with Transfer-Encoding',
    (token) =>
      `${get('/billing/tenants/acme/invoices/7', token, 'Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
  ],
  [
    'an old HTTP version',
    (token) => get('/billing/tenants/acme/invoices/7', token).replace('HTTP/1.1', 'HTTP/1.0'),
  ],
  [
    'a method override',
    (token) => get('/billing/tenants/acme/invoices/7', token, 'X-HTTP-Method-Override: PATCH'),
  ],
  [
    'an upgrade',
    (token) => get('/billing/tenants/acme/invoices/7', token, 'Connection: upgrade', 'Upgrade: h2c'),
  ],
];

function get(target: string, token: string, ...headers: string[]): string {
  const fields = ['Host: localhost', `Authorization: Bearer ${token}`, ...headers];
  return `GET ${target} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`;
}

describe('over raw sockets, with a valid token', () => {
  let site: Site<Inside>;
  let upstream: CountingUpstream;
  let close: () => Promise<void>;
  let token: string;
  const send = (bytes: string) => sendRaw(site.gatewayPort, bytes);
  const codeOf = (body: string) => (JSON.parse(body) as { code: string }).code;

  beforeAll(async () => {
    ({ site, upstream, close } = await siteInsideWithUpstream());
    await site.startGateway();
    token = await mintToken(site, await makeGrant(site));
  }, 120_000);
  afterAll(() => close());

  test('the plain call is forwarded, and reaches the upstream exactly as it was authorized', async () => {
    const path = '/tenants/acme/invoices/7';
    const answer = await send(
      get(
        `/billing${path}`,
        token,
        'Countersign-Tenant: globex',
        'Countersign-Requester: usr_me',
        'Accept-Language: de',
        'X-Roles: admin',
      ),
    );
    expect(answer.status).toBe(200);
    const [hit] = upstream.hits.splice(0);
    expect(hit).toMatchObject({ method: 'GET', url: path });
    expect(hit?.headers).toMatchObject({ 'countersign-tenant': 'acme', 'accept-language': 'de' });
    expect(hit?.headers['x-roles']).toBeUndefined();
    // The customer sees what the engineer tried to send, by name.
    const record = answer.header('countersign-record');
    const seen = await eventually('the record has arrived', async () => {
      const records = await callApi(
        await site.key('approver'),
        'GET',
        `${site.brokerUrl}/api/v1/tenants/acme/access-records`,
      );
      const { items } = expectStatus<{ items: { id: string; droppedHeaders: string[] }[] }>(records, 200);
      return items.find(({ id }) => id === record);
    });
    expect(seen.droppedHeaders).toEqual(['countersign-tenant', 'countersign-requester', 'x-roles']);
    expect(hit?.headers['countersign-requester']).not.toBe('usr_me');
    expect(hit?.headers['authorization']).toBeUndefined();
    expect(hit?.headers['host']).toBe(new URL(upstream.origin).host);
  });

  test.each(AMBIGUOUS)('P4: %s is refused and nothing is forwarded', async (_case, bytes) => {
    const answer = await send(bytes(token));
    expect(answer.status).toBe(400);
    expect(codeOf(answer.body)).toBe('ambiguous_request');
    expect(upstream.hits).toHaveLength(0);
  });

  test('P4: a second request smuggled behind the first gets its own answer, and is not forwarded', async () => {
    const smuggled = get('/billing/tenants/globex/invoices/7', token);
    const answer = await send(`${get('/billing/tenants/acme/%69nvoices', token)}${smuggled}`);
    expect(answer.text).not.toMatch(/^HTTP\/1\.1 200/m);
    expect(upstream.hits).toHaveLength(0);
  });

  test.each([
    ['an unknown service', '/payments/tenants/acme/invoices/7', 403, 'route_not_listed'],
    ['an unlisted route', '/billing/tenants/acme/customers', 403, 'route_not_listed'],
    ['an unlisted parameter', '/billing/tenants/acme/invoices?debug=1', 403, 'route_not_listed'],
    ['another tenant', '/billing/tenants/globex/invoices/7', 403, 'insufficient_scope'],
    ['what the tenant forbids', '/billing/tenants/acme/payroll', 403, 'insufficient_scope'],
    ['no service at all', '/', 403, 'route_not_listed'],
  ])('P13: %s is refused', async (_case, target, status, code) => {
    const answer = await send(get(target, token));
    expect(answer.status).toBe(status);
    expect(codeOf(answer.body)).toBe(code);
    expect(upstream.hits).toHaveLength(0);
  });

  test.each([
    ['no token', 'GET /billing/tenants/acme/invoices/7 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['an API key in its place', get('/billing/tenants/acme/invoices/7', 'csk_AAAA')],
  ])('P13: %s is refused with a challenge', async (_case, bytes) => {
    const answer = await send(bytes);
    expect(answer.status).toBe(401);
    expect(answer.header('WWW-Authenticate')).toMatch(/^Bearer /);
    expect(upstream.hits).toHaveLength(0);
  });

  test('only the forwarded call is recorded as allowed', async () => {
    const account = await takeAccount(site, []);
    expect(account.records).toHaveLength(1);
    expect(summary(account)).toMatchObject({ leavesAreRecords: true, outcomesAreRecords: true, gaps: 0 });
  });
});
