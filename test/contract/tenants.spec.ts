import type { ReadUnit } from '@countersign/access';
import { NO_OUTCOME } from '@countersign/contract';
import { describeStore } from './support/describe-store.js';
import { aGrant, aPerson, aRecord, aRequest, aReview, NOW } from './support/rows.js';

const CONTROLS = { approvals: 1, maxDuration: null, countersign: [], slackMayApprove: [], forbid: [] };
const ALL = { cursor: null, limit: 50 };

describeStore('tenants apart from each other', (bench) => {
  const commitment = (tenant: string) => `c1:${tenant.padEnd(43, 'A')}`;

  /** One row of everything for one tenant. */
  async function fill(tenant: string) {
    const request = aRequest({ tenant });
    const grant = aGrant(request);
    const review = aReview(request);
    const record = aRecord(grant);
    const person = aPerson({ tenant, roles: ['approver'] });
    await bench.store.asVendor(async (unit) => {
      const record_ = {
        slug: tenant,
        name: tenant,
        controls: CONTROLS,
        oidc: null,
        slack: null,
        webhooks: [],
        removedAt: null,
      };
      await unit.organisation.saveTenant(record_);
      await unit.organisation.savePerson(person);
    });
    await bench.store.forTenant(tenant, async (unit) => {
      await unit.requests.insert(request);
      await unit.grants.insert(grant);
      await unit.reviews.insert(review);
      await unit.records.insert([record]);
      const { gateway, boot } = record;
      await unit.records.moveCursors([{ gateway, boot, seq: 1, hash: 'sha256:x', head: null }], NOW);
      await unit.openings.save([
        { commitment: commitment(tenant), name: 'justification', opening: { value: 'why', salt: 'salt' } },
      ]);
      await unit.log.append({
        type: 'grant.started',
        at: NOW,
        actor: 'job',
        data: {
          ...{ grant: grant.id, request: request.id, requester: request.requester, digest: grant.digest },
          ...{ startsAt: NOW, endsAt: NOW },
        },
      });
    });
    return { request, grant, review, record, person };
  }

  test('P9: no repository of a tenant’s read gives anything of another tenant', async () => {
    const theirs = await fill('acme');
    const own = await fill('globex');
    const vendor = aPerson({ roles: ['reviewer'] });
    await bench.store.asVendor((unit) => unit.organisation.savePerson(vendor));

    const look = (slug: string) =>
      bench.store.readForTenant(slug, async (unit: ReadUnit) => ({
        request: await unit.requests.find(theirs.request.id),
        requests: (await unit.requests.list({}, ALL)).items.map((item) => item.tenant),
        requestsAsked: (await unit.requests.list({ tenant: 'acme' }, ALL)).items,
        open: await unit.requests.countOpen('acme', theirs.request.requester),
        grant: await unit.grants.find(theirs.grant.id),
        grants: (await unit.grants.list({}, ALL)).items.map((item) => item.tenant),
        grantsAsked: (await unit.grants.list({ grant: theirs.grant.id }, ALL)).items,
        reviews: await unit.reviews.ofRequests([theirs.request.id]),
        openings: (await unit.openings.find([commitment('acme')])).size,
        records: (await unit.records.list({}, ALL)).items.map((item) => item.tenant),
        recordsAsked: (await unit.records.list({ tenant: 'acme' }, ALL)).items,
        events: (await unit.events.list({}, ALL)).items.map((item) => JSON.parse(item.leaf).tenant),
        eventsAsked: (await unit.events.list({ grant: theirs.grant.id }, ALL)).items,
        tenant: await unit.organisation.tenant('acme'),
        person: await unit.organisation.person(theirs.person.id),
        approvers: await unit.organisation.countWithRole('acme', 'approver', 'nobody'),
      }));
    expect(await look('globex')).toEqual({
      request: null,
      requests: ['globex'],
      requestsAsked: [],
      open: 0,
      grant: null,
      grants: ['globex'],
      grantsAsked: [],
      reviews: [],
      openings: 0,
      records: ['globex'],
      recordsAsked: [],
      events: ['globex'],
      eventsAsked: [],
      tenant: null,
      person: null,
      approvers: 0,
    });
    expect(await look('acme')).toMatchObject({
      request: { id: theirs.request.id },
      grant: { id: theirs.grant.id },
      open: 1,
      openings: 1,
      tenant: { slug: 'acme' },
      person: theirs.person,
      approvers: 1,
    });
    const staff = await bench.store.readForTenant('globex', (unit) => unit.organisation.person(vendor.id));
    expect(staff).toEqual(vendor);
    const all = await bench.store.readAsVendor((unit) => unit.requests.list({}, ALL));
    expect(all.items.map((item) => item.id)).toEqual([own.request.id, theirs.request.id]);
  });

  test('P9: another tenant’s cursor leads nowhere', async () => {
    const { request } = await fill('acme');
    await fill('globex');
    const page = bench.store.readForTenant('globex', (unit) =>
      unit.requests.list({}, { cursor: request.id, limit: 5 }),
    );
    await expect(page).rejects.toThrow(
      expect.objectContaining({ code: 'invalid_request', pointer: '/cursor' }),
    );
  });

  test('P9: a writing unit neither finds, changes nor inserts rows of another tenant', async () => {
    const { request, grant, review, record } = await fill('acme');
    await fill('globex');
    const moved = { ...request, tenant: 'globex', version: 2, state: 'denied' as const };
    const seen = await bench.store.forTenant('globex', async (unit) => {
      await unit.grants.addUse([{ grant: grant.id, calls: 5, bytes: 5 }]);
      await unit.records.complete([
        {
          ...{ ...NO_OUTCOME, id: record.id, status: 200, bytes: 1, durationMs: 1, outcome: 'completed' },
        },
      ]);
      return {
        request: await unit.requests.find(request.id),
        updated: await unit.requests.update(moved),
        ended: await unit.grants.update({ ...grant, tenant: 'globex', version: 2, state: 'ended' }),
        completed: await unit.records.allowed([record.id]),
        cursors: await unit.records.cursors([{ gateway: record.gateway, boot: record.boot }]),
      };
    });
    expect(seen).toEqual({ request: null, updated: false, ended: false, completed: [], cursors: [] });
    const records = await bench.store.readForTenant('acme', (unit) => unit.records.list({}, ALL));
    expect(records.items).toEqual([record]);
    expect(await bench.store.readForTenant('acme', (unit) => unit.grants.find(grant.id))).toEqual(grant);

    const writes = [
      () => bench.store.forTenant('globex', (unit) => unit.requests.insert(aRequest({ tenant: 'acme' }))),
      () => bench.store.forTenant('globex', (unit) => unit.requests.update({ ...request, version: 2 })),
      () => bench.store.forTenant('globex', (unit) => unit.grants.insert(aGrant(request))),
      () => bench.store.forTenant('globex', (unit) => unit.reviews.insert({ ...review, id: 'rev_x' })),
      () => bench.store.forTenant('globex', (unit) => unit.records.insert([{ ...record, id: 'rec_x' }])),
    ];
    for (const write of writes)
      await expect(write()).rejects.toThrow(expect.objectContaining({ code: 'foreign_tenant' }));
  });

  test.each(['', 'Acme', 'acme corp', '../acme'])('no unit is opened for “%s”', async (slug) => {
    const refused = expect.objectContaining({ code: 'invalid_tenant' });
    await expect(bench.store.readForTenant(slug, async () => 1)).rejects.toThrow(refused);
    await expect(bench.store.forTenant(slug, async () => 1)).rejects.toThrow(refused);
  });

  test('case matters: neither tenants, ids nor e-mails are the same in another case', async () => {
    const { request } = await fill('acme');
    const found = await bench.store.readAsVendor(async (unit) => ({
      id: await unit.requests.find(request.id.toUpperCase()),
      list: (await unit.requests.list({ tenant: 'ACME' }, ALL)).items,
      persons: await unit.organisation.persons('ADA@acme.example'),
    }));
    expect(found).toEqual({ id: null, list: [], persons: [] });
    const [lower, upper] = [aPerson({ email: 'ada@acme.example' }), aPerson({ email: 'ADA@acme.example' })];
    await bench.store.asVendor(async (unit) => {
      await unit.organisation.savePerson(lower);
      await unit.organisation.savePerson(upper);
    });
    expect(await bench.store.readAsVendor((unit) => unit.organisation.persons('ada@acme.example'))).toEqual([
      lower,
    ]);
  });
});
