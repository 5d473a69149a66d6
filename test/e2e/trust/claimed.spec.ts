/** @soak */

import { applyOrganisation, createApiKey, type Organisation, resetTrust } from '@countersign/access';
import { organisation, PEOPLE } from '../../factories/organisation.js';
import { claim, signProposal, trustOf } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { onlyInSoak, rowsOfEachKind } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { codeOf } from '../story.js';

let broker: TestBroker;
let ada: Customer;
beforeEach(async () => {
  broker = await TestBroker.start();
  ada = await Customer.of(broker, 'approver');
  await claim([ada]);
});
afterEach(() => broker.close());

type Tenant = Organisation['tenants'][number];
const apply = (change: (acme: Tenant, file: Organisation) => void, dryRun = false) =>
  applyOrganisation(
    broker.host,
    organisation((file) => change(file.tenants[0] as Tenant, file)),
    { dryRun },
  );
const controlled =
  (change: Partial<Tenant['privacyControls']>) =>
  ({ privacyControls }: Tenant): void =>
    void Object.assign(privacyControls, change);
const PROVIDER = { issuer: 'http://localhost:1', clientId: 'x', clientSecretFile: './x' };
const controls = () => ada.ask('GET', 'privacy-controls');

const WIDENED: [string, (acme: Tenant, file: Organisation) => void][] = [
  ['a longer time', controlled({ maxDuration: 7_200 })],
  ['no longest time', controlled({ maxDuration: null })],
  ['more by Slack', ({ privacyControls }) => void privacyControls.slackMayApprove.push('update')],
  ['another name', (acme) => void Object.assign(acme, { name: 'Acme Ltd' })],
  ['another provider', (acme) => void Object.assign(acme, { oidc: PROVIDER })],
  [
    'an additional person',
    ({ people }) => void people.push({ email: 'eve@acme.example', name: 'Eve', roles: ['approver'] }),
  ],
  [
    'another role',
    ({ people }) => void people.find(({ email }) => email.startsWith('art'))?.roles.push('approver'),
  ],
];
/** What a claimed tenant allows, and whom it has. */
const kindOf = ([what]: (typeof WIDENED)[number]) => (/person|role/.test(what) ? 'people' : 'settings');

test.each(rowsOfEachKind(WIDENED, kindOf))(
  'P12: the host cannot apply %s to a claimed tenant; nothing in the file takes effect',
  async (_what, change) => {
    const before = await controls();
    const widened = (acme: Tenant, file: Organisation) => {
      change(acme, file);
      Object.assign(file.accessPolicy, { tokenTtl: 60 });
    };
    for (const dryRun of [true, false])
      await expect(apply(widened, dryRun)).rejects.toMatchObject({ code: 'tenant_claimed' });
    expect(await controls()).toEqual(before);
    const changes = await apply(
      (_acme, file) => void Object.assign(file.accessPolicy, { tokenTtl: 60 }),
      true,
    );
    expect(changes.map(({ kind }) => kind)).toEqual(['vendor']);
  },
);

onlyInSoak(() => {
  test('P12: the host may reduce access to a claimed tenant, and may change an unclaimed tenant freely', async () => {
    const changes = await apply((acme, file) => {
      Object.assign(acme.privacyControls, {
        maxDuration: 600,
        countersign: ['update', 'read'],
        slackMayApprove: [],
      });
      acme.privacyControls.forbid.push({ service: 'billing', resource: 'invoices/1', actions: ['*'] });
      acme.people = acme.people.filter(({ email }) => !email.startsWith('bob'));
      file.tenants[1]?.people.push({ email: 'eve@globex.example', name: 'Eve', roles: ['approver'] });
    });
    expect(changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`)).toEqual([
      'change tenant acme',
      'add person eve@globex.example (globex)',
      'remove person bob@acme.example (acme)',
    ]);
    expect(await controls()).toMatchObject({ maxDuration: 'PT10M' });
    await expect(apply(controlled({ maxDuration: 3_600 }))).rejects.toMatchObject({
      code: 'tenant_claimed',
    });
  });

  test('P12: a change to what the trust document covers becomes a proposal for the tenant’s own people, with the matching controls', async () => {
    await apply(controlled({ countersign: [], forbid: [] }));
    const [before, { proposal }] = [await controls(), await trustOf(ada)];
    expect(before).toMatchObject({ countersign: ['update'] });
    expect(proposal).toMatchObject({
      by: 'host',
      document: { countersign: { exceptActions: ['update'] }, forbid: [] },
      controls: { before: { maxDuration: 'PT1H' }, after: { countersign: [], forbid: [] } },
    });
    if (proposal === null) throw new Error('nothing is proposed');
    expect((await signProposal(ada, proposal)).state).toBe('adopted');
    expect(await controls()).toMatchObject({ countersign: [], forbid: [] });
  });

  test('the tenant’s people see a pending reset and may object', async () => {
    const { id, createdAt } = await resetTrust(broker.host, 'acme', 'lost');
    expect(await ada.ask('GET', 'trust')).toMatchObject({
      claimed: true,
      reset: { id, reason: 'lost', createdAt },
    });
    const ann = await Customer.of(broker, 'tenantAdmin');
    const bob = await Customer.of(broker, 'secondApprover');
    expect(codeOf(await bob.call('DELETE', 'trust/reset'))).toBe('403 forbidden');
    expect((await ann.call('DELETE', 'trust/reset')).status).toBe(204);
    expect(codeOf(await ann.call('DELETE', 'trust/reset'))).toBe('409 wrong_state');
    expect(await ada.ask('GET', 'trust')).toMatchObject({ reset: null });
  });
});

test('P12: only its own people can create a claimed tenant’s API keys, and only in a browser', async () => {
  const input = { email: PEOPLE.approver.email, ttl: 3_600 };
  for (const tenant of ['acme', null])
    await expect(createApiKey(broker.host, { ...input, tenant })).rejects.toMatchObject({
      code: 'tenant_claimed',
    });
  await createApiKey(broker.host, { email: PEOPLE.foreignApprover.email, tenant: 'globex', ttl: 60 });
  const mailed = await Customer.of(broker, 'approver', { assurance: 'mail-code' });
  const ttl = { ttl: 'PT8H' };
  expect(codeOf(await mailed.call('POST', '/api/v1/keys', ttl))).toBe('403 forbidden');
  expect(codeOf(await broker.call('approver', 'POST', '/api/v1/keys', { body: ttl }))).toBe('403 forbidden');
  expect(codeOf(await ada.call('POST', '/api/v1/keys', { ttl: 'P400D' }))).toBe('400 invalid_request');

  const apiKey = await ada.ask<{ id: string; key: string }>('POST', '/api/v1/keys', ttl, 201);
  const by = { headers: { authorization: `Bearer ${apiKey.key}` } };
  expect((await broker.fetch('GET', '/api/v1/whoami', by)).status).toBe(200);
  const events = await broker.call('tenantAuditor', 'GET', '/api/v1/tenants/acme/events?limit=1');
  expect(events.body).toMatchObject({
    items: [{ type: 'api-key.created', actor: ada.id, data: { key: apiKey.id, person: ada.id } }],
  });
  const listed = await ada.ask<{ items: { id: string }[] }>('GET', '/api/v1/keys');
  expect(listed.items[0]).toMatchObject({ id: apiKey.id, revokedAt: null });
  expect(JSON.stringify(listed)).not.toContain(apiKey.key);
  const bob = await Customer.of(broker, 'secondApprover');
  expect(codeOf(await bob.call('DELETE', `/api/v1/keys/${apiKey.id}`))).toBe('404 not_found');
  expect((await ada.call('DELETE', `/api/v1/keys/${apiKey.id}`)).status).toBe(204);
  expect((await broker.fetch('GET', '/api/v1/whoami', by)).status).toBe(401);
});
