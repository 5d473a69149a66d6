import { sqlRoute } from '@countersign/contract';
import { firstCallCommand, firstPage } from './first-call.js';

const service = {
  tenantFrom: 'path' as const,
  routes: [
    { method: 'GET', path: '/a.js', resource: 'shared', action: 'read', shared: true as const },
    {
      method: 'PATCH',
      path: '/tenants/{tenant}/invoices/{id}',
      resource: 'invoices/{id}',
      action: 'read',
      query: [],
    },
    { method: 'GET', path: '/tenants/{tenant}/invoices', resource: 'invoices', action: 'list', query: [] },
    {
      method: 'GET',
      path: '/tenants/{tenant}/invoices/{id}',
      resource: 'invoices/{id}',
      action: 'read',
      query: [],
    },
  ],
};
const grant = (resource: string, action: string) => ({
  id: 'grt_1',
  tenant: 'acme',
  scope: [{ resource, actions: [action] }],
});

test.each([
  ['invoices', 'list', '/tenants/acme/invoices'],
  ['invoices/inv-7', 'read', '/tenants/acme/invoices/inv-7'],
  ['invoices/*', 'read', '/tenants/acme/invoices/ID'],
  ['payroll', 'list', '/PATH'],
  ['**', 'read', '/tenants/acme/invoices/ID'],
])('%s:%s is tried first at %s', (resource, action, path) => {
  expect(firstCallCommand(grant(resource, action), service)).toBe(`npx countersign curl grt_1 -- ${path}`);
});

test('a service that is not known yet leaves the path open', () => {
  expect(firstCallCommand(grant('invoices', 'list'), undefined)).toBe('npx countersign curl grt_1 -- /PATH');
});

test('the first call of a database is its prompt', () => {
  const routes = [{ ...sqlRoute('billing'), query: [] }];
  expect(firstCallCommand(grant('sql/billing', 'read'), { routes })).toBe('npx countersign sql grt_1');
});

test.each([
  ['invoices', 'list', '/tenants/acme/invoices'],
  ['invoices/inv-7', 'read', '/tenants/acme/invoices/inv-7'],
  ['invoices/*', 'read', '/'],
  ['payroll', 'list', '/'],
])('a browser with %s:%s begins at %s', (resource, action, path) => {
  expect(firstPage(grant(resource, action), service)).toBe(path);
});

test('a browser begins at the start page of a service that has one', () => {
  const start = { method: 'GET', path: '/', resource: 'shared', action: 'read', shared: true as const };
  expect(firstPage(grant('invoices', 'list'), { routes: [...service.routes, start] })).toBe('/');
});
