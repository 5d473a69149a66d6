import type { PrivacyControls, ReadUnit, TenantRecord } from '@countersign/access';
import { describeStore } from './support/describe-store.js';
import { aPerson } from './support/rows.js';

const CONTROLS: PrivacyControls = {
  approvals: 1,
  maxDuration: null,
  countersign: [],
  slackMayApprove: [],
  forbid: [],
};
const tenant = (slug: string, approvals: number): TenantRecord => ({
  slug,
  name: slug,
  controls: { ...CONTROLS, approvals },
  oidc: null,
  slack: null,
  webhooks: [],
  removedAt: null,
});

describeStore('what a process keeps of the organisation', (bench) => {
  const save = (record: TenantRecord, store = bench.store) =>
    store.asVendor((unit) => unit.organisation.saveTenant(record));
  const approvals = (unit: Pick<ReadUnit, 'organisation'>) =>
    unit.organisation.tenant('acme').then((found) => found?.controls.approvals);
  /** As each kind of unit that keeps it sees it. */
  const seen = async (store = bench.store) => [
    await store.readForTenant('acme', approvals),
    await store.readAsVendor(approvals),
    await store.forTenant('acme', approvals),
  ];

  test('is gone with the next change, by this process, by another, or by hand', async () => {
    const other = await bench.database.open();
    await save(tenant('acme', 1));
    expect([await seen(), await seen(other)].flat()).toEqual([1, 1, 1, 1, 1, 1]);
    await save(tenant('acme', 2));
    expect([await seen(), await seen(other)].flat()).toEqual([2, 2, 2, 2, 2, 2]);
    await save(tenant('acme', 3), other);
    expect([await seen(), await seen(other)].flat()).toEqual([3, 3, 3, 3, 3, 3]);
    await bench.database.raw(
      `UPDATE tenants SET controls = '${JSON.stringify({ ...CONTROLS, approvals: 4 })}' WHERE slug = 'acme'`,
    );
    expect([await seen(), await seen(other)].flat()).toEqual([4, 4, 4, 4, 4, 4]);
  });

  test('is gone with a restore, though the version counts up to the same number again', async () => {
    await save(tenant('acme', 1));
    await save(tenant('acme', 2));
    expect(await seen()).toEqual([2, 2, 2]);
    await bench.store.asVendor((unit) => unit.feed.openEpoch());
    await bench.database.raw('UPDATE deployment SET organisation_version = organisation_version - 1');
    await save(tenant('acme', 3), await bench.database.open());
    expect(await seen()).toEqual([3, 3, 3]);
  });

  test('a change that was rolled back leaves nothing behind', async () => {
    await save(tenant('acme', 1));
    const failed = bench.store.asVendor(async (unit) => {
      await unit.organisation.saveTenant(tenant('acme', 5));
      // Read inside the unit that changes it, also through the tenant's own part of it.
      expect(await approvals(unit)).toBe(5);
      expect(await approvals(await unit.tenant('acme'))).toBe(5);
      throw new Error('on second thoughts');
    });
    await expect(failed).rejects.toThrow('on second thoughts');
    expect(await seen()).toEqual([1, 1, 1]);
    await save(tenant('globex', 1));
    expect(await seen()).toEqual([1, 1, 1]);
  });

  test('P9: people are cached for each tenant separately, no matter who asked first', async () => {
    const [own, theirs, staff] = [
      aPerson({ tenant: 'acme', roles: ['approver'] }),
      aPerson({ tenant: 'globex', roles: ['approver'] }),
      aPerson(),
    ];
    await bench.store.asVendor(async ({ organisation }) => {
      for (const slug of ['acme', 'globex']) await organisation.saveTenant(tenant(slug, 1));
      for (const person of [own, theirs, staff]) await organisation.savePerson(person);
    });
    const people = (unit: ReadUnit) =>
      Promise.all([own, theirs, staff].map(({ id }) => unit.organisation.person(id)));
    for (let round = 0; round < 2; round += 1) {
      expect(await bench.store.readForTenant('acme', people)).toEqual([own, null, staff]);
      expect(await bench.store.readAsVendor(people)).toEqual([own, theirs, staff]);
      expect(await bench.store.readForTenant('globex', people)).toEqual([null, theirs, staff]);
      const counted = (unit: ReadUnit) => unit.organisation.countWithRole('acme', 'approver', '');
      expect(await bench.store.readForTenant('acme', counted)).toBe(1);
      expect(await bench.store.readForTenant('globex', counted)).toBe(0);
    }
  });

  test('P2: a role that was taken away is gone from the next unit on', async () => {
    const reviewer = aPerson({ roles: ['reviewer'] });
    const savePerson = (change: object) =>
      bench.store.asVendor((unit) => unit.organisation.savePerson({ ...reviewer, ...change }));
    const reviewers = () =>
      bench.store.readAsVendor((unit) => unit.organisation.countWithRole(null, 'reviewer', ''));
    await savePerson({});
    expect(await reviewers()).toBe(1);
    await savePerson({ removedAt: '2026-11-24T15:00:00Z' });
    expect(await reviewers()).toBe(0);
  });

  test('cannot be changed by the code that received it', async () => {
    await save(tenant('acme', 1));
    const found = await bench.store.readAsVendor((unit) => unit.organisation.tenant('acme'));
    expect(() => Object.assign(found?.controls ?? {}, { approvals: 0 })).toThrow(TypeError);
    expect(await seen()).toEqual([1, 1, 1]);
  });
});
