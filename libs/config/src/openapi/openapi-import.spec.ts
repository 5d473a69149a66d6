/** @soak */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findRouteMapProblems, type TenantFrom } from '@countersign/contract';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { isFullRun, samples } from '../../../../test/support/samples.js';
import { serviceDefinition } from '../organisation/convert.js';
import { OpenApiError } from './description.js';
import { importOpenApi } from './openapi-import.js';

/** Paths of a huge description. */
const PATHS = isFullRun() ? 20_000 : 5_000;

const described = (paths: object, more: object = {}) =>
  JSON.stringify({ openapi: '3.1.0', info: { title: 'Billing', version: '1' }, paths, ...more });
const routesOf = (paths: object, more: object = {}, tenantFrom: TenantFrom = 'service') =>
  importOpenApi(described(paths, more), { tenantFrom, checksTenant: true }).routes;
const said = (paths: object, more: object = {}, tenantFrom: TenantFrom = 'service') =>
  routesOf(paths, more, tenantFrom).map(
    ({ method, path, resource, action }) => `${method} ${path} is ${action} ${resource}`,
  );
const unmapped = (paths: object, tenantFrom: TenantFrom = 'service') =>
  importOpenApi(described(paths), { tenantFrom, checksTenant: true }).unmapped.map(
    ({ path, reason }) => `${path}: ${reason}`,
  );
const get = (tag?: string, more: object = {}) => ({
  get: { ...(tag === undefined ? {} : { tags: [tag] }), ...more },
});

describe('a route map of an OpenAPI description', () => {
  test('has resource and action by tag, path and method', () => {
    const tags = ['Invoices'];
    expect(
      said(
        {
          '/tenants/{tenant}/invoices': { get: { tags }, post: { tags } },
          '/tenants/{tenant}/invoices/{id}': {
            ...{ get: { tags }, put: { tags }, patch: { tags }, delete: { tags }, head: { tags } },
          },
          '/tenants/{tenant}/invoices/{id}/lines/{line}': get('Invoices'),
          '/tenants/{tenant}/status': get(),
        },
        {},
        'path',
      ),
    ).toEqual([
      'GET /tenants/{tenant}/invoices is list invoices',
      'POST /tenants/{tenant}/invoices is create invoices',
      'GET /tenants/{tenant}/invoices/{id} is read invoices/{id}',
      'HEAD /tenants/{tenant}/invoices/{id} is read invoices/{id}',
      'PUT /tenants/{tenant}/invoices/{id} is update invoices/{id}',
      'PATCH /tenants/{tenant}/invoices/{id} is update invoices/{id}',
      'DELETE /tenants/{tenant}/invoices/{id} is delete invoices/{id}',
      'GET /tenants/{tenant}/invoices/{id}/lines/{line} is read invoices/{id}/lines/{line}',
      'GET /tenants/{tenant}/status is list status',
    ]);
  });

  test('keeps parameters that come before the tag, and whole paths where two would become one resource', () => {
    expect(
      said({
        '/repos/{owner}/{repo}/issues/{number}': get('issues'),
        '/orgs/{org}/issues': get('issues'),
        '/users/{user}/issues': get('issues'),
      }),
    ).toEqual([
      'GET /repos/{owner}/{repo}/issues/{number} is read issues/{owner}/{repo}/{number}',
      'GET /orgs/{org}/issues is list issues/orgs/{org}/issues',
      'GET /users/{user}/issues is list issues/users/{user}/issues',
    ]);
  });

  test('has the query parameters and headers of the operation and of its path, references resolved', () => {
    const components = {
      parameters: {
        page: { in: 'query', name: 'page' },
        filter: {
          ...{ in: 'query', name: 'filter', style: 'deepObject' },
          schema: { $ref: '#/components/schemas/Filter~1v1' },
        },
      },
      schemas: { 'Filter/v1': { properties: { state: {}, since: {} } } },
    };
    const [route] = routesOf(
      {
        '/invoices': {
          parameters: [{ $ref: '#/components/parameters/page' }, { in: 'header', name: 'X-Trace' }],
          get: {
            parameters: [
              { $ref: '#/components/parameters/filter' },
              { in: 'query', name: 'page' },
              { in: 'header', name: 'Accept' },
              { in: 'header', name: 'Authorization' },
              { in: 'header', name: 'X-Forwarded-For' },
              { in: 'query', name: 'größe' },
              { $ref: 'other.yaml#/p' },
              { $ref: '#/components/parameters/nowhere' },
            ],
          },
        },
      },
      { components },
    );
    expect(route).toEqual({
      ...{ method: 'GET', path: '/invoices', resource: 'invoices', action: 'list' },
      query: ['page', 'filter[state]', 'filter[since]'],
      headers: ['x-trace'],
    });
  });

  test('lets lists repeat that are sent as one parameter for each value, and GET have a body that is described', () => {
    const list = { type: 'array' };
    const parameters = [
      { in: 'query', name: 'status', schema: { $ref: '#/components/schemas/List' } },
      { in: 'query', name: 'since', schema: { type: 'string' } },
      { in: 'query', name: 'joined', schema: list, explode: false },
      { in: 'query', name: 'piped', schema: list, style: 'pipeDelimited' },
      { in: 'query', name: 'either', schema: { type: ['array', 'null'] } },
    ];
    const paths = {
      '/search': { get: { parameters, requestBody: {} }, post: { requestBody: {} } },
      '/stated': {
        get: { 'x-countersign': { query: ['a', { name: 'b', repeat: true }], body: true } },
      },
    };
    const routes = routesOf(paths, { components: { schemas: { List: list } } });
    const status = { name: 'status', repeat: true };
    expect(routes.map(({ query, body }) => [query, body])).toEqual([
      [[status, 'since', 'joined', 'piped', { name: 'either', repeat: true }], true],
      [undefined, undefined],
      [['a', { name: 'b', repeat: true }], true],
    ]);
    const old = {
      ...{ swagger: '2.0', info: { title: 'Old' } },
      paths: {
        '/search': {
          get: {
            parameters: [
              { in: 'query', name: 'multi', type: 'array', collectionFormat: 'multi' },
              { in: 'query', name: 'csv', type: 'array' },
              { in: 'body', name: 'body' },
            ],
          },
        },
      },
    };
    expect(importOpenApi(JSON.stringify(old), { tenantFrom: 'host' }).routes).toMatchObject([
      { query: [{ name: 'multi', repeat: true }, 'csv'], body: true },
    ]);
  });

  test('puts the path of the server before each path, and reads Swagger 2.0 and YAML', () => {
    const paths = { '/invoices/': get() };
    expect(said(paths, { servers: [{ url: 'https://{region}.example/api/v2/' }] })).toEqual([
      'GET /api/v2/invoices/ is list api/v2/invoices',
    ]);
    const swagger = stringify({ swagger: '2.0', info: { title: 'Old' }, basePath: '/v1', paths });
    expect(importOpenApi(swagger, { tenantFrom: 'host' })).toMatchObject({
      title: 'Old',
      routes: [{ path: '/v1/invoices/' }],
    });
  });

  test('says what `x-countersign` says', () => {
    const { routes, leftOut, unmapped } = importOpenApi(
      described({
        '/accounts/{account-id}/pay': {
          'x-countersign': { resource: 'payments/{account-id}', query: 'any' },
          post: { 'x-countersign': { action: 'pay', headers: ['idempotency-key'] } },
          delete: { 'x-countersign': false },
        },
        '/internal': { 'x-countersign': false, get: {}, post: { 'x-countersign': {} } },
      }),
      { tenantFrom: 'header' },
    );
    expect(routes).toEqual([
      {
        ...{ method: 'POST', path: '/accounts/{account_id}/pay', resource: 'payments/{account_id}' },
        ...{ action: 'pay', query: 'any', headers: ['idempotency-key'] },
      },
      { method: 'POST', path: '/internal', resource: 'internal', action: 'create' },
    ]);
    expect(leftOut.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'DELETE /accounts/{account-id}/pay',
      'GET /internal',
    ]);
    expect(unmapped).toEqual([]);
  });

  test('takes the tenant from the parameter that is named', () => {
    const paths = { '/accounts/{account}/invoices/{tenant}': get('invoices') };
    const { routes } = importOpenApi(described(paths), { tenantFrom: 'path', tenantParameter: 'account' });
    expect(routes).toMatchObject([
      { path: '/accounts/{tenant}/invoices/{tenant_2}', resource: 'invoices/{tenant_2}' },
    ]);
    expect(said(paths)).toEqual([
      'GET /accounts/{account}/invoices/{tenant_id} is read invoices/{account}/{tenant_id}',
    ]);
  });

  test('names what it cannot map, with the reason, and counts an operation that is listed twice once', () => {
    expect(
      unmapped({
        '/compare/{base}...{head}': get(),
        '/a//b': get(),
        '/a b': get(),
        '/../etc': get(),
        '/x/{id}/{id}': get(),
        '/ok': { trace: {}, get: {} },
        '/ok#search': get(),
        '/ok\u200e': get(),
        '/find?by=id': get(),
      }),
    ).toEqual([
      '/compare/{base}...{head}: “{base}...{head}” mixes text and a parameter',
      '/a//b: the path has an empty segment',
      '/a b: “a b” has characters that no route may have',
      '/../etc: “..” has characters that no route may have',
      '/x/{id}/{id}: the path names {id} twice',
      '/ok: no route has this method',
      '/find?by=id: the path has a query',
    ]);
    expect(unmapped({ '/invoices': get() }, 'path')).toEqual([
      '/invoices: the path does not name the tenant: it has no {tenant}',
    ]);
  });

  test('takes only paths that begin with a slash, and names a path whose operations stand elsewhere', () => {
    const paths = {
      ...{ 'admin/secrets': get(), 'x-hooks': get(), '/far': { $ref: 'other.yaml#/far' } },
      '/round': { $ref: '#/paths/~1round' },
    };
    expect(said(JSON.parse(`{"__proto__": {"get": {}}, "/__proto__": {"get": {}}}`))).toEqual([
      'GET /__proto__ is list __proto__',
    ]);
    expect(said(paths)).toEqual([]);
    expect(unmapped(paths)).toEqual([
      'admin/secrets: the path does not begin with “/”',
      '/far: its operations are not in this file',
      '/round: its operations are not in this file',
    ]);
  });

  test('P13: two paths never share a resource and an action, unless the description says so', () => {
    const paths = { '/a:b': get(), '/a-b': get(), '/c': get() };
    expect(said(paths)).toEqual(['GET /c is list c']);
    const reason = 'another path would have the same resource: state one in x-countersign';
    expect(unmapped(paths)).toEqual([`/a:b: ${reason}`, `/a-b: ${reason}`]);
    const stated = (resource: string) => get(undefined, { 'x-countersign': { resource } });
    expect(said({ ...paths, '/a:b': stated('a/b'), '/a-b': stated('a-b') })).toEqual([
      'GET /a:b is list a/b',
      'GET /a-b is list a-b',
      'GET /c is list c',
    ]);
  });

  test('parameters get the pattern that the description gives them, if a route may have it', () => {
    const parameter = (name: string, schema: object) => ({ in: 'path', name, required: true, schema });
    const paths = {
      '/a/{id}/{no}/{code}/{slug}/{other}': {
        parameters: [
          parameter('id', { type: 'string', format: 'uuid' }),
          parameter('no', { type: 'integer', format: 'int64' }),
          parameter('code', { type: 'string', pattern: '^[A-Z]{2}-[0-9]+$' }),
          parameter('slug', { type: 'string', pattern: '^([a-z]+)+$' }),
        ],
        get: {},
      },
    };
    expect(said(paths)).toEqual([
      'GET /a/{id:uuid}/{no:int}/{code:[A-Z]{2}-[0-9]+}/{slug}/{other} is read a/{id}/{no}/{code}/{slug}/{other}',
    ]);
    const old = { swagger: '2.0', openapi: undefined };
    const own = { get: { parameters: [{ in: 'path', name: 'id', required: true, type: 'integer' }] } };
    expect(said({ '/b/{id}': own }, old)).toEqual(['GET /b/{id:int} is read b/{id}']);
    const tenant = { get: { parameters: [parameter('tenant', { format: 'uuid' })] } };
    expect(said({ '/{tenant}/c': tenant }, {}, 'path')).toEqual(['GET /{tenant}/c is list c']);
  });

  test('P13: of two paths that a service may read as one, and that mean different things, one is left', () => {
    const paths = { '/orders/export': get(), '/orders/Export': get(), '/orders/export/': get() };
    const reason =
      'many services read its path as that of another operation: state `paths: exact` if this one does not';
    const stated = (path: string, resource: string) => ({
      [path]: get(undefined, { 'x-countersign': { resource } }),
    });
    const all = { ...paths, ...stated('/orders/export', 'a'), ...stated('/orders/export/', 'b') };
    expect(said(all)).toEqual(['GET /orders/export is list a']);
    expect(unmapped(all)).toEqual([`/orders/Export: ${reason}`, `/orders/export/: ${reason}`]);
    const exact = importOpenApi(described(all), { tenantFrom: 'host', paths: 'exact' });
    expect([exact.routes.length, exact.unmapped]).toEqual([3, []]);
  });

  test.each(['**', '*', 'invoices/*', 'invoices/**', 'in%voices', '../x', 'x/{nowhere}', ''])(
    'P13: a stated resource “%s” gives no map that may be applied',
    (resource) => {
      const paths = { '/invoices/{id}': { get: { 'x-countersign': { resource } } } };
      const service = {
        ...{ name: 'billing', upstream: 'http://localhost:1', audience: 'billing' },
        ...{ tenantFrom: 'service' as const, routes: routesOf(paths, {}, 'service') },
      };
      expect(findRouteMapProblems(serviceDefinition(service))).not.toEqual([]);
    },
  );

  test('P13: a deep or huge description is read or refused, and nothing else happens', () => {
    const deep = `{"openapi":"3.0.0","info":{"title":"x"},"paths":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`;
    expect(importOpenApi(deep, { tenantFrom: 'host' }).routes).toEqual([]);
    expect(() => importOpenApi(`a: ${'['.repeat(50_000)}`, { tenantFrom: 'host' })).toThrow(OpenApiError);
    const many = Object.fromEntries(Array.from({ length: PATHS }, (_, at) => [`/p${at}/{id}`, get()]));
    expect(importOpenApi(described(many), { tenantFrom: 'host' }).routes).toHaveLength(PATHS);
  });

  test.each([
    ['nothing', ''],
    ['no description', '{"a": 1}'],
    ['another version', '{"openapi":"4.0","info":{"title":"x"},"paths":{}}'],
    ['broken YAML', 'a: [1'],
    [
      'an extension with an unknown member',
      described({ '/a': { get: { 'x-countersign': { open: true } } } }),
    ],
  ])('refuses %s', (_what, text) => {
    expect(() => importOpenApi(text, { tenantFrom: 'path' })).toThrow(OpenApiError);
  });

  test.each([
    ['Netlify', '@netlify/open-api/dist/swagger.json', 181],
    ['Figma', '@figma/rest-api-spec/openapi/openapi.yaml', 54],
    ['Directus', '@directus/openapi/dist/oas.json', 190],
  ])('maps more than 95 %% of the API of a real product: %s', async (_product, path, fewest) => {
    const text = await readFile(join('node_modules', path), 'utf8');
    const { routes, unmapped } = importOpenApi(text, { tenantFrom: 'service', checksTenant: true });
    expect(routes.length).toBeGreaterThanOrEqual(fewest);
    expect(routes.length / (routes.length + unmapped.length)).toBeGreaterThan(0.95);
    const service = {
      ...{ name: 'product', upstream: 'http://localhost:1', audience: 'product' },
      ...{ tenantFrom: 'service' as const, checksTenant: true as const, routes },
    };
    expect(findRouteMapProblems(serviceDefinition(service))).toEqual([]);
  });

  test('without the service’s own check of the tenant, operations that may write are not mapped', () => {
    const paths = { '/a': { get: {}, head: {}, post: {}, put: {}, patch: {}, delete: {} } };
    const { routes, unmapped } = importOpenApi(described(paths), { tenantFrom: 'service' });
    expect(routes.map(({ method }) => method)).toEqual(['GET', 'HEAD']);
    expect(unmapped.map(({ method }) => method).sort()).toEqual(['DELETE', 'PATCH', 'POST', 'PUT']);
    expect(unmapped[0]?.reason).toContain('checksTenant');
  });

  test('P13: whatever a description says, the map that it gives is one that may be applied', () => {
    const segment = fc.oneof(
      fc.constantFrom(
        '{id}',
        '{tenant}',
        '{a-b}',
        '{a_b}',
        '{1}',
        'v1',
        'invoices',
        '{x}.json',
        '',
        '..',
        'é',
      ),
      fc.string({ maxLength: 4 }),
    );
    const paths = fc.dictionary(
      fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`),
      fc.dictionary(
        fc.constantFrom('get', 'post', 'put', 'head', 'trace', 'parameters'),
        fc.oneof(
          fc.constant({}),
          fc.record({ tags: fc.array(fc.string({ maxLength: 6 }), { maxLength: 2 }) }),
          fc.record({
            parameters: fc.array(
              fc.record({
                in: fc.constantFrom('query', 'header', 'path'),
                name: fc.oneof(fc.constantFrom('id', 'a-b', 'x'), fc.string({ maxLength: 8 })),
                schema: fc.record({
                  type: fc.constantFrom('string', 'integer'),
                  pattern: fc.oneof(fc.constant('^[a-z]+$'), fc.string({ maxLength: 8 })),
                }),
              }),
            ),
          }),
          fc.anything(),
        ),
      ),
      { maxKeys: 6 },
    );
    fc.assert(
      fc.property(paths, fc.constantFrom('path', 'host', 'service'), (description, tenantFrom) => {
        const { routes } = importOpenApi(described(description), { tenantFrom });
        const service = {
          ...{ name: 'billing', upstream: 'http://localhost:1', audience: 'billing' },
          ...{ tenantFrom, routes },
        };
        expect(findRouteMapProblems(serviceDefinition(service))).toEqual([]);
      }),
      { numRuns: samples('arbitraryFiles') },
    );
  });
});
