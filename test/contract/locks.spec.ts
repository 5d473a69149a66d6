/** @soak */

import {
  getGrant,
  getRequest,
  type LockInput,
  liftLock,
  listLocks,
  mintToken,
  type Principal,
  previewRequest,
  runDueTransitions,
  setLock,
} from '@countersign/access';
import { describeUseCase } from './support/describe-store.js';
import { outcome, plainMinter } from './support/outcome.js';
import { anAsk, startWorkflow, type Workflow } from './support/workflow.js';

describeUseCase('SQLite', 'locks', (bench) => {
  let flow: Workflow;
  let erin: Principal;
  let max: Principal;
  let ada: Principal;
  let sam: Principal;
  let gwen: Principal;

  beforeEach(async () => {
    flow = await startWorkflow(bench);
    [erin, max, ada, sam, gwen] = await Promise.all([
      flow.as('erin@northwind.example'),
      flow.as('max@northwind.example'),
      flow.as('ada@acme.example'),
      flow.as('sam@northwind.example'),
      flow.as('gwen@globex.example'),
    ]);
  });

  const lock = (by: Principal, kind: LockInput['kind'], name: string, seconds: number | null = null) =>
    setLock(flow.deps, by, { kind, name, reason: 'to be safe', seconds });
  const refusals = async (tenant = 'acme') =>
    (await previewRequest(flow.deps, erin, { ...anAsk, tenant })).refusals.map((each) => each.code);
  const page = { cursor: null, limit: 50 };
  const granted = async (change = {}) => {
    const asked = await flow.ask(erin, change);
    await flow.approve(max, asked);
    await flow.approve(ada, asked);
    return (await getRequest(flow.deps, erin, asked.request.id)).request.grant ?? '';
  };

  test.each<[string, LockInput['kind'], string]>([
    ['the tenant', 'tenant', 'acme'],
    ['the person, by e-mail in any spelling', 'person', ' Erin+x@Northwind.example '],
    ['the service', 'service', 'billing'],
  ])(
    'a lock on %s stops ask, review, mint and lets all go on once it is lifted',
    async (_title, kind, name) => {
      const grant = await granted();
      const asked = await flow.ask(erin);
      const { id } = await lock(sam, kind, name);
      expect(await refusals()).toEqual(['locked']);
      expect(await outcome(flow.ask(erin))).toBe('request_refused');
      expect(await outcome(flow.approve(max, asked))).toBe('controls_changed');
      expect(await outcome(mintToken(flow.deps, plainMinter, erin, grant))).toBe('grant_not_active');
      expect((await getGrant(flow.deps, erin, grant)).grant.state).toBe('active');
      await liftLock(flow.deps, sam, id);
      expect(await outcome(flow.approve(max, asked))).toBe('done');
      expect(await outcome(mintToken(flow.deps, plainMinter, erin, grant))).toBe('done');
    },
  );

  test('a scheduled grant that is locked at its start ends unopened', async () => {
    const grant = await granted({ startsAt: '2026-11-24T16:00:00Z' });
    await lock(ada, 'tenant', 'acme');
    flow.clock.forward(3600);
    await runDueTransitions(flow.deps);
    expect((await getGrant(flow.deps, erin, grant)).grant).toMatchObject({
      state: 'ended',
      endReason: 'revoked',
    });
  });

  test.each<[LockInput['kind'], string]>([
    ['person', 'erin@northwind.example'],
    ['service', 'billing'],
  ])('P9: a tenant’s lock on a %s binds that tenant only, and is nothing to another', async (kind, name) => {
    const { id, tenant, side } = await lock(ada, kind, name);
    expect([tenant, side]).toEqual(['acme', 'customer']);
    expect([await refusals('acme'), await refusals('globex')]).toEqual([['locked'], []]);
    expect((await listLocks(flow.deps, gwen, page)).items).toEqual([]);
    expect(await outcome(liftLock(flow.deps, gwen, id))).toBe('not_found');
    const theirs = (await flow.leaves('globex')).map((leaf) => leaf.type);
    expect(theirs).not.toContain('lock.set');
  });

  test('only the side that set a lock lifts it, and only once', async () => {
    const own = await lock(ada, 'tenant', 'acme');
    const vendors = await lock(sam, 'tenant', 'acme');
    const everywhere = await lock(sam, 'service', 'billing');
    expect(await outcome(liftLock(flow.deps, sam, own.id))).toBe('forbidden');
    expect(await outcome(liftLock(flow.deps, ada, vendors.id))).toBe('forbidden');
    expect(await outcome(liftLock(flow.deps, ada, everywhere.id))).toBe('forbidden');
    const attempts = Array.from({ length: 10 }, () => outcome(liftLock(flow.deps, ada, own.id)));
    expect((await Promise.all(attempts)).sort()).toEqual(['done', ...Array<string>(9).fill('not_found')]);
    const listed = (by: Principal) =>
      listLocks(flow.deps, by, page).then(({ items }) => items.map(({ id }) => id));
    expect(await listed(ada)).toEqual([everywhere.id, vendors.id]);
    expect(await listed(gwen)).toEqual([everywhere.id]);
    expect(await listed(sam)).toEqual([everywhere.id, vendors.id]);
  });

  test('P2: who may lock, and what', async () => {
    for (const by of [erin, max, await flow.as('bob@acme.example'), await flow.as('ola@northwind.example')])
      expect(await outcome(lock(by, 'tenant', 'acme'))).toBe('forbidden');
    expect(await outcome(lock(ada, 'tenant', 'globex'))).toBe('forbidden');
    expect(await outcome(lock(sam, 'tenant', 'nowhere'))).toBe('not_found');
    expect(await outcome(lock(sam, 'person', 'ada@acme.example'))).toBe('not_found');
    expect(await outcome(lock(sam, 'person', ada.person.id))).toBe('not_found');
    expect(await outcome(lock(ada, 'service', 'nothing'))).toBe('not_found');
  });

  test('P7: a lock is set, expires by the job and is lifted by logged transitions that gateways hear of', async () => {
    await lock(sam, 'service', 'billing', 60);
    await lock(ada, 'tenant', 'acme', 60);
    expect((await bench.store.readAsVendor((unit) => unit.feed.locks())).length).toBe(2);
    const head = () => bench.store.readAsVendor((unit) => unit.feed.head());
    const before = await head();
    flow.clock.forward(59);
    expect(await runDueTransitions(flow.deps)).toMatchObject({ locks: 0 });
    flow.clock.forward(1);
    expect(await refusals()).toEqual(['locked', 'locked']);
    expect(await runDueTransitions(flow.deps)).toMatchObject({ locks: 2 });
    expect(await refusals()).toEqual([]);
    expect((await head()).seq).toBe(before.seq + 2);
    const own = (await flow.leaves('acme')).map((leaf) => leaf.type);
    expect(own.filter((type) => type.startsWith('lock'))).toEqual(['lock.set', 'lock.lifted']);
    const all = (await flow.leaves('deployment')).map((leaf) => leaf.type);
    expect(all.filter((type) => type.startsWith('lock'))).toEqual(['lock.set', 'lock.lifted']);
  });
});
