import { eachStatedText, listOfferings, tickedScope, ticksOf } from '@countersign/wording';
import { localText } from '../../text/clock.js';
import { buildAsk, buildTemplate, findTimeProblem } from './draft.js';

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
  ...eachStatedText(() => ' '),
};

test('lists each action on each resource once, in the order of the route map', () => {
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

test('object names narrow only resources that have items', () => {
  expect(tickedScope({ ...draft, objects: 'inv-1 invoices/inv-2' })).toEqual([
    { resource: 'invoices', actions: ['list'] },
    { resource: 'invoices/inv-1', actions: ['read'] },
    { resource: 'invoices/inv-2', actions: ['read'] },
  ]);
});

test('access for an authority names its demand and the basis, and is no emergency', () => {
  const demand = 'dem_0199f0a0-7b2c-7001-8000-000000000001';
  expect(buildAsk({ ...draft, demand, emergency: true })).toMatchObject({ basis: 'legal', demand });
  expect(buildAsk({ ...draft, emergency: true })).toMatchObject({ basis: 'emergency' });
  expect(buildAsk(draft)).not.toHaveProperty('basis');
});

test('builds a request once customer, scope and duration are given; an empty ticket is left out', () => {
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

test('access begins at once, later, or with the first use by a time; a missing time or a count that is none builds nothing', () => {
  const local = '2026-11-24T15:03';
  const at = new Date(local).toISOString().replace('.000', '');
  expect(buildAsk({ ...draft, start: 'approval', startsAt: local, useBy: local })).not.toHaveProperty(
    'startsAt',
  );
  expect(buildAsk({ ...draft, start: 'later', startsAt: local })).toMatchObject({ startsAt: at });
  const first = buildAsk({ ...draft, start: 'first-use', useBy: local });
  expect(first).toMatchObject({ startsOn: 'first-use', useBy: at });
  expect(buildAsk({ ...draft, start: 'later' })).toBeNull();
  expect(buildAsk({ ...draft, start: 'first-use', useBy: '' })).toBeNull();
  expect(buildAsk({ ...draft, calls: '20' })).toMatchObject({ budget: { calls: 20 } });
  expect(buildAsk({ ...draft, calls: ' ' })).not.toHaveProperty('budget');
  for (const calls of ['0', '1.5', 'many']) expect(buildAsk({ ...draft, calls })).toBeNull();
});

test('what a gateway says to request fills in the form, without what the service does not offer', () => {
  const service = {
    routes: [
      { method: 'GET', path: '/tenants/{tenant}/invoices', resource: 'invoices', action: 'list' },
      { method: 'GET', path: '/tenants/{tenant}/invoices/{id}', resource: 'invoices/{id}', action: 'read' },
    ],
  };
  const filled = ticksOf(service, ['invoices:list', 'invoices/inv-7:read,delete', 'payroll/*:read', 'x', '']);
  expect(filled).toEqual({
    ticked: new Set(['invoices list', 'invoices/* read']),
    objects: 'invoices/inv-7',
  });
  expect(tickedScope(filled)).toEqual([
    { resource: 'invoices', actions: ['list'] },
    { resource: 'invoices/inv-7', actions: ['read'] },
  ]);
});

test('a template keeps what stays the same from case to case: no time, no emergency, and no customer if none is chosen', () => {
  const full = {
    ...{ ...draft, ticket: '4711', calls: '20', unmasked: true, emergency: true },
    ...{ start: 'later' as const, startsAt: '' },
  };
  const values = {
    ...{ service: 'billing', duration: 'PT30M', ticket: '4711', budget: { calls: 20 }, unmasked: true },
    scope: expect.any(Array),
  };
  expect(buildTemplate(full)).toEqual({ tenant: 'acme', ...values, justification: 'Case 4711' });
  expect(buildTemplate({ ...full, tenant: '', justification: ' ' })).toEqual(values);
  expect(buildTemplate({ ...full, ticked: new Set() })).toBeNull();
});

test('a start needs a time that is not over; a start with the approval needs none', () => {
  const now = Date.parse('2026-11-24T15:00:30Z');
  const at = (minutes: number) => localText(now + minutes * 60_000);
  expect(findTimeProblem(draft, now)).toBeNull();
  for (const [start, time] of [
    ['later', 'startsAt'],
    ['first-use', 'useBy'],
  ] as const) {
    expect(findTimeProblem({ ...draft, start }, now)).toBe('missing');
    expect(findTimeProblem({ ...draft, start, [time]: at(-60) }, now)).toBe('past');
    expect(findTimeProblem({ ...draft, start, [time]: at(0) }, now)).toBe('past');
    expect(findTimeProblem({ ...draft, start, [time]: at(60) }, now)).toBeNull();
  }
});
