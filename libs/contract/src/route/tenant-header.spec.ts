import { isSentByEveryClient, isWithheldHeader } from './header-names.js';
import { compileRouteMap } from './match.js';
import { findRouteMapProblems } from './problems.js';
import type { ServiceDefinition } from './route.js';

const service = (tenantHeader: string): ServiceDefinition => ({
  ...{ name: 'posts', upstream: 'http://localhost:4200', audience: 'posts' },
  ...{ tenantFrom: 'header', tenantHeader },
  routes: [{ method: 'GET', path: '/posts', resource: 'posts', action: 'list' }],
});

describe('P12: no tenant is read from a header', () => {
  test.each([
    // In which a pinned tenant's name is not looked for.
    ...['Accept', 'Accept-Language', 'Authorization', 'Content-Type', 'Cookie', 'Origin', 'Referer'],
    ...['If-None-Match', 'Sec-Fetch-Site', 'Sec-CH-UA', 'User-Agent', 'Range', 'Date', 'Priority'],
    // That belongs to the connection, or to the gateway's own reading.
    ...['Host', 'Connection', 'Keep-Alive', 'TE', 'Trailer', 'Transfer-Encoding', 'Upgrade', 'Expect'],
    ...['Content-Length', 'Proxy-Authorization', 'HTTP2-Settings', 'X-HTTP-Method-Override'],
    // That proxies set, or the gateway.
    ...['Forwarded', 'Via', 'X-Forwarded-For', 'X-Forwarded-Tenant', 'X-Original-URL', 'X-Rewrite-URL'],
    ...['X-Real-IP', 'Client-IP', 'X-Remote-User', 'X-SSL-Client-CN', 'X-Goog-IAP-JWT-Assertion'],
    ...['Countersign-Tenant', 'Countersign-Context', 'Countersign-Anything'],
  ])('that is not its own: %s, in any casing', (name) => {
    for (const spelt of [name, name.toLowerCase(), name.toUpperCase()]) {
      expect(findRouteMapProblems(service(spelt))).toEqual([
        { pointer: '/tenantHeader', detail: expect.stringContaining('a header of its own') },
      ]);
      expect(() => compileRouteMap(service(spelt))).toThrow(
        expect.objectContaining({ code: 'invalid_route_map', pointer: '/tenantHeader' }),
      );
    }
  });

  test('with a name that the gateway refuses to read at all', () => {
    for (const name of ['X_Tenant', 'X Org', 'X-Org:', '', 'Ⅹ-Org'])
      expect(findRouteMapProblems(service(name)).map(({ pointer }) => pointer)).toEqual(['/tenantHeader']);
  });
});

test('a header of the service’s own may name a tenant, and so may those that are called after it', () => {
  for (const name of ['X-Org', 'Org', 'X-Account-Id', 'Content-Tenant', 'X-Tenant', 'X-Tenant-ID', 'tenant'])
    expect(findRouteMapProblems(service(name))).toEqual([]);
});

test('what a tenant may be read from is looked at for other tenants, and no client’s own word goes on', () => {
  expect([isSentByEveryClient('x-tenant-id'), isWithheldHeader('x-tenant-id')]).toEqual([false, true]);
  expect([isSentByEveryClient('x-org'), isWithheldHeader('x-org')]).toEqual([false, false]);
});
