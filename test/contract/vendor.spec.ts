/** @soak */

import type { ApiKey, StoredKey } from '@countersign/access';
import { uuidV7Ids } from '@countersign/persistence';
import { enrolledGateway } from '../factories/enrolled-gateway.js';
import { describeOn } from './support/describe-store.js';
import { aPerson } from './support/rows.js';

const AT = '2026-11-24T15:00:00.123Z';
const POLICY = { vendorReviews: 1, maxDuration: 14_400, tokenTtl: 300, requestTtl: 43_200 };
const CONTROLS = { approvals: 1, maxDuration: null, countersign: [], slackMayApprove: [], forbid: [] };
const SERVICE = {
  name: 'billing',
  upstream: 'http://localhost:4200',
  audience: 'billing',
  tenantFrom: 'path' as const,
  routes: [{ method: 'GET', path: '/tenants/{tenant}/invoices', resource: 'invoices', action: 'list' }],
};

describeOn('SQLite', 'the vendor’s side', (bench) => {
  test('without an organisation there is no policy', async () => {
    const policy = bench.store.readAsVendor((unit) => unit.organisation.policy());
    await expect(policy).rejects.toThrow(expect.objectContaining({ code: 'no_organisation' }));
    expect(await bench.store.readAsVendor((unit) => unit.organisation.everything())).toEqual({
      vendorName: null,
      vendorOidc: null,
      vendorSlack: null,
      vendorSignals: null,
      vendorScim: null,
      vendorDomains: null,
      coverage: null,
      vendorCanaries: null,
      vendorWebhooks: [],
      policy: null,
      people: [],
      services: [],
      tenants: [],
      provisioned: [],
      waiting: [],
    });
  });

  test('the organisation is saved, changed and read back; what is removed stays, but out of sight', async () => {
    const oidc = { issuer: 'http://localhost:4300', clientId: 'c', clientSecretFile: './data/x' };
    const webhooks = [{ url: 'https://hooks.acme.example/countersign', secretFile: './data/hook' }];
    const tenant = {
      slug: 'acme',
      name: 'Acme',
      controls: CONTROLS,
      oidc,
      slack: null,
      webhooks,
      removedAt: null,
    };
    const service = { definition: SERVICE, routes: 'sha256:1', removedAt: null };
    const facts = { oidc: { country: 'DE', at: AT }, stated: { entity: 'Müller GmbH', at: AT } };
    const erin = aPerson({ roles: ['engineer', 'reviewer'], facts });
    const ada = aPerson({ tenant: 'acme', roles: ['approver', 'admin'] });
    await bench.store.asVendor(async ({ organisation }) => {
      await organisation.saveVendor({
        name: 'Northwind',
        oidc: null,
        webhooks: [],
        policy: { ...POLICY, vendorReviews: 2 },
      });
      await organisation.saveVendor({ name: 'Northwind Cloud', oidc, webhooks, policy: POLICY });
      await organisation.saveTenant({ ...tenant, name: 'A', oidc: null });
      await organisation.saveTenant(tenant);
      await organisation.saveService(service);
      await organisation.savePerson({ ...erin, name: 'E' });
      await organisation.savePerson(erin);
      await organisation.savePerson(ada);
      for (const at of [AT, 'again']) await organisation.saveRouteMap('sha256:1', SERVICE, at);
    });
    const whole = {
      vendorName: 'Northwind Cloud',
      vendorOidc: oidc,
      vendorSlack: null,
      vendorSignals: null,
      vendorScim: null,
      vendorDomains: null,
      coverage: null,
      vendorCanaries: null,
      vendorWebhooks: webhooks,
      policy: POLICY,
      provisioned: [],
      waiting: [],
    };
    expect(await bench.store.readAsVendor((unit) => unit.organisation.everything())).toEqual({
      ...whole,
      people: [erin, ada].sort((a, b) => (a.id < b.id ? -1 : 1)),
      services: [service],
      tenants: [tenant],
    });
    const seen = () =>
      bench.store.readAsVendor(async ({ organisation, ...unit }) => ({
        policy: await organisation.policy(),
        tenant: await organisation.tenant('acme'),
        known: await organisation.knowsTenant('acme'),
        service: await organisation.service('billing'),
        reviewers: await organisation.countWithRole(null, 'reviewer', 'nobody'),
        others: await organisation.countWithRole(null, 'reviewer', erin.id),
        approvers: await organisation.countWithRole('acme', 'approver', 'nobody'),
        told: await organisation.withRole('acme', 'approver'),
        endpoints: [
          await organisation.webhooks(null),
          await organisation.webhooks('acme'),
          await organisation.webhooks('globex'),
        ],
        admins: await organisation.countWithRole('globex', 'admin', 'nobody'),
        maps: [...(await unit.feed.routeMaps(['sha256:1', 'sha256:2'])).entries()],
      }));
    const here = {
      policy: POLICY,
      tenant,
      known: true,
      service,
      reviewers: 1,
      others: 0,
      approvers: 1,
      told: [ada],
      endpoints: [webhooks, webhooks, []],
      admins: 0,
      maps: [['sha256:1', SERVICE]],
    };
    expect(await seen()).toEqual(here);
    await bench.store.asVendor(async ({ organisation }) => {
      await organisation.saveTenant({ ...tenant, removedAt: AT });
      await organisation.saveService({ ...service, removedAt: AT });
      for (const person of [erin, ada]) await organisation.savePerson({ ...person, removedAt: AT });
    });
    const gone = {
      tenant: null,
      service: null,
      reviewers: 0,
      approvers: 0,
      told: [],
      endpoints: [webhooks, [], []],
    };
    expect(await seen()).toEqual({ ...here, ...gone });
    expect(await bench.store.readAsVendor((unit) => unit.organisation.persons(ada.email))).toEqual([
      { ...ada, removedAt: AT },
    ]);
  });

  test('one person has one e-mail on one side, and may be a person of another side too', async () => {
    const email = 'ada@acme.example';
    const save = (tenant: string | null) =>
      bench.store.asVendor((unit) => unit.organisation.savePerson(aPerson({ email, tenant })));
    for (const side of [null, 'acme', 'globex']) await save(side);
    for (const side of [null, 'acme']) await expect(save(side)).rejects.toThrow(/unique/i);
  });

  test('API keys are found by their hash with their person, and revoked once', async () => {
    const person = aPerson({ removedAt: AT });
    const key: ApiKey = {
      id: uuidV7Ids.next('key'),
      hash: 'a'.repeat(64),
      person: person.id,
      tenant: null,
      createdAt: AT,
      expiresAt: '2026-12-24T15:00:00Z',
      revokedAt: null,
      signedInAt: null,
    };
    const orphan = bench.store.asVendor((unit) => unit.apiKeys.insert(key));
    await expect(orphan).rejects.toThrow(/foreign key/i);
    await bench.store.asVendor(async (unit) => {
      await unit.organisation.savePerson(person);
      await unit.apiKeys.insert(key);
    });
    const read = await bench.store.readAsVendor(async (unit) => ({
      byHash: await unit.apiKeys.findByHash(key.hash),
      inOtherCase: await unit.apiKeys.findByHash(key.hash.toUpperCase()),
      byId: await unit.apiKeys.find(key.id),
      list: await unit.apiKeys.list(),
    }));
    expect(read).toEqual({ byHash: { key, person }, inOtherCase: null, byId: key, list: [{ key, person }] });
    const revoke = () => bench.store.asVendor((unit) => unit.apiKeys.revoke(key.id, AT));
    expect([await revoke(), await revoke()]).toEqual([true, false]);
    expect(await bench.store.readAsVendor((unit) => unit.apiKeys.find(key.id))).toEqual({
      ...key,
      revokedAt: AT,
    });
  });

  test('a gateway registers one identity, once, and is revoked once', async () => {
    const gateway = enrolledGateway({ id: uuidV7Ids.next('gtw'), createdAt: AT });
    await bench.store.asVendor((unit) => unit.gateways.insert(gateway));
    const register = (key: string) =>
      bench.store.asVendor((unit) => unit.gateways.registerIdentity(gateway.id, key, AT));
    const race = await Promise.all([register('k1'), register('k2'), register('k3')]);
    expect(race).toEqual([true, false, false]);
    const revoke = () => bench.store.asVendor((unit) => unit.gateways.revoke(gateway.id, AT));
    expect([await revoke(), await revoke()]).toEqual([true, false]);
    expect(await bench.store.readAsVendor((unit) => unit.gateways.list())).toEqual([
      { ...gateway, publicKey: 'k1', revokedAt: AT, lastSeenAt: AT },
    ]);
  });

  test('signing keys are listed by use, oldest first, and retire and end', async () => {
    const key = (kid: string, use: StoredKey['use'], createdAt: string): StoredKey => ({
      kid,
      use,
      publicJwk: { kty: 'EC', kid },
      secret: `pem of ${kid}`,
      createdAt,
      activeFrom: createdAt,
      retiresAt: null,
      revokedAt: null,
    });
    const [older, newer, feed] = [
      key('z', 'token', AT),
      key('a', 'token', '2026-11-25T15:00:00.000Z'),
      key('f', 'feed', AT),
    ] as const;
    await bench.store.asVendor(async (unit) => {
      for (const each of [newer, older, feed]) await unit.keys.insert(each);
      await unit.keys.retire('z', '2026-11-26T15:00:00.000Z');
      expect([await unit.keys.revoke('a', AT), await unit.keys.revoke('a', AT)]).toEqual([true, false]);
    });
    expect(await bench.store.readAsVendor((unit) => unit.keys.list('token'))).toEqual([
      { ...older, retiresAt: '2026-11-26T15:00:00.000Z' },
      { ...newer, revokedAt: AT },
    ]);
    expect(await bench.store.readAsVendor((unit) => unit.keys.list('feed'))).toEqual([feed]);
  });
});
