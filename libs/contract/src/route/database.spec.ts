import { databaseAddress, sqlRoute } from './database.js';
import { findRouteMapProblems } from './problems.js';
import type { ServiceDefinition } from './route-map.js';
import { findUpstreamProblems } from './upstream-settings.js';

const books: ServiceDefinition = {
  name: 'books',
  upstream: 'postgres://db.internal/billing',
  audience: 'books',
  tenantFrom: 'path',
  routes: [sqlRoute('billing')],
};
const pointers = (change: Partial<ServiceDefinition>) =>
  findRouteMapProblems({ ...books, ...change }).map(({ pointer }) => pointer);

test('the parts of a database’s address', () => {
  expect(databaseAddress('postgres://db.internal:6432/billing')).toEqual({
    host: 'db.internal',
    port: 6432,
    database: 'billing',
  });
  expect(databaseAddress('postgres://[::1]/a-b')).toEqual({ host: '::1', port: 5432, database: 'a-b' });
});

test.each([
  ['no database', 'postgres://db.internal/'],
  ['a user', 'postgres://user:secret@db.internal/billing'],
  ['options', 'postgres://db.internal/billing?sslmode=disable'],
  ['a further path', 'postgres://db.internal/billing/x'],
  ['no host', 'postgres:///billing'],
  ['port 0', 'postgres://db.internal:0/billing'],
  ['another scheme', 'postgresql://db.internal/billing'],
])('an address with %s is refused', (_name, upstream) => {
  expect(pointers({ upstream })).toEqual(['/upstream']);
});

test('a database has its one route, and nothing of HTTP', () => {
  expect(pointers({})).toEqual([]);
  const route = sqlRoute('billing');
  expect(pointers({ routes: [sqlRoute('other')] })).toEqual(['/routes']);
  expect(pointers({ routes: [] })).toEqual(['/routes']);
  expect(pointers({ routes: [route, { ...route, path: '/tenants/{tenant}/more' }] })).toEqual(['/routes']);
  expect(pointers({ routes: [{ ...route, headers: ['X-Any'] }] })).toEqual(['/routes']);
  expect(pointers({ routes: [{ ...route, action: 'list' }] })).toEqual(['/routes']);
  expect(pointers({ routes: [{ ...route, query: 'any' }] })).toEqual(['/routes']);
  expect(pointers({ headers: ['X-Any'] })).toEqual(['/headers']);
  expect(pointers({ cors: { origins: ['https://a.example'] } })).toEqual(['/cors']);
  expect(pointers({ tenantFrom: 'service', checksTenant: true, routes: [route] })).toContain('/tenantFrom');
});

test('a database has no origin for browsers and no signed context; it may have TLS files', () => {
  const settings = {
    origin: 'https://books.gw.example',
    context: 'hmac' as const,
    tls: { caFile: 'ca.pem' },
  };
  const found = findUpstreamProblems(books.upstream, settings).map(({ pointer }) => pointer);
  expect(found).toEqual(['/origin', '/context']);
});
