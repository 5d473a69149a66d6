/** @soak */

import fc from 'fast-check';
import { runs } from '../../../../test/support/samples.js';
import { ContractError } from '../errors.js';
import { foldSegment, readingsOf } from '../resource/fold.js';
import { segmentOf } from '../resource/segment.js';
import { compileRouteMap, matchRoute, operationsAt, takesOperation } from './match.js';
import { parameterName, pathSegments } from './path-template.js';
import { findRouteMapProblems } from './problems.js';
import type { Route, ServiceDefinition } from './route-map.js';

const route = (path: string, resource: string, action = 'read', more: Partial<Route> = {}): Route => ({
  ...{ method: 'GET', path, resource, action },
  ...more,
});
const shop = (routes: Route[], more: Partial<ServiceDefinition> = {}): ServiceDefinition => ({
  ...{ name: 'shop', upstream: 'http://localhost:4201', audience: 'shop', tenantFrom: 'service' },
  ...{ checksTenant: true, routes },
  ...more,
});

/** What a call of this path is: the resource, `none` if no route is listed, or the code of the refusal. */
function meaning(service: ServiceDefinition, path: string, method = 'GET', isExact?: boolean): string {
  try {
    return matchRoute(compileRouteMap(service), method, path, undefined, isExact)?.resource ?? 'none';
  } catch (error) {
    return (error as ContractError).code;
  }
}

const orders = [route('/orders/{id}', 'orders/{id}'), route('/orders/export', 'orders/export', 'export')];

test('the listed path itself is its own route', () => {
  expect(meaning(shop(orders), '/orders/export')).toBe('orders/export');
  expect(meaning(shop(orders), '/orders/7')).toBe('orders/7');
});

test.each([
  'EXPORT',
  'Export',
  'export.json',
  'export%3Bx',
  'export%20',
  'export.',
  'export%20.json',
  'export+.json',
  '%C3%A9xport',
])('a service may read /orders/%s as /orders/export', (value) => {
  expect(meaning(shop(orders), `/orders/${value}`)).toBe('ambiguous_request');
});

test('a literal counts whatever the method of its route is: services answer at it with every method', () => {
  const service = shop([
    route('/orders/{id}', 'orders/{id}', 'delete', { method: 'DELETE' }),
    route('/orders/export', 'orders/export', 'export', { method: 'POST' }),
  ]);
  expect(meaning(service, '/orders/EXPORT', 'DELETE')).toBe('ambiguous_request');
  expect(meaning(service, '/orders/export', 'DELETE')).toBe('ambiguous_request');
  expect(meaning(service, '/orders/7', 'DELETE')).toBe('orders/7');
});

test('a literal counts whatever the map lists below it: services answer at every path below it', () => {
  const service = shop([
    route('/orders/{id}/lines', 'orders/{id}/lines'),
    route('/orders/export/all', 'orders/export', 'export'),
  ]);
  for (const value of ['export', 'EXPORT', 'export.csv'])
    expect(meaning(service, `/orders/${value}/lines`)).toBe('ambiguous_request');
});

test('literals that a service reads alike have the same literals below them', () => {
  const service = shop([
    route('/Orders/{id}', 'orders/{id}'),
    route('/orders/export', 'orders/export', 'export'),
  ]);
  expect(meaning(service, '/Orders/export')).toBe('ambiguous_request');
});

test('a literal counts behind a parameter that takes the literal of this route: which of the two runs is the service’s choice', () => {
  const service = shop([
    route('/orders/{id}', 'orders/{id}'),
    route('/{kind}/export', 'export/{kind}', 'export'),
    route('/{kind}/{no}/{part}/raw', 'raw/{kind}/{no}/{part}'),
    route('/orders/{id}/lines/{line}', 'orders/{id}/lines/{line}'),
  ]);
  for (const value of ['export', 'EXPORT', 'export.csv'])
    expect(meaning(service, `/orders/${value}`)).toBe('ambiguous_request');
  expect(meaning(service, '/orders/7/lines/raw')).toBe('ambiguous_request');
  expect(meaning(service, '/orders/7/lines/1')).toBe('orders/7/lines/1');
  expect(meaning(service, '/invoices/export')).toBe('export/invoices');
  expect(meaning({ ...service, paths: 'exact' }, '/orders/export')).toBe('ambiguous_request');
  expect(meaning({ ...service, paths: 'exact' }, '/orders/EXPORT')).toBe('orders/EXPORT');
});

test('a literal with a format suffix counts without it and with another one', () => {
  const service = shop([
    route('/orders/{id}', 'orders/{id}'),
    route('/orders/export.json', 'orders/export', 'export'),
  ]);
  for (const value of ['export', 'export.csv', 'EXPORT', 'export.json.gz'])
    expect(meaning(service, `/orders/${value}`)).toBe('ambiguous_request');
});

test('a number behind a dot is no format: one version is not another', () => {
  const service = shop([route('/{version}/orders', 'orders/{version}'), route('/v1.2/orders', 'orders')]);
  expect(meaning(service, '/v1.3/orders')).toBe('orders/v1.3');
  expect(meaning(service, '/v1.2.json/orders')).toBe('ambiguous_request');
});

test('a value that is nothing or a dot segment to some service is refused, also where no literal stands', () => {
  const service = shop([route('/orders/{id}', 'orders/{id}')]);
  for (const value of ['%3Bx', '..%3Bx', '.%20', '+', '...', '%E2%80%8B..'])
    expect(meaning(service, `/orders/${value}`)).toBe('ambiguous_request');
  expect(meaning(service, '/orders/.env')).toBe('orders/.env');
});

describe('paths: exact', () => {
  const exact = shop(orders, { paths: 'exact' });

  test('each spelling is a path of its own', () => {
    for (const value of ['EXPORT', 'export.json', 'export%3Bx'])
      expect(meaning(exact, `/orders/${value}`)).toBe(`orders/${value}`);
  });

  test('a value is still never the literal beside it', () => {
    const service = shop(
      [
        route('/orders/{id}/lines', 'orders/{id}/lines'),
        route('/orders/export/all', 'orders/export', 'export'),
      ],
      { paths: 'exact' },
    );
    expect(meaning(service, '/orders/export/lines')).toBe('ambiguous_request');
  });

  test('counts only if the caller says that every map says so', () => {
    expect(meaning(exact, '/orders/EXPORT', 'GET', false)).toBe('ambiguous_request');
  });

  test('paths that differ in letter case may mean different things', () => {
    const routes = [route('/Orders', 'archive', 'list'), route('/orders', 'orders', 'list')];
    expect(findRouteMapProblems(shop(routes)).map(({ pointer }) => pointer)).toEqual(['/routes/1/path']);
    expect(findRouteMapProblems(shop(routes, { paths: 'exact' }))).toEqual([]);
  });
});

describe('paths that a service may read as one', () => {
  const problems = (...routes: Route[]) => findRouteMapProblems(shop(routes)).map(({ pointer }) => pointer);

  test('may be listed twice if they mean the same', () => {
    expect(problems(route('/orders/{id}', 'orders/{id}'), route('/orders/{no}/', 'orders/{no}'))).toEqual([]);
    const one = route('/a', 'a', 'read', { mask: ['/x', '/y'], query: ['q'] });
    const other = route('/A', 'a', 'read', { mask: ['/y', '/x'] });
    expect(problems(one, other)).toEqual([]);
  });

  test.each<[string, Partial<Route>]>([
    ['the resource', { resource: 'archive' }],
    ['the action', { action: 'export' }],
    ['a masked field', { mask: ['/iban'] }],
    ['downloads', { download: true }],
  ])('differ in nothing that decides what a call is or shows: %s', (_member, more) => {
    expect(problems(route('/orders', 'orders'), route('/orders/', 'orders', 'read', more))).toEqual([
      '/routes/1/path',
    ]);
  });

  test('are two paths if their methods differ', () => {
    expect(
      problems(route('/orders', 'orders'), route('/Orders', 'orders', 'create', { method: 'POST' })),
    ).toEqual([]);
  });
});

describe('GraphQL', () => {
  const graphql = { sha256: '5'.repeat(64), type: 'query' } as const;
  const service = shop([
    route('/{api}/graphql', 'all', 'list', { method: 'POST', graphql }),
    route('/admin/users', 'users', 'list'),
  ]);
  const call = { sha256: graphql.sha256, operation: undefined, variable: () => undefined, texts: () => [] };

  test('an operation follows the same rule', () => {
    const map = compileRouteMap(service);
    expect(matchRoute(map, 'POST', '/shop/graphql', call)?.resource).toBe('all');
    expect(takesOperation(map, 'POST', '/ADMIN/graphql')).toBe(true);
    for (const refused of [
      () => matchRoute(map, 'POST', '/ADMIN/graphql', call),
      () => operationsAt(map, 'POST', '/ADMIN/graphql'),
    ])
      expect(refused).toThrow(expect.objectContaining({ code: 'ambiguous_request' }));
  });

  test('no other route may have a path that a service may read as that of operations', () => {
    const operation = route('/graphql', 'all', 'list', { method: 'POST', graphql });
    for (const path of ['/GraphQL', '/graphql/', '/{any}'])
      expect(findRouteMapProblems(shop([operation, route(path, 'x')])).map(({ pointer }) => pointer)).toEqual(
        ['/routes/1/path'],
      );
  });
});

const word = fc.constantFrom('a', 'b', 'ab', 'a.b', 'export', 'Export', 'v1.2', 'a.json');
const parameters = fc.constantFrom('{x}', '{y}', '{z}');
const template = fc.uniqueArray(fc.oneof(word, parameters), { minLength: 1, maxLength: 4 });
const method = fc.constantFrom('GET', 'POST', 'HEAD');
const routesOf = fc
  .uniqueArray(fc.tuple(method, template), { maxLength: 10, selector: (each) => JSON.stringify(each) })
  .map((templates) =>
    templates.map(([verb, segments], index) =>
      route(`/${segments.join('/')}`, `r${index}`, 'read', { method: verb }),
    ),
  );

/** Spellings of a word that some service reads as the word. */
const spelling = (text: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(fc.boolean(), { minLength: text.length, maxLength: text.length }),
      fc.constantFrom('', '.json', '.', ';x', '?x', ' ', '+', '\u00ad', '.json;x'),
      fc.constantFrom('plain', 'wide'),
    )
    .map(([capitals, end, width]) => {
      const letters = [...text].map((letter, at) => (capitals[at] ? letter.toUpperCase() : letter));
      const wide = letters.map((letter) =>
        /[a-z]/i.test(letter) ? String.fromCharCode(letter.charCodeAt(0) + 0xfee0) : letter,
      );
      return (width === 'wide' ? wide : letters).join('') + end;
    });
const value = fc.oneof(word, word.chain(spelling), fc.string({ minLength: 1, maxLength: 5 }));

/** Whether a service that reads loosely may take the segment for the literal, by the definition: some reading of each is the same. */
function mayRead(segment: string, literal: string): boolean {
  const wanted = foldSegment(literal);
  const handlers = [wanted, wanted.replace(/\.[a-z][a-z0-9]*$/, '')];
  return [...readingsOf(foldSegment(segment))].some((reading) => handlers.includes(reading));
}

test('P9, P13: no accepted call takes a value that a service may read as a literal which the map lists in that place', () => {
  let accepted = 0;
  fc.assert(
    fc.property(routesOf, method, fc.array(value, { minLength: 1, maxLength: 4 }), (routes, verb, values) => {
      const service = shop(routes);
      fc.pre(findRouteMapProblems(service).length === 0);
      const segments = values.map(segmentOf);
      fc.pre(segments.every((segment) => segment !== undefined));
      const call = segments as string[];
      let found: Route | undefined;
      try {
        found = matchRoute(compileRouteMap(service), verb, `/${call.join('/')}`)?.route;
      } catch (error) {
        if (!(error instanceof ContractError)) throw error;
      }
      if (found === undefined) return;
      accepted += 1;
      const own = pathSegments(found.path);
      const isParameter = (segment: string | undefined) =>
        segment !== undefined && parameterName(segment) !== undefined;
      for (const other of routes) {
        // The first place where the service may read a literal of the other path in a value, if it takes all before for that path.
        for (const [at, literal] of pathSegments(other.path).entries()) {
          const value = call[at];
          if (value === undefined || literal === '') break;
          if (isParameter(literal)) continue;
          if (!isParameter(own[at])) {
            if (foldSegment(own[at] ?? '') !== foldSegment(literal)) break;
            continue;
          }
          expect([found.path, other.path, mayRead(value, literal)]).toEqual([found.path, other.path, false]);
          break;
        }
      }
    }),
    { numRuns: runs(2_000) },
  );
  expect(accepted).toBeGreaterThan(0);
});
