import { actionsOutsideScope } from './not-included.js';

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

test('what no entry reaches stays closed, in the words of the map', () => {
  expect(actionsOutsideScope([{ resource: 'invoices/*', actions: ['read'] }], service)).toEqual([
    { entry: { resource: 'invoices', actions: ['list'] }, partly: false },
    { entry: { resource: 'invoices/*', actions: ['update'] }, partly: false },
    { entry: { resource: 'payroll/*', actions: ['read'] }, partly: false },
  ]);
});

test('what an entry reaches in part is closed beyond it', () => {
  expect(actionsOutsideScope([{ resource: 'invoices/inv-1', actions: ['read', 'update'] }], service)).toEqual(
    [
      { entry: { resource: 'invoices', actions: ['list'] }, partly: false },
      { entry: { resource: 'invoices/*', actions: ['read', 'update'] }, partly: true },
      { entry: { resource: 'payroll/*', actions: ['read'] }, partly: false },
    ],
  );
});

test('a scope that covers everything leaves nothing out', () => {
  expect(actionsOutsideScope([{ resource: '**', actions: ['list', 'read', 'update'] }], service)).toEqual([]);
});
