/** @soak */

import {
  addTenantPerson,
  applyOrganisation,
  changeProvisionedGroup,
  changeProvisionedUser,
  changeTenantPerson,
  confirmWidening,
  createProvisionedGroup,
  createProvisionedUser,
  getPrivacyControls,
  listWidenings,
  type Organisation,
  type Person,
  type Principal,
  type PrivacyControls,
  removeTenantPerson,
  runDueTransitions,
  setPrivacyControls,
  signInByProvider,
  withdrawWidening,
} from '@countersign/access';
import type { TenantRole } from '@countersign/contract';
import { smallOrganisation } from '../factories/small-organisation.js';
import { Claimant, claimFor } from '../support/claimant.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const RULE = { delay: DAY, secondAdmin: true };
const LIMITS = { idle: HOUR, absolute: 8 * HOUR };
const NEVER = '2099-01-01T00:00:00Z';

type Change = (acme: Organisation['tenants'][number], file: Organisation) => void;

/** Ada and Bob are admins of acme, whose controls let widenings wait. */
function organisation(change: Change = () => undefined): Organisation {
  const file = smallOrganisation();
  const acme = file.tenants[0]!;
  acme.privacyControls = { ...acme.privacyControls, widening: RULE };
  acme.people = acme.people.map((person) =>
    person.email.startsWith('bob') ? { ...person, roles: ['approver', 'admin'] } : person,
  );
  change(acme, file);
  return file;
}

describeUseCase('SQLite', 'who decides, while widenings wait', (bench) => {
  let flow: Workflow;
  let ada: Principal;
  let bob: Principal;

  const start = async (change?: Change) => {
    flow = await startWorkflow(bench, organisation(change));
    ada = await flow.as('ada@acme.example');
    // Nobody, if the test leaves Bob out.
    bob = await flow.as('bob@acme.example').catch(() => ada);
  };
  const apply = (change: Change) => applyOrganisation(flow.deps, organisation(change), { dryRun: false });
  const named = async (email: string) => (await flow.as(email)).person;
  const rolesOf = async (email: string) => (await named(email)).roles;
  const add = async (by: Principal, email: string, roles: TenantRole[]) =>
    (await addTenantPerson(flow.deps, by, 'acme', { email, name: email, roles })).person;
  const change = async (by: Principal, email: string, to: Parameters<typeof changeTenantPerson>[4]) =>
    changeTenantPerson(flow.deps, by, 'acme', (await named(email)).id, to);
  const waiting = async () =>
    (await listWidenings(flow.deps, ada, 'acme', { state: 'waiting' }, { cursor: null, limit: 50 })).items;
  const only = async () => {
    const items = await waiting();
    expect(items).toHaveLength(1);
    return items[0]!;
  };
  const confirm = (by: Principal, id: string) => confirmWidening(flow.deps, by, 'acme', id, undefined);
  const run = async (seconds = 0) => {
    flow.clock.forward(seconds);
    return (await runDueTransitions(flow.deps)).widenings;
  };
  const notices = async () =>
    (await bench.store.readAsVendor((unit) => unit.outbox.due(NEVER, 200)))
      .map(({ kind }) => kind)
      .filter((kind) => kind.startsWith('widening.'));
  const people = async () =>
    (await flow.leaves('acme')).filter(({ type }) => /^(person|widening)\./.test(type));

  describe('on the page and by the API', () => {
    beforeEach(() => start());

    test('a new approver decides nothing until the delay is over and a second admin has confirmed', async () => {
      const eve = await add(ada, 'eve@elsewhere.example', ['approver']);
      expect(eve.roles).toEqual([]);
      const { widening, ...view } = await only();
      expect(view).toMatchObject({
        takesEffectAt: '2026-11-25T15:00:00Z',
        needsConfirmation: true,
        isSigned: false,
        confirmers: [bob.person.id],
      });
      expect(widening).toMatchObject({
        ...{ by: ada.person.id, person: eve.id },
        ...{ before: { roles: [], groups: [] }, after: { roles: ['approver'], groups: [] } },
      });
      const request = await flow.ask(await flow.as('erin@northwind.example'));
      await flow.approve(await flow.as('rita@northwind.example'), request);
      expect(await outcome(flow.approve(await flow.as('eve@elsewhere.example'), request))).toBe('forbidden');
      expect(await outcome(confirm(ada, widening.id))).toBe('forbidden');
      await confirm(bob, widening.id);
      expect(await run(DAY - 1)).toBe(0);
      expect(await rolesOf('eve@elsewhere.example')).toEqual([]);
      expect(await run(1)).toBe(1);
      expect(await rolesOf('eve@elsewhere.example')).toEqual(['approver']);
      expect((await people()).slice(-4).map(({ type }) => type)).toEqual([
        ...['person.add', 'widening.proposed', 'widening.confirmed', 'person.change'],
      ]);
      expect((await people()).at(-1)).toMatchObject({
        actor: 'job',
        data: { person: eve.id, before: [], after: ['approver'], widening: widening.id },
      });
      expect(await notices()).toEqual(['widening.proposed', 'widening.confirmed', 'widening.applied']);
    });

    test('so does a role, and a group of an approver; what decides nothing is immediate', async () => {
      await change(ada, 'cara@acme.example', { name: 'Cara D.', groups: ['dpo'] });
      await add(ada, 'dora@acme.example', ['auditor']);
      expect(await waiting()).toEqual([]);
      expect((await named('cara@acme.example')).groups).toEqual(['dpo']);
      await change(ada, 'cara@acme.example', { roles: ['auditor', 'admin'] });
      expect(await rolesOf('cara@acme.example')).toEqual(['auditor']);
      await change(ada, 'bob@acme.example', { groups: ['dpo'] });
      expect((await named('bob@acme.example')).groups).toBeUndefined();
      expect((await waiting()).map(({ widening }) => widening.after)).toEqual([
        { roles: ['admin', 'approver'], groups: ['dpo'] },
        { roles: ['admin', 'auditor'], groups: ['dpo'] },
      ]);
    });

    test('what is taken away goes at once, also of a change that gives as well, and takes what waits with it', async () => {
      await change(ada, 'cara@acme.example', { roles: ['approver'] });
      expect(await rolesOf('cara@acme.example')).toEqual([]);
      expect((await only()).widening.after).toEqual({ roles: ['approver'], groups: [] });
      const cara = await named('cara@acme.example');
      await removeTenantPerson(flow.deps, ada, 'acme', cara.id);
      expect(await waiting()).toEqual([]);
      await add(ada, 'eve@acme.example', ['approver']);
      await confirm(bob, (await only()).widening.id);
      await change(bob, 'eve@acme.example', { roles: [] });
      expect(await waiting()).toEqual([]);
      expect(await run(DAY)).toBe(0);
      expect(await rolesOf('eve@acme.example')).toEqual([]);
    });

    test('another name leaves what waits; other roles begin to wait anew, without the confirmation', async () => {
      await add(ada, 'eve@acme.example', ['approver']);
      const first = (await only()).widening.id;
      await confirm(bob, first);
      await change(ada, 'eve@acme.example', { name: 'Eve' });
      expect((await only()).widening.id).toBe(first);
      flow.clock.forward(HOUR);
      await change(ada, 'eve@acme.example', { roles: ['approver', 'admin'] });
      expect(await only()).toMatchObject({ needsConfirmation: true, takesEffectAt: '2026-11-25T16:00:00Z' });
      expect((await named('eve@acme.example')).name).toBe('Eve');
    });

    test('any admin refuses it; whom it is about does not confirm it', async () => {
      await add(ada, 'eve@acme.example', ['approver', 'admin']);
      await withdrawWidening(flow.deps, bob, 'acme', (await only()).widening.id);
      expect([await run(2 * DAY), await rolesOf('eve@acme.example')]).toEqual([0, []]);
      await change(ada, 'eve@acme.example', { roles: ['admin'] });
      await confirm(bob, (await only()).widening.id);
      await run(DAY);
      const eve = await flow.as('eve@acme.example');
      await change(ada, 'eve@acme.example', { roles: ['admin', 'approver'] });
      const { widening, confirmers } = await only();
      expect(confirmers).toEqual([bob.person.id]);
      expect(await outcome(confirm(eve, widening.id))).toBe('forbidden');
    });

    test('controls and people wait beside each other', async () => {
      const now = await getPrivacyControls(flow.deps, ada, 'acme');
      await setPrivacyControls(flow.deps, ada, 'acme', now.version, () => ({
        ...{ ...now.controls, maxDuration: 7_200 },
      }));
      await add(ada, 'eve@acme.example', ['approver']);
      await add(ada, 'dora@acme.example', ['approver']);
      for (const { widening } of await waiting()) await confirm(bob, widening.id);
      expect(await run(DAY)).toBe(3);
      expect((await getPrivacyControls(flow.deps, ada, 'acme')).controls.maxDuration).toBe(7_200);
    });
  });

  describe('with fewer admins', () => {
    const withoutBob: Change = (acme) => {
      acme.people = acme.people.filter(({ email }) => !email.startsWith('bob'));
    };
    const eve = { email: 'eve@acme.example', name: 'Eve', roles: ['approver' as const, 'admin' as const] };

    test('a tenant with one waits for the delay alone', async () => {
      await start(withoutBob);
      await add(ada, eve.email, eve.roles);
      expect(await only()).toMatchObject({ needsConfirmation: false, confirmers: [], lapsesAt: null });
      expect(await run(DAY - 1)).toBe(0);
      expect(await run(1)).toBe(1);
      expect(await rolesOf(eve.email)).toEqual(['admin', 'approver']);
    });

    test('a tenant whose last admin its provider has ended is not locked out: the file’s new one waits for the delay alone', async () => {
      const scim: Change = (acme) => {
        acme.scim = { groups: {} };
        withoutBob(acme, smallOrganisation());
      };
      await start(scim);
      const cara = await flow.as('cara@acme.example');
      const profile = { userName: 'ada@acme.example', displayName: 'Ada' };
      const { id } = await createProvisionedUser(flow.deps, 'acme', {
        active: true,
        profile,
        externalId: null,
      });
      await changeProvisionedUser(flow.deps, 'acme', id, (user) => ({ ...user, active: false }));
      await apply((acme, file) => {
        scim(acme, file);
        acme.people.push(eve);
      });
      ada = cara;
      expect(await only()).toMatchObject({ needsConfirmation: false });
      await run(DAY);
      expect(await rolesOf(eve.email)).toEqual(['admin', 'approver']);
    });
  });

  test('P12: what the vendor’s side proposed before the claim has no effect after it, unless an admin confirms it', async () => {
    await start((acme) => {
      acme.privacyControls = { ...acme.privacyControls, widening: { delay: DAY, secondAdmin: false } };
    });
    const withEve: Change = (acme) => {
      acme.privacyControls = { ...acme.privacyControls, widening: { delay: DAY, secondAdmin: false } };
      acme.people.push({ email: 'eve@acme.example', name: 'Eve', roles: ['approver'] });
    };
    await apply(withEve);
    expect(await only()).toMatchObject({ needsConfirmation: false });
    await claimFor([
      await Claimant.of(flow, 'ada@acme.example'),
      await Claimant.of(flow, 'bob@acme.example'),
    ]);
    expect(await only()).toMatchObject({ needsConfirmation: true, isSigned: false });
    expect([await run(DAY), await rolesOf('eve@acme.example')]).toEqual([0, []]);
    await confirm(ada, (await only()).widening.id);
    expect([await run(), await rolesOf('eve@acme.example')]).toEqual([1, ['approver']]);
  });

  test('without the setting everything is immediate', async () => {
    await start();
    const gwen = await flow.as('gwen@globex.example');
    const { person, waiting: none } = await addTenantPerson(flow.deps, gwen, 'globex', {
      ...{ email: 'eve@globex.example', name: 'Eve', roles: ['approver', 'admin'] },
    });
    expect([person.roles, none]).toEqual([['admin', 'approver'], null]);
  });

  describe('by the identity provider', () => {
    test('a SCIM client’s groups make no approver at once, and what they take away goes at once', async () => {
      await start((acme) => {
        acme.scim = { groups: { Approvers: ['approver'], Readers: ['auditor'] } };
      });
      const profile = { userName: 'eve@acme.example', displayName: 'Eve' };
      const user = await createProvisionedUser(flow.deps, 'acme', {
        active: true,
        profile,
        externalId: null,
      });
      const group = (name: string, members: string[]) =>
        createProvisionedGroup(flow.deps, 'acme', { name, externalId: null, members });
      const { id } = await group('Approvers', [user.id]);
      await group('Readers', [user.id]);
      expect(await rolesOf('eve@acme.example')).toEqual(['auditor']);
      const { widening, confirmers } = await only();
      expect(widening).toMatchObject({ by: 'job', after: { roles: ['approver', 'auditor'] } });
      expect(confirmers).toEqual([ada.person.id, bob.person.id].sort());
      const leave = (members: string[]) =>
        changeProvisionedGroup(flow.deps, 'acme', id, ({ name, externalId }) => ({
          name,
          externalId,
          members,
        }));
      await leave([]);
      expect(await waiting()).toEqual([]);
      await leave([user.id]);
      await confirm(bob, (await only()).widening.id);
      await run(DAY);
      expect(await rolesOf('eve@acme.example')).toEqual(['approver', 'auditor']);
      await leave([]);
      expect(await rolesOf('eve@acme.example')).toEqual(['auditor']);
    });

    test('roles that a sign-in brings wait, and the next sign-ins do not begin the delay again', async () => {
      const oidc = {
        ...{ issuer: 'https://id.acme.example', clientId: 'c', clientSecretFile: '/s' },
        groups: { claim: 'groups', roles: {} },
      };
      await start((acme) => {
        acme.oidc = oidc;
      });
      const signIn = (roles: Person['roles']) =>
        signInByProvider(
          flow.deps,
          {
            ...{ tenant: 'acme', issuer: oidc.issuer, subject: 'cara', email: 'cara@acme.example' },
            ...{ emailVerified: true, roles, facts: null },
          },
          { device: 'a browser', replaces: null, authenticatedAt: flow.clock.now().toISOString() },
          LIMITS,
        );
      await signIn(['auditor', 'approver']);
      const first = (await only()).widening;
      expect(first).toMatchObject({ by: (await named('cara@acme.example')).id });
      flow.clock.forward(HOUR);
      await signIn(['approver', 'auditor']);
      expect((await only()).widening.id).toBe(first.id);
      expect(await rolesOf('cara@acme.example')).toEqual(['auditor']);
      await signIn(['auditor']);
      expect(await waiting()).toEqual([]);
    });
  });

  describe('by the vendor’s file, while the tenant is not claimed', () => {
    const withEve: Change = (acme) =>
      acme.people.push({ email: 'eve@acme.example', name: 'Eve', roles: ['approver', 'admin'] });
    beforeEach(() => start());

    test('a new decider waits; the same file again changes nothing; without them it is withdrawn', async () => {
      const planned = await applyOrganisation(flow.deps, organisation(withEve), { dryRun: true });
      expect(planned.map(({ action, kind, name }) => `${action} ${kind} ${name}`)).toEqual([
        'add person eve@acme.example (acme)',
        'propose person eve@acme.example (acme)',
      ]);
      expect(await apply(withEve)).toEqual(planned);
      const { widening, confirmers } = await only();
      expect(widening).toMatchObject({ by: 'host', after: { roles: ['admin', 'approver'] } });
      expect(confirmers).toEqual([ada.person.id, bob.person.id].sort());
      expect(await apply(withEve)).toEqual([]);
      expect((await only()).widening.id).toBe(widening.id);
      await apply(() => undefined);
      expect(await waiting()).toEqual([]);
    });

    test('another exact address of somebody who decides is another owner, who decides nothing at once', async () => {
      await apply((acme) => {
        acme.people = acme.people.map((each) =>
          each.email.startsWith('bob') ? { ...each, email: 'bob+x@acme.example' } : each,
        );
      });
      expect(await named('bob@acme.example')).toMatchObject({ address: 'bob+x@acme.example', roles: [] });
      expect((await only()).widening.after).toEqual({ roles: ['admin', 'approver'], groups: [] });
    });

    test('a file that sets the rule and adds somebody makes them wait; a new tenant is set up at once', async () => {
      const initech: Organisation['tenants'][number] = {
        ...{ slug: 'initech', name: 'Initech', oidc: null, slack: null, webhooks: [] },
        people: [
          { email: 'ina@initech.example', name: 'Ina', roles: ['approver', 'admin'] },
          { email: 'ira@initech.example', name: 'Ira', roles: ['approver'] },
        ],
        privacyControls: { ...smallOrganisation().tenants[1]!.privacyControls, widening: RULE },
      };
      const both: Change = (_acme, file) => {
        const globex = file.tenants[1]!;
        globex.privacyControls = { ...globex.privacyControls, widening: RULE } as PrivacyControls;
        globex.people.push({ email: 'eve@globex.example', name: 'Eve', roles: ['approver'] });
        file.tenants.push(initech);
      };
      await apply(both);
      expect(await rolesOf('eve@globex.example')).toEqual([]);
      expect(await rolesOf('ina@initech.example')).toEqual(['admin', 'approver']);
      expect(await rolesOf('ira@initech.example')).toEqual(['approver']);
      expect(await apply(both)).toEqual([]);
    });

    test('a tenant that is removed and comes back brings its people, and no further one at once', async () => {
      await apply((_acme, file) => {
        file.tenants = file.tenants.slice(1);
      });
      await apply(withEve);
      expect(await rolesOf('ada@acme.example')).toEqual(['admin', 'approver']);
      // What waits when the tenant goes is not there when it comes back.
      for (const gone of [true, false])
        await apply((acme, file) => {
          withEve(acme, file);
          if (gone) file.tenants = file.tenants.slice(1);
        });
      expect(await rolesOf('eve@acme.example')).toEqual([]);
      expect((await only()).widening.person).toBe((await named('eve@acme.example')).id);
    });
  });
});
