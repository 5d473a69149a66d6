import { applyOrganisation } from '@countersign/access';
import { organisation, type PersonName } from '../../factories/organisation.js';
import { TestBroker } from '../harness.js';
import { codeOf, expectStatus, makeGrant } from '../story.js';

/** OpenID AuthZEN, Authorization API 1.0. */
const EVALUATION = '/access/v1/evaluation';

let broker: TestBroker;
let grant: string;
beforeAll(async () => {
  broker = await TestBroker.start();
  grant = (await makeGrant(broker)).grant;
});
afterAll(() => broker.close());

type Question = Partial<{
  person: string;
  action: string;
  resource: string;
  tenant: string;
  service: string;
}>;
const bodyOf = ({ person, action, resource, tenant, service }: Question = {}) => ({
  subject: { type: 'user', id: person ?? 'erin@vendor.example', properties: { department: 'Support' } },
  action: { name: action ?? 'read' },
  resource: {
    type: service ?? 'billing',
    id: resource ?? 'invoices/17',
    properties: { tenant: tenant ?? 'acme' },
  },
  context: { time: '2026-11-24T15:00:00Z' },
});
const asked = async (who: PersonName, question?: Question) => {
  const { body } = expectStatus(await broker.call(who, 'POST', EVALUATION, { body: bodyOf(question) }), 200);
  return body as {
    decision: boolean;
    context: { grant?: string; reason_user?: { en: string }; request?: object };
  };
};
const reason = async (who: PersonName, question?: Question) => {
  const { decision, context } = await asked(who, question);
  expect(decision).toBe(false);
  return context.reason_user?.en;
};

test('an open grant that covers it is a yes, for the engineer, the customer and those who see all', async () => {
  for (const who of ['engineer', 'approver', 'reviewer', 'vendorAuditor'] as const)
    expect(await asked(who)).toEqual({ decision: true, context: { grant } });
  expect(await asked('engineer', { person: broker.persons.engineer })).toMatchObject({ decision: true });
});

test('outside the grant it is a no that says what to ask for', async () => {
  expect(await asked('engineer', { action: 'update' })).toEqual({
    decision: false,
    context: {
      reason_user: { en: 'No grant of this person covers it now.' },
      request: {
        tenant: 'acme',
        service: 'billing',
        scope: [{ resource: 'invoices/17', actions: ['update'] }],
      },
    },
  });
  for (const question of [{ resource: 'payroll/1' }, { tenant: 'globex' }, { service: 'crm' }])
    expect(await reason('engineer', question)).toBe('No grant of this person covers it now.');
});

test('P9: a caller who may not see the grant learns nothing about it', async () => {
  for (const who of ['otherEngineer', 'foreignApprover', 'foreignAdmin'] as const)
    expect(await reason(who)).toBe('No grant of this person covers it now.');
});

test('a locked grant and an ended one are a no; so is one that changed controls have ended', async () => {
  const body = { kind: 'tenant', name: 'acme', reason: 'a look' };
  const { id } = (await broker.call('tenantAdmin', 'POST', '/api/v1/locks', { body })).body as { id: string };
  expect(await reason('engineer')).toBe('The grant that covers it is locked.');
  await broker.call('tenantAdmin', 'DELETE', `/api/v1/locks/${id}`);
  expect(await asked('engineer')).toMatchObject({ decision: true });

  const forbidding = organisation((file) => {
    file.tenants[0]!.privacyControls.forbid = [
      { service: 'billing', resource: 'invoices/17', actions: ['read'] },
    ];
  });
  await applyOrganisation(broker.host, forbidding, { dryRun: false });
  expect(await reason('engineer')).toBe('No grant of this person covers it now.');
  expect(await reason('engineer', { resource: 'invoices/18' })).toBe(
    'No grant of this person covers it now.',
  );
});

test('a request of another form is 400; its X-Request-ID comes back; the metadata name the address', async () => {
  const { resource: _left, ...rest } = bodyOf();
  expect(codeOf(await broker.call('engineer', 'POST', EVALUATION, { body: rest }))).toBe(
    '400 invalid_request',
  );
  for (const resource of ['invoices/*', '../x', ''])
    expect(codeOf(await broker.call('engineer', 'POST', EVALUATION, { body: bodyOf({ resource }) }))).toBe(
      '400 invalid_request',
    );
  const robot = { ...bodyOf(), subject: { type: 'robot', id: 'r2' } };
  expect(codeOf(await broker.call('engineer', 'POST', EVALUATION, { body: robot }))).toBe(
    '400 invalid_request',
  );
  const answer = await broker.fetch('POST', EVALUATION, {
    body: bodyOf(),
    headers: { authorization: `Bearer ${broker.keys.engineer}`, 'x-request-id': 'call-1' },
  });
  expect([answer.status, answer.headers.get('x-request-id')]).toEqual([200, 'call-1']);
  const metadata = await broker.fetch('GET', '/.well-known/authzen-configuration', {});
  expect(metadata.body).toMatchObject({
    access_evaluation_endpoint: expect.stringMatching(/\/access\/v1\/evaluation$/),
  });
});
