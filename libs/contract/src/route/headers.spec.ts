import { isSentByEveryClient, isWithheldHeader } from './headers.js';
import { compileRouteMap } from './match.js';
import { findRouteMapProblems } from './problems.js';
import type { ServiceDefinition } from './route-map.js';

const service = (tenantHeader: string): ServiceDefinition => ({
  ...{ name: 'posts', upstream: 'http://localhost:4200', audience: 'posts' },
  ...{ tenantFrom: 'header', tenantHeader },
  routes: [{ method: 'GET', path: '/posts', resource: 'posts', action: 'list' }],
});

describe('P12: a service cannot read its tenant from', () => {
  test.each([
    // The gateway does not look for a pinned tenant's name in these.
    ...['Accept', 'Accept-Language', 'Authorization', 'Content-Type', 'Cookie', 'Origin', 'Referer'],
    ...['If-None-Match', 'Sec-Fetch-Site', 'Sec-CH-UA', 'User-Agent', 'Range', 'Date', 'Priority'],
    // These belong to the connection or to the gateway.
    ...['Host', 'Connection', 'Keep-Alive', 'TE', 'Trailer', 'Transfer-Encoding', 'Upgrade', 'Expect'],
    ...['Content-Length', 'Proxy-Authorization', 'HTTP2-Settings', 'X-HTTP-Method-Override'],
    // These are set by proxies or by the gateway.
    ...['Forwarded', 'Via', 'X-Forwarded-For', 'X-Forwarded-Tenant', 'X-Original-URL', 'X-Rewrite-URL'],
    ...['X-Real-IP', 'Client-IP', 'X-Remote-User', 'X-SSL-Client-CN', 'X-Goog-IAP-JWT-Assertion'],
    ...['Countersign-Tenant', 'Countersign-Context', 'Countersign-Anything'],
  ])('a header that is not its own: %s, in any casing', (name) => {
    for (const spelt of [name, name.toLowerCase(), name.toUpperCase()]) {
      expect(findRouteMapProblems(service(spelt))).toEqual([
        { pointer: '/tenantHeader', detail: expect.stringContaining('a header of its own') },
      ]);
      expect(() => compileRouteMap(service(spelt))).toThrow(
        expect.objectContaining({ code: 'invalid_route_map', pointer: '/tenantHeader' }),
      );
    }
  });

  test('a header whose name the gateway refuses', () => {
    for (const name of ['X_Tenant', 'X Org', 'X-Org:', '', 'Ⅹ-Org'])
      expect(findRouteMapProblems(service(name)).map(({ pointer }) => pointer)).toEqual(['/tenantHeader']);
  });
});

test('a service may read its tenant from a header of its own, and from one that is named after tenants', () => {
  for (const name of ['X-Org', 'Org', 'X-Account-Id', 'Content-Tenant', 'X-Tenant', 'X-Tenant-ID', 'tenant'])
    expect(findRouteMapProblems(service(name))).toEqual([]);
});

test('the gateway looks for other tenants’ names in a tenant header, and does not forward the client’s value', () => {
  expect([isSentByEveryClient('x-tenant-id'), isWithheldHeader('x-tenant-id')]).toEqual([false, true]);
  expect([isSentByEveryClient('x-org'), isWithheldHeader('x-org')]).toEqual([false, false]);
});
