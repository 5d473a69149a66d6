import { createHash } from 'node:crypto';
import type { Hashing } from '../encoding/digest.js';
import {
  isSentByEveryClient,
  isWithheldHeader,
  mayBeListed,
  PASSED_BY_DEFAULT,
  passesByDefault,
} from './headers.js';
import { compileRouteMap } from './match.js';
import { findRouteMapProblems } from './problems.js';
import { canonicalRouteMap, headersOfRoute, routeMapHash, type ServiceDefinition } from './route-map.js';
import { routeMapChanges } from './route-map-changes.js';

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

describe('request headers that pass', () => {
  const hashing: Hashing = { sha256: (data) => createHash('sha256').update(data).digest() };
  const plain: ServiceDefinition = {
    ...{ name: 'posts', upstream: 'http://localhost:4200', audience: 'posts', tenantFrom: 'service' },
    checksTenant: true,
    routes: [
      { method: 'GET', path: '/posts', resource: 'posts', action: 'list' },
      { method: 'PUT', path: '/posts', resource: 'posts', action: 'replace', query: ['dry'] },
    ],
  };
  const withHeaders = (ofService?: string[], ofRoute?: string[]): ServiceDefinition => ({
    ...plain,
    ...(ofService === undefined ? {} : { headers: ofService }),
    routes: plain.routes.map((route, index) =>
      index > 0 || ofRoute === undefined ? route : { ...route, headers: ofRoute },
    ),
  });

  test('by default are few, and none by which services trust a caller', () => {
    expect(PASSED_BY_DEFAULT.every((name) => isSentByEveryClient(name) && mayBeListed(name))).toBe(true);
    for (const name of ['cookie', 'authorization', 'origin', 'referer', 'x-user-id', 'x-roles', 'x-admin'])
      expect(passesByDefault(name)).toBe(false);
  });

  test('are those of the service and of the route, in any casing', () => {
    const service = withHeaders(['X-B', 'x-a'], ['Cookie', 'X-a']);
    expect(headersOfRoute(service, service.routes[0]!)).toEqual(['cookie', 'x-a', 'x-b']);
    expect(headersOfRoute(service, service.routes[1]!)).toEqual(['x-a', 'x-b']);
    expect(headersOfRoute(plain, plain.routes[0]!)).toEqual([]);
  });

  test('are under the map’s hash if a map lists them, and old maps keep theirs', () => {
    expect(canonicalRouteMap(plain)).not.toContain('headers');
    expect(canonicalRouteMap(withHeaders(['X-B', 'x-a', 'X-A'], ['Cookie']))).toBe(
      '{"audience":"posts","checksTenant":true,"headers":["x-a","x-b"],"routes":[{"action":"list","headers":["cookie"],"method":"GET","path":"/posts","query":[],"resource":"posts"},{"action":"replace","method":"PUT","path":"/posts","query":["dry"],"resource":"posts"}],"service":"posts","tenantFrom":"service","upstream":"http://localhost:4200"}',
    );
    const hashes = [plain, withHeaders(['x-a']), withHeaders(undefined, ['x-a'])].map((map) =>
      routeMapHash(hashing, map),
    );
    expect(new Set(hashes).size).toBe(3);
    expect(routeMapHash(hashing, withHeaders(['X-A']))).toBe(routeMapHash(hashing, withHeaders(['x-a'])));
  });

  test.each([
    ...['Host', 'Connection', 'TE', 'Authorization', 'Content-Length', 'Expect', 'Upgrade', 'X-HTTP-Method'],
    ...['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Remote-User', 'X-Tenant-Id', 'Countersign-Tenant'],
  ])('never are %s: no map may list it', (name) => {
    expect(findRouteMapProblems(withHeaders([name]))).toEqual([
      { pointer: '/headers/0', detail: expect.stringContaining('never passes') },
    ]);
    expect(findRouteMapProblems(withHeaders(undefined, ['X-A', name]))).toEqual([
      { pointer: '/routes/0/headers/1', detail: expect.stringContaining('never passes') },
    ]);
  });

  test('are listed once and have the form of a name', () => {
    expect(findRouteMapProblems(withHeaders(['X-A', 'x-a'])).map(({ pointer }) => pointer)).toEqual([
      '/headers/1',
    ]);
    for (const name of ['', 'X_A', 'X A', 'X-A:', 'Ⅹ'])
      expect(findRouteMapProblems(withHeaders([name])).map(({ pointer }) => pointer)).toEqual(['/headers/0']);
  });

  test('that a new version of a map gains or loses are named, with routes and query parameters', () => {
    const after: ServiceDefinition = {
      ...withHeaders(['X-User-Id']),
      routes: [
        { ...plain.routes[0]!, query: ['page'] },
        { method: 'DELETE', path: '/posts', resource: 'posts', action: 'delete', headers: ['x-a'] },
      ],
    };
    expect(routeMapChanges(withHeaders(undefined, ['Cookie']), after)).toEqual({
      gained: [
        'the query parameter page on GET /posts',
        'the header x-user-id on GET /posts',
        'the route DELETE /posts',
      ],
      lost: ['the header cookie on GET /posts', 'the route PUT /posts'],
    });
    expect(routeMapChanges(after, after)).toEqual({ gained: [], lost: [] });
    const wider: ServiceDefinition = {
      ...after,
      cors: { origins: ['https://app.example'] },
      routes: after.routes.map((route) =>
        route.method === 'GET' ? { ...route, repeat: ['page'], body: true } : route,
      ),
    };
    expect(routeMapChanges(after, wider)).toEqual({
      gained: [
        'calls from pages of https://app.example',
        'the repeated query parameter page on GET /posts',
        'a body on GET /posts',
      ],
      lost: [],
    });
    expect(routeMapChanges(wider, after).lost).toHaveLength(3);
  });

  test('so are the values of parameters, and spellings that no longer count as one', () => {
    const read = (path: string): ServiceDefinition => ({
      ...plain,
      routes: [{ method: 'GET', path, resource: 'posts/{id}', action: 'read' }],
    });
    expect(routeMapChanges(read('/posts/{id}'), read('/posts/{id:int}'))).toEqual({
      gained: ['values int of {id} on GET /posts/{id}'],
      lost: ['any value of {id} on GET /posts/{id}'],
    });
    const exact: ServiceDefinition = { ...read('/posts/{id}'), paths: 'exact' };
    expect(routeMapChanges(read('/posts/{id}'), exact)).toEqual({
      gained: [
        'values that a service which ignores letter case or a format suffix reads as another listed path',
      ],
      lost: [],
    });
  });
});
