/** @soak */

import {
  addTenantPerson,
  applyOrganisation,
  authenticateApiKey,
  createApiKey,
  createOwnApiKey,
  listOwnApiKeys,
  type Principal,
  removeTenantPerson,
  signInByProvider,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const ISSUER = 'http://localhost:4300';
const DAY = 86_400;
const ERIN = 'erin@northwind.example';
const ADA = 'ada@acme.example';
const TO = { device: 'Firefox', replaces: null };
const LIMITS = { idle: 1_800, absolute: 43_200 };

/** The vendor has a provider; the tenant has none. */
function withProvider() {
  const file = smallOrganisation();
  file.vendor.oidc = { issuer: ISSUER, clientId: 'countersign', clientSecretFile: '/run/secrets/oidc' };
  return file;
}

describeUseCase('SQLite', 'API keys', (bench) => {
  let flow: Workflow;
  beforeEach(async () => {
    flow = await startWorkflow(bench, withProvider());
  });

  const make = (email: string, days: number) =>
    createApiKey(flow.deps, { email, tenant: null, ttl: days * DAY });
  const signIn = () =>
    signInByProvider(
      flow.deps,
      {
        tenant: null,
        issuer: ISSUER,
        subject: 'erin',
        email: ERIN,
        emailVerified: true,
        roles: null,
        facts: null,
      },
      TO,
      LIMITS,
    );
  const inBrowser = async (email: string): Promise<Principal> => ({
    ...(await flow.as(email)),
    ...{ channel: 'web', assurance: 'oidc', authenticatedAt: flow.clock.now().toISOString() },
  });
  const worksFor = async (key: string): Promise<string> => {
    const found = await authenticateApiKey(flow.deps, key);
    return found === null ? 'nobody' : found === 'asleep' ? 'asleep' : found.person.email;
  };

  test('no key lives longer than 90 days, no matter who makes it', async () => {
    await expect(make(ERIN, 91)).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(createOwnApiKey(flow.deps, await inBrowser(ADA), 91 * DAY)).rejects.toMatchObject({
      code: 'invalid_request',
    });
    const { key } = await make(ERIN, 90);
    expect(await worksFor(key)).toBe(ERIN);
  });

  test('a stolen web session makes no key: its person has to sign in afresh', async () => {
    const ada = await inBrowser(ADA);
    flow.clock.forward(10 * 60 + 1);
    const { authenticatedAt: _, ...never } = ada;
    for (const stolen of [ada, never])
      await expect(createOwnApiKey(flow.deps, stolen, 90 * DAY)).rejects.toMatchObject({
        code: 'fresh_sign_in_required',
      });
    expect(await listOwnApiKeys(flow.deps, ada)).toEqual([]);
    const { key } = await createOwnApiKey(flow.deps, await inBrowser(ADA), 90 * DAY);
    expect(await worksFor(key)).toBe(ADA);
  });

  test('a key does not outlive the account at the provider: without a sign-in it falls asleep after 30 days', async () => {
    const { key } = await make(ERIN, 90);
    flow.clock.forward(30 * DAY - 1);
    expect(await worksFor(key)).toBe(ERIN);
    flow.clock.forward(1);
    expect(await worksFor(key)).toBe('asleep');
    const erin = await flow.as(ERIN);
    expect(await listOwnApiKeys(flow.deps, erin)).toMatchObject([{ state: 'asleep' }]);
    await signIn();
    expect(await worksFor(key)).toBe(ERIN);
    flow.clock.forward(29 * DAY);
    expect(await listOwnApiKeys(flow.deps, erin)).toMatchObject([{ state: 'valid' }]);
    flow.clock.forward(31 * DAY);
    expect(await worksFor(key)).toBe('nobody');
  });

  test('without a provider a key needs no sign-in', async () => {
    const { key } = await make(ADA, 90);
    flow.clock.forward(89 * DAY);
    expect(await worksFor(key)).toBe(ADA);
  });

  test('a key ends with its person, and does not come back with them', async () => {
    const ada: Principal = { ...(await flow.as(ADA)), channel: 'web', assurance: 'oidc' };
    const eve = { email: 'eve@acme.example', name: 'Eve', roles: ['auditor' as const] };
    const { person } = await addTenantPerson(flow.deps, ada, 'acme', eve);
    const { key } = await make(eve.email, 30);
    await removeTenantPerson(flow.deps, ada, 'acme', person.id);
    expect(await worksFor(key)).toBe('nobody');
    await addTenantPerson(flow.deps, ada, 'acme', eve);
    expect(await worksFor(key)).toBe('nobody');
  });

  test('a key ends with the last role that the provider’s groups gave', async () => {
    const file = withProvider();
    const groups = { claim: 'groups', roles: { support: ['engineer' as const] } };
    Object.assign(file.vendor.oidc ?? {}, { groups });
    await applyOrganisation(flow.deps, file, { dryRun: false });
    const { key } = await make(ERIN, 30);
    const comes = (roles: 'engineer'[]) =>
      signInByProvider(
        flow.deps,
        {
          tenant: null,
          issuer: ISSUER,
          subject: 'erin',
          email: ERIN,
          emailVerified: true,
          roles,
          facts: null,
        },
        TO,
        LIMITS,
      );
    await comes([]);
    await comes(['engineer']);
    expect(await worksFor(key)).toBe('nobody');
  });

  test('the person and their side’s admins are notified of a new key', async () => {
    const vendors = await make(ERIN, 1);
    const customers = await make(ADA, 1);
    const told = await bench.store.notices.read((unit) =>
      unit.outbox.due(flow.clock.now().toISOString(), 10),
    );
    const { person: erin } = await flow.as(ERIN);
    const { person: ada } = await flow.as(ADA);
    const kind = 'account.host-key-created';
    expect(told).toMatchObject([
      { kind, subject: vendors.id, tenant: 'deployment', audience: [erin.id, 'role:vendor:security-admin'] },
      { kind, subject: customers.id, tenant: 'acme', audience: [ada.id, 'role:acme:admin'] },
    ]);
  });
});
