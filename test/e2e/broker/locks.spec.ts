import { ask } from '../../factories/ask.js';
import { TestBroker } from '../harness.js';
import { codeOf, expectStatus, makeGrant } from '../story.js';

let broker: TestBroker;
beforeAll(async () => {
  broker = await TestBroker.start();
});
afterAll(() => broker.close());

test('a tenant’s admin creates a lock, the engineer is refused with its reason, and the admin lifts it', async () => {
  const { grant, request } = await makeGrant(broker);
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
  // The grant itself is still active, but no one is told that it is open.
  const reason = {
    ...{ code: 'locked_person', by: broker.persons.tenantAdmin, at: expect.stringMatching(/Z$/) },
    ...{ side: 'customer', rule: null, why: 'an audit', text: LOCKED },
  };
  for (const reader of ['engineer', 'approver', 'securityAdmin'] as const)
    expect(await accessOf(reader, grant)).toEqual(['active', 'locked', reason]);
  for (const path of [`/api/v1/requests/${request.id}`, '/api/v1/requests', '/api/v1/standing'])
    expect(await blockedIn(path)).toEqual([['locked', reason]]);
  const list = await broker.call('approver', 'GET', '/api/v1/locks');
  expect(list.body).toEqual({ items: [lock], next: null });
  expectStatus(await broker.call('tenantAdmin', 'DELETE', `/api/v1/locks/${lock['id']}`), 200);
  expectStatus(await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/tokens`), 200);
  expect(await accessOf('engineer', grant)).toEqual(['active', 'open', null]);
});

test('a customer learns that the vendor has locked its access, and not why', async () => {
  const { grant } = await makeGrant(broker);
  const body = { kind: 'service', name: 'billing', reason: 'a leak at another customer' };
  const set = await broker.call('securityAdmin', 'POST', '/api/v1/locks', { body });
  const textFor = async (reader: 'approver' | 'securityAdmin') =>
    ((await accessOf(reader, grant))[2] as { text: string }).text;
  expect(await textFor('securityAdmin')).toBe(
    'The vendor has locked the service: a leak at another customer',
  );
  expect(await textFor('approver')).toBe('The vendor has locked the service.');
  const { id } = set.body as { id: string };
  expectStatus(await broker.call('securityAdmin', 'DELETE', `/api/v1/locks/${id}`), 200);
});

const LOCKED = 'The customer has locked the engineer: an audit';

/** What the customer’s approver reads about the only grant at an address: of one object, or of the one in a list. */
async function blockedIn(path: string): Promise<unknown[]> {
  const { body } = await broker.call('approver', 'GET', path);
  const { items, ways } = body as { items?: object[]; ways?: object[] };
  return (items ?? ways ?? [body as object]).map((each) => {
    const { access, accessReason } = each as Record<string, unknown>;
    return [access, accessReason];
  });
}

/** State, access and its reason, the same in the grant and in the list of grants. */
async function accessOf(reader: Parameters<TestBroker['call']>[0], grant: string): Promise<unknown[]> {
  type Answer = { id: string; state: string; access: string; accessReason: object | null };
  const detail = (await broker.call(reader, 'GET', `/api/v1/grants/${grant}`)).body as Answer & {
    log: object;
  };
  const { log: _log, ...one } = detail;
  const list = (await broker.call(reader, 'GET', '/api/v1/grants')).body as { items: Answer[] };
  expect(list.items.find(({ id }) => id === grant)).toEqual(one);
  return [one.state, one.access, one.accessReason];
}

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
