/** @soak */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { runs } from '../../../../test/support/samples.js';
import type { Hashing } from '../encoding/digest.js';
import { compileRouteMap, matchRoute } from './match.js';
import { findRouteMapProblems } from './problems.js';
import {
  actionsOutsideScope,
  canonicalRouteMap,
  routeMapHash,
  routeResourcePattern,
  type ServiceDefinition,
} from './route-map.js';

type Call = { method: string; path: string; route?: string | null; error?: string };
type Meaning = { resource: string; action: string; tenant: string };
type Matching = { service: ServiceDefinition; calls: (Call & Partial<Meaning>)[] };
const vectors: {
  maps: { title: string; service: ServiceDefinition; canonical: string; hash: string }[];
  refused: { title: string; service: ServiceDefinition; pointer: string }[];
  matching: Matching;
  matchingExact: Matching;
} = JSON.parse(readFileSync('test/vectors/route-maps.json', 'utf8'));
const hashing: Hashing = { sha256: (data) => createHash('sha256').update(data).digest() };
const billing = vectors.maps[0]!.service;

describe('the hash of a route map', () => {
  test.each(vectors.maps)('vector: $title', ({ service, canonical, hash }) => {
    expect(findRouteMapProblems(service)).toEqual([]);
    expect(canonicalRouteMap(service)).toBe(canonical);
    expect(routeMapHash(hashing, service)).toBe(hash);
  });

  test('an absent query and an empty one are the same rule; `any` and the name "any" are not', () => {
    const asked = (query?: string[] | 'any') =>
      routeMapHash(hashing, { ...billing, routes: [{ ...billing.routes[1]!, ...(query ? { query } : {}) }] });
    expect(asked([])).toBe(asked());
    expect(asked('any')).not.toBe(asked(['any']));
  });

  test('does not depend on the order of routes or query names, and changes with any member', () => {
    const hash = routeMapHash(hashing, billing);
    fc.assert(
      fc.property(fc.shuffledSubarray(billing.routes, { minLength: 3 }), (routes) => {
        expect(routeMapHash(hashing, { ...billing, routes })).toBe(hash);
      }),
    );
    const changes: Partial<ServiceDefinition>[] = [
      { name: 'other' },
      { audience: 'other' },
      { upstream: 'http://localhost:4201' },
      { tenantFrom: 'host' },
      { tenantHeader: 'X-Org' },
      { checksTenant: true },
      { routes: billing.routes.slice(1) },
      ...(['method', 'path', 'resource', 'action'] as const).map((member) => ({
        routes: billing.routes.map((route, index) => (index === 0 ? { ...route, [member]: 'other' } : route)),
      })),
    ];
    for (const change of changes) expect(routeMapHash(hashing, { ...billing, ...change })).not.toBe(hash);
  });
});

describe('findRouteMapProblems', () => {
  test.each(vectors.refused)('vector: $title', ({ service, pointer }) => {
    expect(findRouteMapProblems(service).map((problem) => problem.pointer)).toContain(pointer);
    expect(() => compileRouteMap(service)).toThrow(expect.objectContaining({ code: 'invalid_route_map' }));
  });

  test('reports every problem at once', () => {
    const [list, read] = billing.routes;
    const service = {
      ...billing,
      name: 'metrics',
      routes: [
        { ...list!, path: '/a' },
        { ...read!, method: 'TRACE' },
      ],
    };
    expect(findRouteMapProblems(service)).toHaveLength(3);
  });
});

const word = () => fc.stringMatching(/^[A-Za-z0-9_~-]{1,20}$/);

describe('matchRoute', () => {
  describe.each(['matching', 'matchingExact'] as const)('%s', (name) => {
    const { service, calls } = vectors[name];
    const map = compileRouteMap(service);

    test.each(calls)('vector: $method $path', ({ method, path, error, route, ...meaning }) => {
      if (error !== undefined) {
        expect(() => matchRoute(map, method, path)).toThrow(expect.objectContaining({ code: error }));
        return;
      }
      const match = matchRoute(map, method, path);
      expect(match?.route.path ?? null).toBe(route);
      expect(match).toEqual(match === undefined ? undefined : expect.objectContaining(meaning));
    });
  });

  test('reads no tenant from the path if calls name it elsewhere', () => {
    const posts = vectors.maps.find(({ service }) => service.name === 'posts')!.service;
    const match = matchRoute(compileRouteMap(posts), 'GET', '/posts/7');
    expect(match).toMatchObject({ tenant: undefined, resource: 'posts/7' });
    expect(matchRoute(compileRouteMap(posts), 'GET', '/')?.resource).toBe('root');
  });

  test.each([
    ['/t/{tenant}/orders/{id}', (id: string) => `/t/acme/orders/${id}`],
    ['/orders/{id}/of/{tenant}', (id: string) => `/orders/${id}/of/acme`],
  ])('refuses a value that would make the resource too long, at %s', (path, pathOf) => {
    const route = { method: 'GET', path, resource: 'orders/{id}', action: 'read' };
    const one = compileRouteMap({ ...billing, routes: [route] });
    const longest = '7'.repeat(1_024 - 'orders/'.length);
    expect(matchRoute(one, 'GET', pathOf(longest))?.resource).toBe(`orders/${longest}`);
    expect(() => matchRoute(one, 'GET', pathOf(`${longest}7`))).toThrow(
      expect.objectContaining({ code: 'ambiguous_request' }),
    );
  });

  test('P13: the resource is the template filled with the values of the call, wherever they are in the path', () => {
    const segment = fc.constantFrom('a', 'ba', '{x}', '{y}', '{z}');
    const values = fc.record({ x: word(), y: word(), z: word() });
    const template = fc.array(segment, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(template, template, fc.boolean(), values, (before, resource, isEnd, values) => {
        const path = isEnd ? [...before, ...resource] : [...resource, ...before];
        const route = {
          method: 'GET',
          path: `/${path.join('/')}`,
          resource: resource.join('/'),
          action: 'read',
        };
        const service: ServiceDefinition = { ...billing, tenantFrom: 'service', routes: [route] };
        fc.pre(findRouteMapProblems(service).length === 0);
        const filled = (text: string) =>
          text.replace(/\{([xyz])\}/g, (_, name: 'x' | 'y' | 'z') => values[name]);
        const match = matchRoute(compileRouteMap(service), 'GET', filled(route.path));
        expect(match?.resource).toBe(filled(route.resource));
      }),
      { numRuns: runs(300) },
    );
  });

  test('a parameter may be named like an internal of objects', () => {
    const route = { method: 'GET', path: '/a/{constructor}', resource: 'a/{constructor}', action: 'read' };
    const odd: ServiceDefinition = { ...billing, tenantFrom: 'service', routes: [route] };
    expect(matchRoute(compileRouteMap(odd), 'GET', '/a/1')?.resource).toBe('a/1');
    expect(matchRoute(compileRouteMap(odd), 'GET', '/constructor/1')).toBeUndefined();
  });

  test('P13: agrees with the definition: the listed route of that method and shape, literals first; no parameter has the value of a literal beside it', () => {
    const literal = fc.constantFrom('a', 'b', 'c');
    const template = fc.array(fc.oneof(literal, fc.constant('{}')), { minLength: 1, maxLength: 4 });
    const maps = fc.uniqueArray(template, { maxLength: 12, selector: (segments) => segments.join('/') });
    fc.assert(
      fc.property(maps, fc.array(literal, { minLength: 1, maxLength: 4 }), (templates, call) => {
        const routes = templates.map((segments) => ({
          method: 'GET',
          path: `/${segments.map((segment, at) => (segment === '{}' ? `{p${at}}` : segment)).join('/')}`,
          resource: 'x',
          action: 'read',
        }));
        const compiled = compileRouteMap({ ...billing, tenantFrom: 'service', routes });
        const [first] = templates
          .filter((segments) => segments.length === call.length)
          .filter((segments) => segments.every((segment, at) => segment === '{}' || segment === call[at]))
          .sort((one, other) => (shapeOf(one) < shapeOf(other) ? -1 : 1));
        const isBesideLiteral = (at: number) =>
          first?.[at] === '{}' &&
          templates.some(
            (other) =>
              other[at] === call[at] &&
              other.slice(0, at).every((segment, before) => segment === '{}' || segment === call[before]),
          );
        const path = `/${call.join('/')}`;
        if (call.some((_segment, at) => isBesideLiteral(at))) {
          expect(() => matchRoute(compiled, 'GET', path)).toThrow(
            expect.objectContaining({ code: 'ambiguous_request' }),
          );
          return;
        }
        const shape = matchRoute(compiled, 'GET', path)?.route.path.slice(1).split('/');
        expect(shape && shapeOf(shape)).toBe(first && shapeOf(first));
      }),
      { numRuns: runs(300) },
    );
  });
});

/** `1` for a parameter and `0` for a literal, so that routes sort with literals first, from the left. */
const shapeOf = (segments: readonly string[]): string =>
  segments.map((segment) => (segment.startsWith('{') ? '1' : '0')).join('');

test('a route has one pattern of resources', () => {
  expect(billing.routes.map(routeResourcePattern)).toEqual(['invoices', 'invoices/*', 'invoices/*']);
});

const route = (method: string, resource: string, action: string) => ({
  method,
  path: `/${resource}`,
  resource,
  action,
  query: [],
});
const service = {
  routes: [
    route('GET', 'invoices', 'list'),
    route('GET', 'invoices/{id}', 'read'),
    route('PATCH', 'invoices/{id}', 'update'),
    route('GET', 'payroll/{id}', 'read'),
  ],
};

test('what no entry allows is listed with the patterns of the map', () => {
  expect(actionsOutsideScope([{ resource: 'invoices/*', actions: ['read'] }], service)).toEqual([
    { entry: { resource: 'invoices', actions: ['list'] }, partly: false },
    { entry: { resource: 'invoices/*', actions: ['update'] }, partly: false },
    { entry: { resource: 'payroll/*', actions: ['read'] }, partly: false },
  ]);
});

test('what an entry allows in part is listed as partly open', () => {
  expect(actionsOutsideScope([{ resource: 'invoices/inv-1', actions: ['read', 'update'] }], service)).toEqual(
    [
      { entry: { resource: 'invoices', actions: ['list'] }, partly: false },
      { entry: { resource: 'invoices/*', actions: ['read', 'update'] }, partly: true },
      { entry: { resource: 'payroll/*', actions: ['read'] }, partly: false },
    ],
  );
});

test('a scope that covers everything leaves nothing to list', () => {
  expect(actionsOutsideScope([{ resource: '**', actions: ['list', 'read', 'update'] }], service)).toEqual([]);
});
