/** @soak */

import {
  addTenantPerson,
  applyOrganisation,
  changeProvisionedUser,
  createProvisionedUser,
  type Organisation,
  removeTenantPerson,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const SCIM = { groups: {} };

/** Everyone has a SCIM client. */
const organisation = (change: (file: Organisation) => void = () => undefined): Organisation => {
  const file = smallOrganisation();
  file.vendor.scim = SCIM;
  for (const tenant of file.tenants) tenant.scim = SCIM;
  change(file);
  return file;
};
/** Each side lists its domain. */
const withDomains = (file: Organisation) => {
  file.vendor.domains = ['northwind.example'];
  file.tenants[0]!.domains = ['acme.example', 'contractors.northwind.example'];
  file.tenants[1]!.domains = ['globex.example'];
};
const withNina = (file: Organisation) =>
  file.vendor.staff.push({ email: 'nina@northwind.example', name: 'Nina', roles: ['engineer'] });

describeUseCase('SQLite', 'the domains of each side', (bench) => {
  let flow: Workflow;

  const start = async (change?: (file: Organisation) => void) => {
    flow = await startWorkflow(bench, organisation(change));
  };
  const provision = (tenant: string | null, userName: string) =>
    createProvisionedUser(flow.deps, tenant, { active: true, profile: { userName }, externalId: null });
  const add = async (tenant: 'acme' | 'globex', email: string) =>
    addTenantPerson(
      flow.deps,
      await flow.as(tenant === 'acme' ? 'ada@acme.example' : 'gwen@globex.example'),
      tenant,
      {
        ...{ email, name: 'Eve', roles: ['auditor'] },
      },
    );
  const apply = (change: (file: Organisation) => void) =>
    applyOrganisation(flow.deps, organisation(change), { dryRun: false });
  const messageOf = async (work: Promise<unknown>) => {
    const error: unknown = await work.then(
      () => new Error('it was done'),
      (thrown: unknown) => thrown,
    );
    return (error as Error).message;
  };

  describe('that are listed', () => {
    beforeEach(() => start(withDomains));

    test.each([
      ['nina@northwind.example', 'conflict'],
      ['nina+x@Northwind.Example', 'conflict'],
      ['nina@mail.northwind.example', 'conflict'],
      ['gus@globex.example', 'conflict'],
      ['gus@notnorthwind.example', 'done'],
      ['eve@contractors.northwind.example', 'done'],
      ['eve@eu.acme.example', 'done'],
      ['eve@mail.test', 'done'],
    ])('%s at a customer, by page or SCIM: %s', async (email, expected) => {
      expect(await outcome(add('acme', email))).toBe(expected);
      if (expected === 'conflict') expect(await outcome(provision('acme', email))).toBe('conflict');
      else await outcome(provision('acme', `more-${email}`));
    });

    test('the vendor’s client adds no one in a customer’s domain, and everyone else', async () => {
      expect(await outcome(provision(null, 'eve@acme.example'))).toBe('conflict');
      expect(await outcome(provision(null, 'eve@mail.test'))).toBe('done');
      expect(await outcome(provision(null, 'eve@northwind.example'))).toBe('done');
    });

    test('a customer does not read whose domain it is', async () => {
      const said = await messageOf(add('acme', 'gus@globex.example'));
      expect(said).toBe(await messageOf(provision('acme', 'nina@northwind.example')));
      expect(said).not.toMatch(/globex|northwind|vendor/i);
    });
  });

  test('people from before a domain was listed stay, and do not come back', async () => {
    await start();
    const page = (await add('acme', 'nora@northwind.example')).person;
    const user = await provision('acme', 'nina@northwind.example');
    await apply((file) => {
      withDomains(file);
      file.tenants[0]!.domains = ['acme.example'];
      file.tenants[0]!.people.push({ email: 'ned@mail.test', name: 'Ned', roles: ['auditor'] });
    });
    const active = (value: boolean) =>
      changeProvisionedUser(flow.deps, 'acme', user.id, (current) => ({ ...current, active: value }));
    expect(await outcome(active(true))).toBe('done');
    expect(await outcome(active(false))).toBe('done');
    expect(await outcome(active(true))).toBe('conflict');
    // Whom the file does not name is gone, as before.
    const ada = await flow.as('ada@acme.example');
    expect(await outcome(removeTenantPerson(flow.deps, ada, 'acme', page.id))).toBe('not_found');
    expect(await outcome(add('acme', 'nora@northwind.example'))).toBe('conflict');
  });

  describe('of no one: the first to name somebody has them', () => {
    test('the file leaves out the one person whom a customer’s client has made, names the customer, and applies all else', async () => {
      await start();
      await provision('acme', 'nina@northwind.example');
      const change = (file: Organisation) => {
        withNina(file);
        file.vendor.staff.push({ email: 'noah@northwind.example', name: 'Noah', roles: ['engineer'] });
      };
      const changes = await apply(change);
      expect(changes.map(({ action, name }) => `${action} ${name}`).sort()).toEqual([
        'add noah@northwind.example',
        'skip nina@northwind.example',
      ]);
      expect(changes.find(({ action }) => action === 'skip')?.heldBy).toBe('acme');
      expect((await flow.as('noah@northwind.example')).person.tenant).toBeNull();
      expect((await flow.as('nina@northwind.example')).person.tenant).toBe('acme');
      // Again: nothing but what is left out, and no leaf for that.
      const leaves = (await flow.leaves('vendor')).length;
      expect((await apply(change)).map(({ action }) => action)).toEqual(['skip']);
      expect(await flow.leaves('vendor')).toHaveLength(leaves);
    });

    test('the other way round too: a customer’s person whom the vendor’s client has made is left out alone', async () => {
      await start();
      await provision(null, 'nina@mail.test');
      const changes = await apply((file) => {
        file.tenants[0]!.people.push(
          { email: 'nina@mail.test', name: 'Nina', roles: ['auditor'] },
          { email: 'noah@acme.example', name: 'Noah', roles: ['auditor'] },
        );
      });
      expect(changes.map(({ action, name }) => `${action} ${name}`).sort()).toEqual([
        'add noah@acme.example (acme)',
        'skip nina@mail.test (acme)',
      ]);
      expect(changes.find(({ action }) => action === 'skip')?.heldBy).toBe('vendor');
    });

    test('the vendor’s client learns which customer has the person, a customer’s client nothing of the vendor', async () => {
      await start();
      await provision('acme', 'nina@mail.test');
      expect(await messageOf(provision(null, 'nina@mail.test'))).toMatch(/acme/);
      expect(await outcome(provision(null, 'noah@mail.test'))).toBe('done');
      expect(await outcome(provision('acme', 'noah@mail.test'))).toBe('conflict');
    });
  });
});
