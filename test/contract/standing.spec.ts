/** @soak */

import {
  applyOrganisation,
  createApiKey,
  enrolGateway,
  headsWanted,
  invite,
  listEvents,
  type Principal,
  readStanding,
  registerIdentity,
  revokeGateway,
  runDueTransitions,
  sealDays,
  withdrawInvitation,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const DAY = 86_400;
const COVERAGE = {
  checkedOn: '2026-11-20',
  ways: [
    { way: 'Support through the gateways', state: 'controlled-here' as const },
    { way: 'Administrators of the database', state: 'controlled-elsewhere' as const, by: 'two persons' },
    { way: 'Backups', state: 'open' as const },
  ],
};

describeUseCase('SQLite', 'what is open', (bench) => {
  let flow: Workflow;
  let [erin, ada, gwen, ola]: Principal[] = [];
  const as = (who: Principal | undefined): Principal => {
    if (who === undefined) throw new Error('nobody');
    return who;
  };
  beforeEach(async () => {
    flow = await startWorkflow(bench, smallOrganisation({ vendorReviews: 0 }));
    [erin, ada, gwen, ola] = await Promise.all(
      ['erin@northwind.example', 'ada@acme.example', 'gwen@globex.example', 'ola@northwind.example'].map(
        flow.as,
      ),
    );
  });
  const stated = async (tenant = 'acme') =>
    (await flow.leaves(tenant)).filter(({ type }) => type === 'standing.stated').map(({ data }) => data);
  const read = (who: Principal | undefined, tenant: string | null = null) =>
    readStanding(flow.deps, as(who), tenant);
  const openGrant = async () => {
    const view = await flow.ask(as(erin));
    await flow.approve(as(ada), view);
    const { ways } = await read(ada);
    return ways.find(({ kind }) => kind === 'grant');
  };

  test('once a day each tenant’s log states zero, or every way in', async () => {
    flow.clock.forward(DAY);
    await sealDays(flow.deps, null);
    expect(await stated()).toMatchObject([
      { day: '2026-11-25', zero: true, ways: [], more: 0, coverage: null },
    ]);
    const grant = await openGrant();
    const invitation = await invite(flow.deps, as(ada), 'acme', {
      ...{ service: 'billing', scope: [{ resource: 'invoices', actions: ['list'] }] },
      ...{ until: '2026-11-30T00:00:00Z', notBefore: null, ticket: null, seconds: 3_600 },
      ...{ budget: null, uses: null },
    });
    // The grant is over before the next midnight, and the invitation is not.
    flow.clock.forward(DAY);
    await runDueTransitions(flow.deps);
    await sealDays(flow.deps, null);
    await sealDays(flow.deps, null);
    const id = invitation.invitation.id;
    expect((await stated()).slice(1)).toMatchObject([
      { day: '2026-11-26', zero: false, ways: [{ kind: 'invitation', id, owner: as(ada).person.id }] },
    ]);
    expect(grant).toMatchObject({ owner: as(erin).person.id, service: 'billing' });
    await withdrawInvitation(flow.deps, as(ada), 'acme', id, 'no longer needed');
    flow.clock.forward(DAY);
    await sealDays(flow.deps, null);
    expect((await stated()).at(-1)).toMatchObject({ zero: true });
  });

  test('a statement lists the grants that are open at its moment, with age and owner', async () => {
    flow.clock.forward(DAY - 600);
    const grant = await openGrant();
    await sealDays(flow.deps, null);
    expect(await stated()).toMatchObject([
      {
        zero: false,
        ways: [{ kind: 'grant', id: grant?.id, owner: as(erin).person.id, since: grant?.since }],
      },
    ]);
  });

  test('P9: a statement names the gateways that served its tenant since the last one, and no other; each is asked to sign there', async () => {
    const enrol = async (name: string, tenants: string[] | null, registers = true) => {
      const { id } = await enrolGateway(flow.deps, name, { services: null, tenants });
      if (registers) await registerIdentity(flow.deps, id, `key of ${name}`);
      return id;
    };
    const [all, globex, revoked] = [
      await enrol('all', null),
      await enrol('globex', ['globex']),
      await enrol('revoked', null),
    ];
    // Before it has a key it cannot serve anyone.
    await enrol('new', null, false);
    const next = async () => {
      flow.clock.forward(DAY);
      await sealDays(flow.deps, null);
      return Promise.all(
        ['acme', 'globex'].map(async (tenant) => (await stated(tenant)).at(-1)?.['gateways']),
      );
    };
    expect(await next()).toEqual([[all, revoked], [all, globex, revoked].toSorted()]);
    expect((await stated())[0]).toMatchObject({ moreGateways: 0, credentials: { gateways: 3 } });
    const wanted = async (id: string) => {
      const gateway = await flow.deps.store.gateways.read((unit) => unit.gateways.find(id));
      return gateway === null ? [] : headsWanted(flow.deps, gateway);
    };
    const after = '2026-11-25T00:00:00.000Z';
    expect(await wanted(all)).toEqual([
      { tenant: 'acme', after },
      { tenant: 'globex', after },
    ]);
    expect(await wanted(globex)).toEqual([{ tenant: 'globex', after }]);
    await revokeGateway(flow.deps, revoked);
    expect(await next()).toEqual([[all, revoked], [all, globex, revoked].toSorted()]);
    expect(await next()).toEqual([[all], [all, globex].toSorted()]);
  });

  test('P9: a tenant sees its own ways in, and of the vendor’s credentials how many there are', async () => {
    await openGrant();
    await createApiKey(flow.deps, { email: 'erin@northwind.example', tenant: null, ttl: DAY });
    await createApiKey(flow.deps, { email: 'gwen@globex.example', tenant: 'globex', ttl: DAY });
    await createApiKey(flow.deps, { email: 'ada@acme.example', tenant: 'acme', ttl: DAY });
    const own = await read(ada);
    expect(own.ways).toHaveLength(1);
    expect(own.credentials.map(({ kind, owner }) => [kind, owner])).toEqual([['api-key', as(ada).person.id]]);
    expect(own.counts).toMatchObject({
      vendor: { apiKeys: { count: 1 } },
      tenant: { apiKeys: { count: 1 } },
    });
    const other = await read(gwen);
    expect([other.tenant, other.ways]).toEqual(['globex', []]);
    expect(await outcome(read(gwen, 'acme'))).toBe('not_found');
    expect(await outcome(read(erin, 'acme'))).toBe('forbidden');
    // The vendor's auditor sees every tenant, and the vendor's own people.
    const all = await read(ola);
    expect([all.tenant, all.ways.map(({ tenant }) => tenant)]).toEqual([null, ['acme']]);
    expect(all.credentials.map(({ owner }) => owner)).toEqual([as(erin).person.id]);
    expect((await read(ola, 'globex')).ways).toEqual([]);
  });

  test('a rule that lets in without the customer’s approval is a way in, for as long as it is in the controls', async () => {
    const file = smallOrganisation({ vendorReviews: 0 });
    const [acme, ...others] = file.tenants;
    if (acme === undefined) throw new Error('the organisation has no tenant');
    const emergency = {
      allow: [{ services: ['billing'], actions: ['read'], maxDuration: 900 }],
      disclosureDue: DAY,
    };
    const rules = [{ services: ['billing'], mode: 'observe' as const }];
    const privacyControls = { ...acme.privacyControls, emergency, rules };
    await applyOrganisation(
      flow.deps,
      { ...file, tenants: [{ ...acme, privacyControls }, ...others] },
      { dryRun: false },
    );
    flow.clock.forward(DAY);
    await sealDays(flow.deps, null);
    const rule = {
      kind: 'rule',
      id: 'emergency',
      owner: null,
      since: '2026-11-24T15:00:00.000Z',
      until: null,
    };
    const observed = { ...rule, id: 'observe' };
    expect((await stated())[0]).toMatchObject({ zero: false, ways: [rule, observed] });
    expect((await read(ola)).ways).toMatchObject(
      [rule, observed].map((each) => ({ ...each, tenant: 'acme', service: 'billing' })),
    );
    expect((await stated('globex'))[0]).toMatchObject({ zero: true });
  });

  test('a key that has expired and a person who has left are no way in', async () => {
    await createApiKey(flow.deps, { email: 'ada@acme.example', tenant: 'acme', ttl: DAY });
    flow.clock.forward(DAY + 1);
    expect((await read(ada)).credentials).toEqual([]);
  });

  test('the vendor’s list of all other ways is printed with each statement, and every version is in the log', async () => {
    const file = smallOrganisation({ vendorReviews: 0 });
    const vendor = { ...file.vendor, coverage: COVERAGE };
    const changes = await applyOrganisation(flow.deps, { ...file, vendor }, { dryRun: false });
    expect(changes).toMatchObject([{ action: 'add', kind: 'coverage', after: COVERAGE }]);
    expect(await applyOrganisation(flow.deps, { ...file, vendor }, { dryRun: false })).toEqual([]);
    flow.clock.forward(DAY);
    await sealDays(flow.deps, null);
    expect(await stated()).toMatchObject([
      {
        zero: true,
        coverage: { 'controlled-here': 1, 'controlled-elsewhere': 1, open: 1, checkedOn: '2026-11-20' },
      },
    ]);
    expect((await read(ada)).coverage).toEqual(COVERAGE);
    const { items } = await listEvents(flow.deps, as(ada), 'deployment', {}, { cursor: null, limit: 200 });
    const leaves = items.map(({ leaf }) => JSON.parse(leaf) as { type: string; data: object });
    expect(leaves.find(({ type }) => type === 'coverage.stated')?.data).toEqual({ coverage: COVERAGE });
    await applyOrganisation(flow.deps, file, { dryRun: false });
    expect((await read(ada)).coverage).toBeNull();
  });
});
