/** @soak */

import {
  AccessError,
  addressOf,
  applyOrganisation,
  changeProvisionedGroup,
  changeProvisionedUser,
  createProvisionedGroup,
  createProvisionedUser,
  findProvisionedUsers,
  type Organisation,
  type ProvisionedUserInput,
  removeProvisionedUser,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { Claimant, claimFor } from '../support/claimant.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const refused = (code: string) => expect.objectContaining({ code });

function provisioned(change: (file: Organisation) => void = () => {}): Organisation {
  const file = smallOrganisation();
  file.vendor.scim = { groups: { Engineers: ['engineer'] } };
  file.tenants[0]!.scim = { groups: { Approvers: ['approver'], Admins: ['admin'] } };
  change(file);
  return file;
}

const user = (userName: string, more: Partial<ProvisionedUserInput> = {}): ProvisionedUserInput => ({
  profile: { userName },
  externalId: null,
  active: true,
  ...more,
});

describeUseCase('SQLite', 'people whom a SCIM client keeps', (bench) => {
  let flow: Workflow;
  beforeEach(async () => {
    flow = await startWorkflow(bench, provisioned());
  });
  const apply = (change?: (file: Organisation) => void) =>
    applyOrganisation(flow.deps, provisioned(change), { dryRun: false });
  const person = (email: string, tenant: string | null = 'acme') =>
    bench.store.readAsVendor(async (unit) =>
      (await unit.organisation.persons(email)).find((each) => each.tenant === tenant),
    );
  const idOf = async (email: string, tenant: string | null = 'acme') =>
    (await person(email, tenant))?.id ?? '';
  const setActive = async (email: string, active: boolean) =>
    changeProvisionedUser(flow.deps, 'acme', await idOf(email), (current) => ({ ...current, active }));
  const makeGroup = async (name: string, ...emails: string[]) =>
    createProvisionedGroup(flow.deps, 'acme', {
      name,
      externalId: null,
      members: await Promise.all(emails.map((email) => idOf(email))),
    });

  test('a client cannot fill the store: a side has at most 10,000 people and 200 groups', async () => {
    const known = await bench.store.readAsVendor((unit) => unit.organisation.countSide('acme'));
    expect(known).toBeGreaterThan(0);
    /** The store, as if it had so many rows more of the side. */
    const withMore = (more: { people: number; groups: number }) => {
      const store = Object.create(bench.store) as typeof bench.store;
      store.asVendor = (work) =>
        bench.store.asVendor((unit) => {
          const { organisation, scimGroups } = unit;
          const [people, groups] = [organisation.countSide, scimGroups.countSide];
          organisation.countSide = async (side) => more.people + (await people.call(organisation, side));
          scimGroups.countSide = async (side) => more.groups + (await groups.call(scimGroups, side));
          return work(unit);
        });
      return { ...flow.deps, store };
    };
    const group = (name: string) => ({ name, externalId: null, members: [] });
    const people = withMore({ people: 10_000 - known - 1, groups: 0 });
    await createProvisionedUser(people, 'acme', user('dan@acme.example'));
    await expect(createProvisionedUser(people, 'acme', user('eve@acme.example'))).rejects.toThrow(
      refused('invalid_request'),
    );
    // People who are known are no more rows.
    await createProvisionedUser(people, 'acme', user('bob@acme.example'));
    const groups = withMore({ people: 0, groups: 199 });
    await createProvisionedGroup(groups, 'acme', group('A'));
    await expect(createProvisionedGroup(groups, 'acme', group('B'))).rejects.toThrow(
      refused('invalid_request'),
    );
  });

  test('apply neither removes nor changes whom the client has made, nor brings back whom it has deactivated', async () => {
    await createProvisionedUser(flow.deps, 'acme', user('dan@acme.example'));
    await makeGroup('Approvers', 'dan@acme.example');
    await setActive('bob@acme.example', false);
    expect(await apply()).toEqual([]);
    expect(await person('dan@acme.example')).toMatchObject({ roles: ['approver'], removedAt: null });
    expect(await person('bob@acme.example')).toMatchObject({ removedAt: expect.any(String) });
  });

  test('apply gives the roles of groups again if the file says otherwise about them', async () => {
    await createProvisionedUser(flow.deps, 'acme', user('dan@acme.example'));
    await makeGroup('Approvers', 'dan@acme.example');
    await apply((file) => {
      file.tenants[0]!.scim = { groups: { Approvers: ['auditor'] } };
    });
    expect(await person('dan@acme.example')).toMatchObject({ roles: ['auditor'] });
  });

  test('the file decides again about everyone once it accepts no client any more', async () => {
    await createProvisionedUser(flow.deps, 'acme', user('dan@acme.example'));
    await setActive('bob@acme.example', false);
    await apply((file) => {
      delete file.tenants[0]!.scim;
    });
    expect(await person('dan@acme.example')).toMatchObject({ removedAt: expect.any(String) });
    expect(await person('bob@acme.example')).toMatchObject({ roles: ['approver'], removedAt: null });
    await expect(createProvisionedUser(flow.deps, 'acme', user('x@acme.example'))).rejects.toThrow(
      refused('forbidden'),
    );
  });

  test('a person of the file keeps their roles until a group says otherwise', async () => {
    await createProvisionedUser(flow.deps, 'acme', user('Bob@ACME.example', { externalId: 'b' }));
    expect(await person('bob@acme.example')).toMatchObject({ roles: ['approver'] });
    await makeGroup('Admins', 'bob@acme.example');
    expect(await person('bob@acme.example')).toMatchObject({ roles: ['admin'] });
    await apply();
    expect(await person('bob@acme.example')).toMatchObject({ roles: ['admin'] });
  });

  test('P2: the file cannot make vendor staff of a person whom a customer’s client has made', async () => {
    await createProvisionedUser(flow.deps, 'acme', user('dan@shared.example'));
    const staff = { email: 'dan@shared.example', name: 'Dan', roles: ['engineer' as const] };
    expect((await apply((file) => void file.vendor.staff.push(staff))).map(({ action }) => action)).toEqual([
      'skip',
    ]);
    expect((await person('dan@shared.example'))?.tenant).toBe('acme');
  });

  test('a deleted person is no user, and is the same person when the client makes them again', async () => {
    const { id } = await createProvisionedUser(flow.deps, 'acme', user('dan@acme.example'));
    await removeProvisionedUser(flow.deps, 'acme', id, () => {});
    expect(await findProvisionedUsers(flow.deps, 'acme')).not.toContain(id);
    expect((await createProvisionedUser(flow.deps, 'acme', user('dan@acme.example'))).id).toBe(id);
  });

  test('plus-tag: the owner of another +tag is not the person, so a client cannot pass one off as the other', async () => {
    const bob = await idOf('bob@acme.example');
    await expect(createProvisionedUser(flow.deps, 'acme', user('bob+helpdesk@acme.example'))).rejects.toThrow(
      refused('conflict'),
    );
    await expect(
      changeProvisionedUser(flow.deps, 'acme', bob, (current) => ({
        ...current,
        profile: { userName: 'bob+helpdesk@acme.example' },
      })),
    ).rejects.toThrow(refused('invalid_request'));
    const helpdesk = user('desk+acme@acme.example');
    const { id } = await createProvisionedUser(flow.deps, 'acme', helpdesk);
    expect(addressOf((await person('desk@acme.example'))!)).toBe('desk+acme@acme.example');
    await removeProvisionedUser(flow.deps, 'acme', id, () => {});
    // Whoever comes back is reached where the provider says now, not where they were before.
    await createProvisionedUser(flow.deps, 'acme', user('desk@acme.example', { active: false }));
    await setActive('desk@acme.example', true);
    expect(addressOf((await person('desk@acme.example'))!)).toBe('desk@acme.example');
  });

  test('of two clients that make the same person at once, one is refused', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 4 }, () => createProvisionedUser(flow.deps, 'acme', user('dan@acme.example'))),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const each of results)
      if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(AccessError);
  });

  describe('of a claimed tenant', () => {
    beforeEach(async () => {
      await claimFor([await Claimant.of(flow, 'ada@acme.example')]);
    });

    test('P12: are never more, and never may more, by what a client says', async () => {
      for (const active of [true, false])
        await expect(
          createProvisionedUser(flow.deps, 'acme', user('mallory@acme.example', { active })),
        ).rejects.toThrow(refused('tenant_claimed'));
      await makeGroup('Admins', 'bob@acme.example', 'cara@acme.example');
      expect(await person('cara@acme.example')).toMatchObject({ roles: [] });
      expect(await person('bob@acme.example')).toMatchObject({ roles: [] });
      const named = { profile: { userName: 'ada@acme.example', displayName: 'Someone Else' } };
      await changeProvisionedUser(flow.deps, 'acme', await idOf('ada@acme.example'), (current) => ({
        ...current,
        ...named,
      }));
      expect(await person('ada@acme.example')).toMatchObject({
        name: 'Ada Moreau',
        roles: ['admin', 'approver'],
      });
      await setActive('bob@acme.example', false);
      expect(await person('bob@acme.example')).toMatchObject({ removedAt: expect.any(String) });
      await expect(setActive('bob@acme.example', true)).rejects.toThrow(refused('tenant_claimed'));
      await expect(
        apply((file) => {
          file.tenants[0]!.scim = { groups: { Admins: ['admin', 'approver'] } };
        }),
      ).rejects.toThrow(refused('tenant_claimed'));
    });

    test('lose a role that their group no longer gives, while others join it', async () => {
      const group = await makeGroup('Approvers', 'bob@acme.example');
      expect(await person('bob@acme.example')).toMatchObject({ roles: ['approver'] });
      await changeProvisionedGroup(flow.deps, 'acme', group.id, (current) => ({ ...current, members: [] }));
      expect(await person('bob@acme.example')).toMatchObject({ roles: [] });
    });
  });
});
