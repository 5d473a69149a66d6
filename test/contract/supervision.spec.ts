/** @soak */

import { randomUUID } from 'node:crypto';
import {
  type Deps,
  EVERYTHING,
  type Grant,
  getGrant,
  getRequest,
  ingestRecords,
  liftLock,
  mintToken,
  type Principal,
  previewRequest,
  readPace,
  resumeGrant,
  revokeGrant,
  runDueTransitions,
  type SupervisionRule,
} from '@countersign/access';
import type { AccessRecordView } from '@countersign/contract';
import { uuidV7Ids } from '@countersign/persistence';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome, plainMinter } from './support/outcome.js';
import { aRecord } from './support/rows.js';
import { anAsk, startWorkflow, type Workflow } from './support/workflow.js';

/** One run of a gateway that hands over records of calls. */
class Boot {
  private readonly id = randomUUID();
  private readonly gateway = uuidV7Ids.next('gtw');
  private seq = 0;
  private prev: string | null = null;

  constructor(private readonly deps: Deps) {}

  /** Records of so many calls, now. */
  calls(grant: Grant, count: number, change: Partial<AccessRecordView> = {}) {
    return Array.from({ length: count }, () => {
      this.seq += 1;
      const at = this.deps.clock.now().toISOString();
      const view = aRecord(grant, {
        ...{ gateway: this.gateway, boot: this.id, seq: this.seq, at },
        ...change,
      });
      const place = { tenant: grant.tenant, seq: this.seq, hash: randomUUID(), prev: this.prev, at: view.at };
      this.prev = place.hash;
      return { ...place, kind: view.decision, view, path: null };
    });
  }

  handOver(records: ReturnType<Boot['calls']>, deps = this.deps) {
    return ingestRecords(deps, [{ gateway: this.gateway, boot: this.id, binding: EVERYTHING, records }]);
  }

  async make(grant: Grant, count: number, change: Partial<AccessRecordView> = {}): Promise<void> {
    await this.handOver(this.calls(grant, count, change));
  }
}

const BULK: SupervisionRule = { name: 'bulk', count: 'calls', over: 100, within: 300, do: 'pause' };

describeUseCase('SQLite', 'supervision', (bench) => {
  let flow: Workflow;
  let boot: Boot;
  const people: Record<'erin' | 'max' | 'ada' | 'sam' | 'gwen' | 'ola', Principal> = {} as never;

  const begin = async (customers: SupervisionRule[], vendors: SupervisionRule[] = []) => {
    const organisation = smallOrganisation();
    for (const { slug, privacyControls } of organisation.tenants)
      if (slug === 'acme' && customers.length > 0) privacyControls.supervision = customers;
    if (vendors.length > 0) organisation.accessPolicy.supervision = vendors;
    flow = await startWorkflow(bench, organisation);
    boot = new Boot(flow.deps);
    people.erin = await flow.as('erin@northwind.example');
    people.max = await flow.as('max@northwind.example');
    people.ada = await flow.as('ada@acme.example');
    people.sam = await flow.as('sam@northwind.example');
    people.gwen = await flow.as('gwen@globex.example');
    people.ola = await flow.as('ola@northwind.example');
  };
  const granted = async (change = {}, approver = people.ada): Promise<Grant> => {
    const asked = await flow.ask(people.erin, change);
    await flow.approve(people.max, asked);
    await flow.approve(approver, asked);
    const { request } = await getRequest(flow.deps, people.erin, asked.request.id);
    return (await getGrant(flow.deps, people.erin, request.grant ?? '')).grant;
  };
  const read = (grant: Grant, by = people.erin) => getGrant(flow.deps, by, grant.id);
  const crossings = async (tenant = 'acme') =>
    (await flow.leaves(tenant)).filter(({ type }) => type === 'supervision.crossed').map(({ data }) => data);
  const notices = (kind: string) =>
    bench.store.notices.read(async (unit) =>
      (await unit.outbox.after('', 500)).filter((notice) => notice.kind === `supervision.${kind}`),
    );
  const resume = (by: Principal, grant: Grant) => resumeGrant(flow.deps, by, grant.id);
  const mint = (grant: Grant) => mintToken(flow.deps, plainMinter, people.erin, grant.id);

  test('one call too many pauses the grant once, however many gateways hand over at several brokers at once', async () => {
    await begin([BULK]);
    const grant = await granted();
    const other: Deps = { ...flow.deps, store: await bench.database.open() };
    const boots = Array.from({ length: 10 }, () => new Boot(flow.deps));
    const hand = async (each: Boot, index: number, count: number) => {
      const records = each.calls(grant, count);
      // Each batch comes twice, to either broker: its calls count once.
      await Promise.all([
        each.handOver(records, index % 2 === 0 ? flow.deps : other),
        each.handOver(records, index % 2 === 0 ? other : flow.deps),
      ]);
    };
    await Promise.all(boots.map((each, index) => hand(each, index, 10)));
    expect(await crossings()).toEqual([]);
    expect((await read(grant)).status.access).toBe('open');
    await Promise.all(boots.map((each, index) => hand(each, index, 10)));
    expect(await crossings()).toEqual([
      {
        ...{ rule: 'bulk', side: 'customer', count: 'calls', over: 100, within: 300, counted: 101 },
        ...{ done: 'paused', record: expect.stringMatching(/^rec_/), service: 'billing' },
        ...{ grant: grant.id, request: grant.request, requester: grant.requester, digest: grant.digest },
      },
    ]);
    expect(await notices('paused')).toHaveLength(1);
    const { status, pausedBy } = await read(grant);
    expect(status).toEqual({
      access: 'locked',
      reason: {
        by: null,
        at: expect.any(String),
        ...{ code: 'paused', side: 'customer', rule: 'bulk', why: 'more than 100 calls in 300 s' },
      },
    });
    expect(pausedBy).toEqual([{ side: 'customer', rule: 'bulk', at: expect.any(String) }]);
    // Gateways learn of it as of any lock.
    const [lock] = (await bench.store.feed.read((unit) => unit.feed.locks())).filter(
      ({ kind }) => kind === 'grant',
    );
    expect(lock).toMatchObject({ name: grant.id, tenant: 'acme', side: 'customer', expiresAt: grant.endsAt });
    expect(await outcome(mint(grant))).toBe('grant_not_active');
  });

  test('the window slides: what is older than the rule’s time counts no more, and a late batch hides nothing', async () => {
    await begin([BULK]);
    const grant = await granted();
    await boot.make(grant, 100);
    flow.clock.forward(299);
    const early = boot.calls(grant, 1);
    flow.clock.forward(7);
    await boot.make(grant, 99);
    expect(await crossings()).toEqual([]);
    // Made before the others, and handed over after them.
    await new Boot(flow.deps).make(grant, 1, { at: early[0]?.view.at ?? '' });
    expect(await crossings()).toEqual([]);
    await new Boot(flow.deps).make(grant, 1, { at: '2026-11-24T15:00:00.000Z' });
    expect(await crossings()).toMatchObject([{ counted: 101 }]);
  });

  test('only the customer’s approvers let their rule’s pause go on, and it counts again from then', async () => {
    await begin([BULK]);
    const grant = await granted();
    await boot.make(grant, 105);
    for (const by of [people.erin, people.max]) expect(await outcome(resume(by, grant))).toBe('forbidden');
    expect(await outcome(resume(people.gwen, grant))).toBe('not_found');
    expect(await outcome(resume(people.sam, grant))).toBe('forbidden');
    const weak: Principal = { ...people.ada, assurance: 'mail-code' };
    expect(await outcome(resume(weak, grant))).toBe('forbidden');
    const [lock] = await bench.store.readForTenant('acme', (unit) => unit.locks.pausesOf([grant.id]));
    expect(await outcome(liftLock(flow.deps, people.ada, lock?.id ?? ''))).toBe('conflict');
    // Calls of the second before the pause reached the gateways.
    const onTheWay = boot.calls(grant, 3);
    flow.clock.forward(2);
    await resume(people.ada, grant);
    expect((await read(grant)).status.access).toBe('open');
    expect(await outcome(resume(people.ada, grant))).toBe('conflict');
    await mint(grant);
    await boot.handOver(onTheWay);
    await boot.make(grant, 100);
    expect((await read(grant)).status.access).toBe('open');
    await boot.make(grant, 1);
    expect((await read(grant)).status.access).toBe('locked');
    expect((await crossings()).map(({ counted }) => counted)).toEqual([101, 101]);
    expect([await notices('paused'), await notices('resumed')].map(({ length }) => length)).toEqual([2, 1]);
    expect((await flow.leaves('acme')).filter(({ type }) => type.startsWith('lock.'))).toMatchObject([
      { type: 'lock.set', data: { kind: 'grant', name: grant.id, rule: 'bulk', side: 'customer' } },
      { type: 'lock.lifted', data: { kind: 'grant', name: grant.id } },
      { type: 'lock.set' },
    ]);
  });

  test('the vendor’s rule counts in each tenant by itself, and its security admin lets the grant go on', async () => {
    await begin([], [{ ...BULK, name: 'vendor-bulk', over: 10 }]);
    const [acme, globex] = [await granted(), await granted({ tenant: 'globex' }, people.gwen)];
    await boot.make(acme, 10);
    await new Boot(flow.deps).make(globex, 10);
    expect([await crossings(), await crossings('globex')]).toEqual([[], []]);
    await boot.make(acme, 1);
    expect(await crossings()).toMatchObject([{ side: 'vendor', done: 'paused' }]);
    expect(await crossings('globex')).toEqual([]);
    // The customer reads which rule it was: the vendor's policy is in the log that every tenant may read.
    expect((await read(acme, people.ada)).status.reason).toMatchObject({
      ...{ code: 'paused', side: 'vendor', rule: 'vendor-bulk', by: null },
    });
    expect(await outcome(resume(people.ada, acme))).toBe('forbidden');
    await resume(people.sam, acme);
    expect((await read(acme)).status.access).toBe('open');
  });

  test('a rule counts an engineer’s calls under all grants, and acts on each under which they go on', async () => {
    await begin([BULK]);
    const [first, second] = [await granted(), await granted()];
    await boot.make(first, 60);
    await boot.make(second, 41);
    expect((await read(second)).status.access).toBe('locked');
    expect((await read(first)).status.access).toBe('open');
    await boot.make(first, 1);
    expect((await read(first)).status.access).toBe('locked');
    expect((await crossings()).map(({ grant, counted }) => [grant, counted])).toEqual([
      [second.id, 101],
      [first.id, 102],
    ]);
  });

  test('while one grant of an engineer is paused, no further access to that service is opened for them', async () => {
    await begin([BULK]);
    const grant = await granted();
    const asked = await flow.ask(people.erin);
    await boot.make(grant, 101);
    expect((await previewRequest(flow.deps, people.erin, anAsk)).refusals).toMatchObject([
      { code: 'locked' },
    ]);
    expect(await outcome(flow.ask(people.erin))).toBe('request_refused');
    expect(await outcome(flow.approve(people.max, asked))).toBe('controls_changed');
    await resume(people.ada, grant);
    await flow.approve(people.max, asked);
  });

  test('a rule that notifies does so once in its time, and not the engineer', async () => {
    await begin([{ ...BULK, over: 10, do: 'notify' }]);
    const grant = await granted();
    for (let round = 0; round < 4; round += 1) {
      await boot.make(grant, 11);
      flow.clock.forward(20);
    }
    expect((await read(grant)).status.access).toBe('open');
    expect(await crossings()).toMatchObject([{ done: 'notified', counted: 11 }]);
    const [notice] = await notices('notified');
    expect(notice).toMatchObject({
      subject: grant.id,
      audience: ['role:acme:approver', 'role:acme:admin', 'role:vendor:security-admin'],
    });
    flow.clock.forward(300);
    await boot.make(grant, 11);
    expect(await crossings()).toHaveLength(2);
  });

  test('a rule that stops ends the grant, and records on the way change nothing more', async () => {
    await begin([{ ...BULK, over: 10, do: 'stop' }]);
    const grant = await granted();
    await boot.make(grant, 30);
    await boot.make(grant, 30);
    expect((await read(grant)).grant).toMatchObject({ state: 'ended', endReason: 'revoked', endedBy: null });
    expect(await crossings()).toMatchObject([{ done: 'stopped', counted: 11 }]);
    expect(await notices('stopped')).toHaveLength(1);
    expect(await outcome(resume(people.ada, grant))).toBe('grant_not_active');
  });

  test('a resource that the engineer uses for the first time is noticed, and no other', async () => {
    const rule: SupervisionRule = {
      name: 'new',
      count: 'new-resources',
      over: 0,
      within: 60,
      do: 'notify',
    };
    await begin([]);
    const grant = await granted();
    // Before there was a rule: the records are what was used.
    await boot.make(grant, 1, { resource: 'invoices/1' });
    await bench.store.asVendor(async (unit) => {
      const tenant = await unit.organisation.tenant('acme');
      if (tenant === null) throw new Error('no acme');
      const controls = { ...tenant.controls, supervision: [rule] };
      await unit.organisation.saveTenant({ ...tenant, controls });
    });
    await boot.make(grant, 3, { resource: 'invoices/1' });
    expect(await crossings()).toEqual([]);
    await boot.handOver([...boot.calls(grant, 2, { resource: 'invoices/2' })]);
    expect(await crossings()).toMatchObject([{ count: 'new-resources', counted: 1 }]);
    flow.clock.forward(120);
    await boot.make(grant, 5, { resource: 'invoices/2' });
    // A call that was refused has shown nothing.
    await boot.make(grant, 1, { resource: 'invoices/3', decision: 'refused', code: 'insufficient_scope' });
    expect(await crossings()).toHaveLength(1);
    await boot.make(grant, 1, { resource: 'invoices/3' });
    expect(await crossings()).toHaveLength(2);
  });

  test('a rule counts what its conditions name', async () => {
    const rule = (name: string, more: Partial<SupervisionRule>): SupervisionRule => ({
      ...{ ...BULK, over: 1, do: 'notify' as const, name },
      ...more,
    });
    await begin([
      rule('other-service', { services: ['crm'] }),
      rule('other-action', { actions: ['update'] }),
      rule('other-resource', { resources: ['payroll/**'] }),
      rule('fits', { services: ['billing'], actions: ['read'], resources: ['invoices/*'] }),
    ]);
    await boot.make(await granted(), 2, { resource: 'invoices/1', action: 'read' });
    expect((await crossings()).map(({ rule: name }) => name)).toEqual(['fits']);
  });

  test('the pace of a grant stands beside the medians of the engineer’s earlier grants there, and no others', async () => {
    await begin([]);
    const used = async (calls: number, minutes: number, tenant = 'acme') => {
      const approver = tenant === 'acme' ? people.ada : people.gwen;
      const grant = await granted({ tenant }, approver);
      await new Boot(flow.deps).make(grant, calls);
      flow.clock.forward(minutes * 60);
      await revokeGrant(flow.deps, approver, grant.id, 'done');
    };
    await used(10, 10);
    await used(30, 10);
    await used(80, 20);
    await used(500, 1, 'globex');
    const grant = await granted();
    await boot.make(grant, 4);
    flow.clock.forward(61);
    await boot.make(grant, 7);
    await boot.make(grant, 2, { decision: 'refused', code: 'insufficient_scope' });
    const usual = { callsPerMinute: 3, calls: 30, bytes: 0, grants: 3 };
    for (const by of [people.erin, people.ada, people.ola])
      expect(await readPace(flow.deps, by, grant.id)).toEqual({ callsPerMinute: 7, usual });
    expect(await outcome(readPace(flow.deps, people.gwen, grant.id))).toBe('not_found');
    const first = await granted({ tenant: 'globex' }, people.gwen);
    expect(await readPace(flow.deps, people.gwen, first.id)).toMatchObject({ usual: { grants: 1 } });
  });

  test('a pause ends with its grant', async () => {
    await begin([BULK]);
    const grant = await granted();
    await boot.make(grant, 101);
    flow.clock.forward(7_200);
    await runDueTransitions(flow.deps);
    expect((await read(grant)).grant.endReason).toBe('expired');
    expect(await bench.store.feed.read((unit) => unit.feed.locks())).toEqual([]);
  });
});
