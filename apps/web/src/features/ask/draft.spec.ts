import { listOfferings, tickedScope } from '@countersign/wording';
import { buildAsk } from './draft.js';

const route = (method: string, resource: string, action: string) => ({
  method,
  path: `/${resource}`,
  resource,
  action,
  query: [],
});
const draft = {
  tenant: 'acme',
  service: 'billing',
  ticked: new Set(['invoices list', 'invoices/* read']),
  objects: '',
  minutes: '30',
  justification: 'Case 4711',
  ticket: ' ',
};

test('what can be asked for stands once, in the order of the map', () => {
  const routes = [
    route('GET', 'invoices', 'list'),
    route('GET', 'invoices/{id}', 'read'),
    route('HEAD', 'invoices/{id}', 'read'),
  ];
  expect(listOfferings({ routes })).toEqual([
    { pattern: 'invoices', action: 'list' },
    { pattern: 'invoices/*', action: 'read' },
  ]);
});

test('objects narrow what has items, and nothing else', () => {
  expect(tickedScope({ ...draft, objects: 'inv-1 invoices/inv-2' })).toEqual([
    { resource: 'invoices', actions: ['list'] },
    { resource: 'invoices/inv-1', actions: ['read'] },
    { resource: 'invoices/inv-2', actions: ['read'] },
  ]);
});

test('an ask is sent once customer, scope and time are there; an empty ticket is none', () => {
  expect(buildAsk(draft)).toEqual({
    tenant: 'acme',
    service: 'billing',
    scope: [
      { resource: 'invoices', actions: ['list'] },
      { resource: 'invoices/*', actions: ['read'] },
    ],
    duration: 'PT30M',
    justification: 'Case 4711',
  });
  expect(buildAsk({ ...draft, ticket: ' 4711 ' })?.ticket).toBe('4711');
  expect(buildAsk({ ...draft, tenant: '' })).toBeNull();
  expect(buildAsk({ ...draft, ticked: new Set() })).toBeNull();
  expect(buildAsk({ ...draft, minutes: '0' })).toBeNull();
  expect(buildAsk({ ...draft, minutes: 'x' })).toBeNull();
});
