import { ask } from '../../factories/ask.js';
import { TestBroker } from '../harness.js';
import { codeOf, expectStatus, makeGrant } from '../story.js';

let broker: TestBroker;
beforeAll(async () => {
  broker = await TestBroker.start();
});
afterAll(() => broker.close());

test('a tenant’s admin creates a lock, the engineer is refused with its reason, and the admin lifts it', async () => {
  const { grant } = await makeGrant(broker);
  const set = await broker.call('tenantAdmin', 'POST', '/api/v1/locks', {
    body: { kind: 'person', name: 'erin@vendor.example', reason: 'an audit', duration: 'PT1H' },
  });
  expect(set.status).toBe(201);
  const lock = set.body as Record<string, unknown>;
  expect(lock).toEqual({
    id: expect.stringMatching(/^lck_/),
    kind: 'person',
    name: broker.persons.engineer,
    tenant: 'acme',
    side: 'customer',
    reason: 'an audit',
    expiresAt: expect.stringMatching(/Z$/),
  });
  const refused = await broker.call('engineer', 'POST', '/api/v1/requests', { body: ask() });
  expect(codeOf(refused)).toBe('422 request_refused');
  expect((refused.body as { refusals: unknown[] }).refusals).toEqual([
    expect.objectContaining({ code: 'locked', pointer: '' }),
  ]);
  expect(codeOf(await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/tokens`))).toBe(
    '409 grant_not_active',
  );
  const list = await broker.call('approver', 'GET', '/api/v1/locks');
  expect(list.body).toEqual({ items: [lock], next: null });
  expectStatus(await broker.call('tenantAdmin', 'DELETE', `/api/v1/locks/${lock['id']}`), 200);
  expectStatus(await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/tokens`), 200);
});

test.each<[string, Record<string, unknown>, string]>([
  ['another kind', { kind: 'world' }, '/kind'],
  ['no reason', { reason: ' ' }, '/reason'],
  ['a time in words', { duration: 'a day' }, '/duration'],
  ['an unknown member', { tenant: 'globex' }, '/tenant'],
])('%s is malformed', async (_title, change, pointer) => {
  const body = { kind: 'tenant', name: 'acme', reason: 'audit', ...change };
  const answer = await broker.call('securityAdmin', 'POST', '/api/v1/locks', { body });
  expect([codeOf(answer), (answer.body as { pointer?: string }).pointer]).toEqual([
    '400 invalid_request',
    pointer,
  ]);
});
