import type { Change, ScopeEntry, ServiceDefinition } from '@countersign/contract';
import { sampleContext, sampleTerms } from '../../../../test/factories/domain.js';
import { changeIsInScope } from './change-rule.js';
import type { RuleContext } from './context.js';

const service = (change: Partial<ServiceDefinition> = {}): RuleContext['service'] => ({
  ...sampleContext().service!,
  definition: {
    ...{ name: 'billing', upstream: 'http://localhost:4200', audience: 'billing', tenantFrom: 'path' },
    routes: [
      {
        ...{ method: 'GET', path: '/tenants/{tenant}/invoices', resource: 'invoices', action: 'list' },
        query: ['page', 'status'],
        repeat: ['status'],
      },
      {
        ...{ method: 'PATCH', path: '/tenants/{tenant}/invoices/{id}' },
        ...{ resource: 'invoices/{id}', action: 'update' },
      },
      { method: 'GET', path: '/app.js', resource: 'shared', action: 'read', shared: true },
    ],
    ...change,
  },
});

function problem(
  method: string,
  path: string,
  scope: ScopeEntry[] = [{ resource: 'invoices/*', actions: ['update'] }],
  known = service(),
): string[] {
  const change: Change = { method, path, bodySha256: `sha256:${'a'.repeat(64)}` };
  const terms = { ...sampleTerms(), change };
  return changeIsInScope({ tenant: 'acme', scope }, { service: known, terms }).map(
    ({ code, pointer, detail }) => `${code} ${pointer} ${detail}`,
  );
}

test('a change that its scope allows is not refused, and neither is a request without a change', () => {
  expect(problem('PATCH', '/tenants/acme/invoices/7')).toEqual([]);
  expect(
    problem('PATCH', '/tenants/acme/invoices/7', [{ resource: '**', actions: ['read', 'update'] }]),
  ).toEqual([]);
  expect(
    changeIsInScope({ tenant: 'acme', scope: [] }, { service: service(), terms: sampleTerms() }),
  ).toEqual([]);
});

test.each([
  ['another resource', '/tenants/acme/invoices/7', 'invoices/8', ['update'], '“update” on “invoices/7”'],
  ['another action', '/tenants/acme/invoices/7', 'invoices/7', ['read'], '“update” on “invoices/7”'],
] as const)('a scope of %s refuses the change', (_, path, resource, actions, detail) => {
  expect(problem('PATCH', path, [{ resource, actions: [...actions] }])).toEqual([
    `change_outside_scope /change The change is ${detail}, and the scope does not allow that.`,
  ]);
});

test.each([
  ['no route', 'PUT', '/tenants/acme/invoices/7', 'No route of billing has this method and path.'],
  ['an unknown path', 'PATCH', '/tenants/acme/orders/7', 'No route of billing has this method and path.'],
  [
    'the path of another tenant',
    'PATCH',
    '/tenants/globex/invoices/7',
    'The path of the change is another tenant’s.',
  ],
  [
    'an ambiguous path',
    'PATCH',
    '/tenants/acme//7',
    'Not a path of a call: the path has an empty or dot segment.',
  ],
  [
    'an unlisted query parameter',
    'PATCH',
    '/tenants/acme/invoices/7?force=1',
    'The path has a query parameter that its route does not list.',
  ],
])('%s refuses the change', (_, method, path, detail) => {
  expect(problem(method, path)).toEqual([`change_outside_scope /change/path ${detail}`]);
});

test('query parameters are those that the route lists, and only those that may repeat are there twice', () => {
  const scope = [{ resource: 'invoices', actions: ['list'] }];
  expect(problem('GET', '/tenants/acme/invoices?page=1&status=a&status=b', scope)).toEqual([]);
  expect(problem('GET', '/tenants/acme/invoices?page=1&page=2', scope)).toEqual([
    'change_outside_scope /change/path The path has a query parameter twice that may be given once.',
  ]);
});

test('a shared route needs no scope', () => {
  expect(problem('GET', '/app.js')).toEqual([]);
});

test('a map that cannot be compiled allows no change, and a database has none', () => {
  const broken = service({ routes: [{ method: 'GET', path: '/x', resource: 'x', action: 'read' }] });
  expect(problem('GET', '/x', undefined, broken)).toHaveLength(1);
  const database = service({ upstream: 'postgres://localhost/books' });
  expect(problem('POST', '/tenants/acme/sql', undefined, database)).toEqual([
    'change_outside_scope /change A statement of SQL is never an exact change.',
  ]);
});

describe('a persisted operation', () => {
  const graphql = { sha256: 'a'.repeat(64), type: 'query', variables: { id: '/id' } } as const;
  const at = (method: string, action: string) => ({
    ...{ method, action, path: '/tenants/{tenant}/graphql', resource: 'invoices/{id}', graphql },
  });
  const shop = service({ routes: [at('GET', 'read'), at('POST', 'update')] });
  const path = '/tenants/acme/graphql';
  const named = (id: string, sha256 = graphql.sha256) =>
    `${path}?documentId=sha256:${sha256}&variables=${encodeURIComponent(`{"id":${id}}`)}`;
  const allows = (method: string, target: string, actions: string[], resource = 'invoices/7') =>
    problem(method, target, [{ resource, actions }], shop);

  test('in a body is possible if the scope allows one of the path', () => {
    expect(allows('POST', path, ['update'])).toEqual([]);
    expect(allows('POST', path, ['read'])).toHaveLength(1);
    expect(allows('POST', path, ['update'], 'orders/*')).toHaveLength(1);
    expect(allows('POST', `${path}?x=1`, ['update'])).toHaveLength(1);
  });

  test('in an address is evaluated in full', () => {
    expect(allows('GET', named('"7"'), ['read'])).toEqual([]);
    for (const target of [
      named('"8"'),
      named('null'),
      named('"7"', 'b'.repeat(64)),
      path,
      `${path}?query=%7Bx%7D`,
    ])
      expect(allows('GET', target, ['read'])).toHaveLength(1);
    expect(allows('GET', named('"7"').replace('acme', 'globex'), ['read'])).toEqual([
      'change_outside_scope /change/path The path of the change is another tenant’s.',
    ]);
  });
});
