/** @soak */

import {
  addDemandStep,
  applyOrganisation,
  DEMAND_TRANSITIONS,
  type DemandInput,
  enterDemand,
  fileDemandDocument,
  getGrant,
  getRequest,
  listDemands,
  listEvents,
  listGrants,
  listRequests,
  type Organisation,
  openDueDemands,
  type Principal,
  readDemand,
  readDemandDocument,
  readOpenings,
  readStanding,
  recordAccessHeads,
  requestAccess,
  runDueTransitions,
  type StepInput,
  setLock,
} from '@countersign/access';
import { DEMAND_STATES, type DemandState, type VendorRole } from '@countersign/contract';
import { smallOrganisation } from '../factories/small-organisation.js';
import { rowsAt } from '../support/rows-at.js';
import { onlyInSoak, rowsOfEachKind } from '../support/samples.js';
import { attempt, fanOut } from './support/attempts.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const DAY = 86_400;
const AUTHORITY = 'Amtsgericht Wirsing-Nord';
const intake = (change: Partial<DemandInput> = {}): DemandInput => ({
  ...{ authority: AUTHORITY, country: 'DE', legalBasis: '§ 94 StPO', kind: 'order', reference: '12 Gs 7/26' },
  ...{ data: 'Invoices of one account', scope: 'October 2026, billing', tenants: ['acme'] },
  ...{ accounts: ['konto-4711'], receivedAt: '2026-11-24T09:00:00Z', dueAt: '2026-12-08T09:00:00Z' },
  ...{ gag: null, reason: 'By courier; seal and signature checked' },
  ...change,
});
const GAG = { order: '§ 101 StPO', until: '2027-02-24T00:00:00Z' };

describeUseCase('SQLite', 'government demands', (bench) => {
  let flow: Workflow;
  let lea: Principal;
  let leo: Principal;
  let vic: Principal;
  beforeEach(async () => {
    const organisation = smallOrganisation();
    organisation.vendor.staff.push(
      { email: 'lea@northwind.example', name: 'Lea Voss', roles: ['legal'] },
      { email: 'leo@northwind.example', name: 'Leo Brandt', roles: ['legal'] },
      { email: 'vic@northwind.example', name: 'Vic Sole', roles: ['auditor'] },
    );
    flow = await startWorkflow(bench, organisation);
    [lea, leo, vic] = [
      await flow.as('lea@northwind.example'),
      await flow.as('leo@northwind.example'),
      await flow.as('vic@northwind.example'),
    ];
  });

  const refused = (code: string) => expect.objectContaining({ code });
  const step = (id: string, input: Partial<StepInput> & Pick<StepInput, 'action'>, by = lea) =>
    addDemandStep(flow.deps, by, id, { reason: `because of ${input.action}`, ...input });
  const redirect = (id: string) => step(id, { action: 'redirected', outcome: 'declined' });
  const enter = async (change: Partial<DemandInput> = {}) =>
    (await enterDemand(flow.deps, lea, intake(change))).demand.id;
  const aboutDemands = async (tenant: string) =>
    (await flow.leaves(tenant)).filter(({ type }) => type.startsWith('demand.'));
  const notices = async () =>
    (
      await rowsAt<{ kind: string; tenant: string }>(bench.database.url, 'SELECT kind, tenant FROM notices')
    ).filter(({ kind }) => kind.startsWith('demand.'));

  /** What each state leads to in these tests. */
  const INPUTS: Readonly<Record<DemandState, Partial<StepInput>>> = {
    received: {},
    redirected: { outcome: 'declined' },
    challenged: {},
    narrowed: { scope: 'one invoice' },
    rejected: {},
    disclosed: { withContent: true, accounts: 1 },
    closed: {},
  };
  const PATHS: Readonly<Record<DemandState, DemandState[]>> = {
    received: [],
    redirected: ['redirected'],
    challenged: ['redirected', 'challenged'],
    narrowed: ['redirected', 'narrowed'],
    rejected: ['redirected', 'rejected'],
    disclosed: ['redirected', 'disclosed'],
    closed: ['redirected', 'closed'],
  };
  const bring = async (to: DemandState) => {
    const id = await enter();
    for (const state of PATHS[to]) await step(id, { action: state as StepInput['action'], ...INPUTS[state] });
    return id;
  };

  test('the customer is notified, and reads every step in its own log', async () => {
    const id = await enter({ tenants: ['globex', 'acme'] });
    await redirect(id);
    expect((await notices()).map(({ tenant }) => tenant).sort()).toEqual([
      'acme',
      'acme',
      'globex',
      'globex',
    ]);
    const [received, redirected] = await aboutDemands('acme');
    expect(received).toMatchObject({
      type: 'demand.received',
      actor: lea.person.id,
      data: {
        demand: id,
        country: 'DE',
        kind: 'order',
        state: 'received',
        receivedAt: '2026-11-24T09:00:00.000Z',
      },
    });
    expect(redirected?.data).toMatchObject({ demand: id, state: 'redirected', outcome: 'declined' });
    const ada = await flow.as('ada@acme.example');
    const { openings } = await readOpenings(flow.deps, ada, 'acme', received?.seq ?? -1);
    expect(openings).toMatchObject({ authority: { value: AUTHORITY }, legalBasis: { value: '§ 94 StPO' } });
    // P9: neither log names the other customer.
    for (const [tenant, other] of [
      ['acme', 'globex'],
      ['globex', 'acme'],
    ] as const)
      expect(JSON.stringify(await aboutDemands(tenant))).not.toContain(`"${other}"`);
    const audited = await readDemand(flow.deps, vic, id);
    expect(audited.steps.map(({ action, person, at, reason }) => [action, person, at, reason])).toEqual([
      ['received', lea.person.id, '2026-11-24T15:00:00.000Z', 'By courier; seal and signature checked'],
      ['redirected', lea.person.id, '2026-11-24T15:00:00.000Z', 'because of redirected'],
    ]);
  });

  test('each state leads only where the table says; the authority goes to the customer first', async () => {
    const steps = DEMAND_STATES.flatMap((from) =>
      DEMAND_STATES.filter((to) => to !== 'received').map((to) => {
        return { from, to, isLegal: DEMAND_TRANSITIONS[from].includes(to) };
      }),
    );
    for (const { from, to, isLegal } of rowsOfEachKind(steps, (row) => `${row.from} ${row.isLegal}`)) {
      const id = await bring(from);
      const moved = step(id, { action: to as StepInput['action'], ...INPUTS[to] });
      if (isLegal) expect(await moved).toMatchObject({ state: to });
      else await expect(moved).rejects.toEqual(refused('wrong_state'));
    }
  });

  test('SQL past the application adds no step that the table does not have, and changes or deletes nothing', async () => {
    const id = await bring('disclosed');
    await fileDemandDocument(flow.deps, lea, id, {
      ...{ name: 'order.pdf', content: new TextEncoder().encode('the order'), reason: 'the order itself' },
    });
    const written = () =>
      Promise.all(
        ['demands', 'demand_tenants', 'demand_steps', 'demand_documents', 'demand_keys'].map((table) =>
          bench.database.raw(`SELECT * FROM ${table} ORDER BY 1, 2`),
        ),
      );
    const before = await written();
    for (const table of ['demands', 'demand_tenants', 'demand_steps', 'demand_documents']) {
      await expect(bench.database.raw(`DELETE FROM ${table}`)).rejects.toThrow('is append-only');
      await expect(bench.database.raw(`UPDATE ${table} SET content = 'x'`)).rejects.toThrow(
        table === 'demand_tenants' ? /append-only|content/ : 'is append-only',
      );
    }
    await expect(bench.database.raw("UPDATE demand_tenants SET slug = 'globex'")).rejects.toThrow(
      'is append-only',
    );
    await expect(bench.database.raw('DELETE FROM demand_keys')).rejects.toThrow('demand_keys are kept');
    await expect(bench.database.raw("UPDATE demand_keys SET demand = 'dem_x'")).rejects.toThrow(
      'demand_keys',
    );
    const insert = (seq: number, action: string, from: string | null, to: string) =>
      bench.database.raw(
        `INSERT INTO demand_steps (demand, seq, action, from_state, to_state, person, at, content)
         VALUES ('${id}', ${seq}, '${action}', ${from === null ? 'NULL' : `'${from}'`}, '${to}', 'usr_x', '2026-11-24T15:00:00.000Z', 'x')`,
      );
    for (const wrong of [
      insert(5, 'closed', 'disclosed', 'closed'),
      insert(4, 'challenged', 'disclosed', 'challenged'),
      insert(4, 'closed', 'redirected', 'closed'),
      insert(4, 'opened', 'disclosed', 'closed'),
      insert(4, 'disclosed', 'disclosed', 'disclosed'),
      insert(4, 'received', null, 'received'),
    ])
      await expect(wrong).rejects.toThrow('no such step of a demand');
    await expect(insert(2, 'closed', 'disclosed', 'closed')).rejects.toThrow(/append-only|no such step/);
    expect(await written()).toEqual(before);
  });

  test('P11: what names people or data is sealed at rest, and so is the copy of a document', async () => {
    const content = new TextEncoder().encode('Beschluss gegen Wirsing');
    const id = await enter({ gag: GAG });
    const view = await fileDemandDocument(flow.deps, lea, id, {
      ...{ name: 'wirsing.pdf', content, reason: 'Beschluss Wirsing' },
    });
    for (const table of ['demands', 'demand_steps', 'demand_documents'])
      expect(JSON.stringify(await bench.database.raw(`SELECT * FROM ${table}`))).not.toMatch(
        /Wirsing|wirsing|konto-4711| StPO/,
      );
    const sha256 = view.documents[0]?.sha256 ?? '';
    expect(view.documents).toMatchObject([{ name: 'wirsing.pdf', bytes: content.length }]);
    const read = await readDemandDocument(flow.deps, leo, id, sha256);
    expect(Buffer.from(read.content)).toEqual(Buffer.from(content));
    await expect(
      fileDemandDocument(flow.deps, lea, id, { name: 'again', content, reason: 'again' }),
    ).rejects.toEqual(refused('conflict'));
    await expect(readDemandDocument(flow.deps, leo, id, `sha256:${'0'.repeat(64)}`)).rejects.toEqual(
      refused('not_found'),
    );
  });

  test('P2: only legal enters and moves a demand; auditors read it, and no one else does', async () => {
    const id = await enter();
    const others = ['erin@northwind.example', 'max@northwind.example', 'ada@acme.example'];
    for (const by of [vic, ...(await Promise.all(others.map((email) => flow.as(email))))]) {
      await expect(enterDemand(flow.deps, by, intake())).rejects.toEqual(refused('forbidden'));
      await expect(step(id, { action: 'redirected', outcome: 'accepted' }, by)).rejects.toEqual(
        refused('forbidden'),
      );
      const read = readDemand(flow.deps, by, id);
      if (by === vic) expect(await read).toMatchObject({ demand: { id, authority: AUTHORITY } });
      else await expect(read).rejects.toEqual(refused('forbidden'));
    }
    await expect(readDemandDocument(flow.deps, vic, id, 'sha256:x')).rejects.toEqual(refused('forbidden'));
  });

  test('under a gag the customer’s log and outbox have nothing of it; it opens when the gag ends, once', async () => {
    const before = await flow.leaves('acme');
    const id = await enter({ gag: GAG });
    await redirect(id);
    expect(await flow.leaves('acme')).toEqual(before);
    // Nor has the vendor's own log: its security admins read and export it, and must not know.
    expect(await aboutDemands('vendor')).toEqual([]);
    expect(await notices()).toEqual([]);
    expect(await openDueDemands(flow.deps)).toBe(0);
    flow.clock.forward(92 * DAY);
    expect(await readDemand(flow.deps, vic, id)).toMatchObject({ isSealed: true, isOverdue: true });
    expect((await listDemands(flow.deps, vic, {}, { cursor: null, limit: 10 })).items).toMatchObject([
      { isOverdue: true, isSealed: true },
    ]);
    const runs = await Promise.all([openDueDemands(flow.deps), openDueDemands(flow.deps)]);
    expect(runs.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect((await aboutDemands('acme')).map(({ type, data }) => [type, data['happenedAt']])).toEqual([
      ['demand.received', '2026-11-24T15:00:00.000Z'],
      ['demand.redirected', '2026-11-24T15:00:00.000Z'],
      ['demand.opened', undefined],
    ]);
    expect(await aboutDemands('vendor')).toMatchObject([
      { type: 'demand.received', actor: lea.person.id, data: { happenedAt: '2026-11-24T15:00:00.000Z' } },
      { type: 'demand.redirected', actor: lea.person.id, data: { happenedAt: '2026-11-24T15:00:00.000Z' } },
      { type: 'demand.opened', actor: 'job', data: { step: 2 } },
    ]);
    expect(await notices()).toEqual([{ kind: 'demand.changed', tenant: 'acme' }]);
    expect(await readDemand(flow.deps, vic, id)).toMatchObject({ isSealed: false, isOverdue: false });
  });

  test('a gag lasts twelve months at most; a second person confirms an extension before it ends', async () => {
    await expect(enter({ gag: { ...GAG, until: '2027-11-24T15:00:01Z' } })).rejects.toEqual(
      refused('invalid_request'),
    );
    const id = await enter({ gag: { ...GAG, until: '2027-11-24T15:00:00Z' } });
    await expect(step(id, { action: 'extended' })).rejects.toEqual(refused('wrong_state'));
    flow.clock.forward(300 * DAY);
    await step(id, { action: 'extension-proposed', until: '2028-03-01T00:00:00Z' });
    await expect(step(id, { action: 'extended' })).rejects.toEqual(refused('self_review'));
    expect(await readDemand(flow.deps, vic, id)).toMatchObject({ gagUntil: '2027-11-24T15:00:00.000Z' });
    expect(await step(id, { action: 'extended' }, leo)).toMatchObject({
      ...{ gagUntil: '2028-03-01T00:00:00.000Z', proposal: null, state: 'received' },
    });
    flow.clock.forward(65 * DAY);
    expect(await openDueDemands(flow.deps)).toBe(0);
    flow.clock.forward(100 * DAY);
    await expect(step(id, { action: 'extension-proposed', until: '2028-12-01T00:00:00Z' })).rejects.toEqual(
      refused('wrong_state'),
    );
    expect(await openDueDemands(flow.deps)).toBe(1);
  });

  test('an extension ends later than the gag: none opens a demand before its time, or leaves it late for ever', async () => {
    const id = await enter({ gag: GAG });
    for (const until of ['2026-11-25T00:00:00Z', GAG.until])
      await expect(step(id, { action: 'extension-proposed', until })).rejects.toEqual(
        refused('invalid_request'),
      );
    await step(id, { action: 'extension-proposed', until: '2027-02-24T00:00:01Z' });
    await step(id, { action: 'extended' }, leo);
    // Not earlier than the last extension either.
    await expect(step(id, { action: 'extension-proposed', until: GAG.until })).rejects.toEqual(
      refused('invalid_request'),
    );
    flow.clock.forward(92 * DAY);
    expect(await openDueDemands(flow.deps)).toBe(1);
  });

  test('a demand that is sent twice with one Idempotency-Key is entered once, and nothing unsealed is kept of it', async () => {
    const key = { principal: lea.person.id, route: 'POST /api/v1/demands', key: 'one', bodyHash: 'h' };
    const send = (change = {}) =>
      enterDemand(flow.deps, lea, intake({ gag: GAG }), { idempotency: { ...key, ...change } });
    const [first, second] = await Promise.all([send(), send()]);
    expect(second.demand.id).toBe(first.demand.id);
    expect((await listDemands(flow.deps, lea, {}, { cursor: null, limit: 10 })).items).toHaveLength(1);
    await expect(send({ bodyHash: 'other' })).rejects.toEqual(refused('idempotency_key_reused'));
    const rows = await bench.database.raw('SELECT * FROM idempotent_answers');
    expect(JSON.stringify(rows)).not.toMatch(/Wirsing|konto-4711| StPO/);
  });

  test('two people who act at once do not both move it', async () => {
    const id = await bring('redirected');
    const outcomes = await Promise.allSettled([
      step(id, { action: 'rejected' }),
      step(id, { action: 'disclosed', withContent: false, accounts: 1 }, leo),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('reports read counts without a name in them', async () => {
    await bring('disclosed');
    await enter({ gag: GAG, kind: 'national-security', country: 'US', tenants: ['globex'] });
    const counts = await bench.store.demandCounts.read(({ demands }) =>
      demands.counts({ from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z' }),
    );
    expect(counts).toMatchObject([
      {
        ...{ country: 'DE', kind: 'order', state: 'disclosed', tenants: ['acme'], accounts: 1 },
        ...{ redirected: 'declined', disclosed: { withContent: true, accounts: 1 }, isSealed: false },
      },
      {
        ...{ country: 'US', kind: 'national-security', state: 'received', tenants: ['globex'] },
        ...{ redirected: null, disclosed: null, isSealed: true },
      },
    ]);
    expect(JSON.stringify(counts)).not.toMatch(/Wirsing|konto-4711/);
    expect(
      await bench.store.demandCounts.read(({ demands }) => demands.counts({ to: '2026-11-01T00:00:00Z' })),
    ).toEqual([]);
  });
});

/** With three people who are legal counsel. */
function withCounsel(organisation: Organisation): Organisation {
  organisation.vendor.staff.push(
    { email: 'lea@northwind.example', name: 'Lea Voss', roles: ['legal'] },
    { email: 'leo@northwind.example', name: 'Leo Brandt', roles: ['legal'] },
    { email: 'lia@northwind.example', name: 'Lia Horn', roles: ['legal'] },
  );
  return organisation;
}

describeUseCase('SQLite', 'access for an authority', (bench) => {
  let flow: Workflow;
  let lea: Principal;
  let leo: Principal;
  let lia: Principal;
  beforeEach(async () => {
    flow = await startWorkflow(bench, withCounsel(smallOrganisation()));
    [lea, leo, lia] = [
      await flow.as('lea@northwind.example'),
      await flow.as('leo@northwind.example'),
      await flow.as('lia@northwind.example'),
    ];
  });
  const refused = (code: string) => expect.objectContaining({ code });
  const redirected = async (change: Partial<DemandInput> = {}) => {
    const { demand } = await enterDemand(flow.deps, lea, intake(change));
    await addDemandStep(flow.deps, lea, demand.id, {
      ...{ action: 'redirected', outcome: 'declined', reason: 'the court insists' },
    });
    return demand.id;
  };
  const legal = (demand: string, by = lea, change = {}) =>
    flow.ask(by, { basis: 'legal', demand, ...change });

  /** The notice of the access reaches the customer. */
  async function notify(request: string): Promise<void> {
    const { notice } = (await getRequest(flow.deps, lea, request)).request;
    const due = await bench.store.readAsVendor((unit) => unit.outbox.due('2099-01-01T00:00:00Z', 100));
    const opening = due.find(({ id }) => id === notice);
    if (opening === undefined) throw new Error('there is no notice');
    expect(opening).toMatchObject({ kind: 'demand.opening', subject: request, tenant: 'acme' });
    const at = flow.clock.now().toISOString();
    const drafts = [{ channel: 'mail' as const, recipient: 'usr_ada', orderKey: opening.id }];
    await fanOut(bench.store, opening, drafts, at);
    await attempt(bench.store, 'mail', at, () => ({ state: 'delivered', at }));
    await runDueTransitions(flow.deps);
  }

  test('P1: two others of the vendor’s legal counsel decide, and the customer reads the request in its log', async () => {
    const demand = await redirected();
    const view = await legal(demand);
    expect(view.request).toMatchObject({ state: 'awaiting_vendor', demand, terms: { basis: 'legal' } });
    expect(view.request.needs).toMatchObject({
      ...{ vendor: { required: 2 }, customer: { required: 0, countersignature: false } },
      risk: { level: 'high' },
    });
    await expect(flow.approve(lea, view)).rejects.toEqual(refused('self_review'));
    const max = await flow.as('max@northwind.example');
    await expect(flow.approve(max, view)).rejects.toEqual(refused('forbidden'));
    await flow.approve(leo, view);
    expect((await getRequest(flow.deps, leo, view.request.id)).request.grant).toBeNull();
    await expect(flow.approve(leo, view)).rejects.toEqual(refused('already_decided'));
    await flow.approve(lia, view);
    const { request } = await getRequest(flow.deps, lea, view.request.id);
    expect(request).toMatchObject({ state: 'notifying', grant: null });
    await notify(request.id);
    expect((await getRequest(flow.deps, lea, request.id)).request.state).toBe('approved');
    expect((await flow.leaves('acme')).map(({ type }) => type)).toContain('demand.notified');
    const created = (await flow.leaves('acme')).find(({ type }) => type === 'request.created');
    expect(created?.data).toMatchObject({ demand, terms: { basis: 'legal' } });
    const ada = await flow.as('ada@acme.example');
    expect((await getRequest(flow.deps, ada, view.request.id)).request.demand).toBe(demand);
  });

  /** Applies the organisation file again, with another role for one of the vendor's staff, or without that person. */
  async function apply(email?: string, roles?: VendorRole[]): Promise<void> {
    const changed = withCounsel(smallOrganisation());
    const staff = changed.vendor.staff.map((each) =>
      each.email === email && roles ? { ...each, roles } : each,
    );
    changed.vendor.staff = staff.filter((each) => each.email !== email || roles !== undefined);
    // Something else changes too.
    changed.vendor.name = `${changed.vendor.name} 2`;
    await applyOrganisation(flow.deps, changed, { dryRun: false });
  }

  test.each<[string, VendorRole[] | undefined]>([
    ['has left', undefined],
    ['is no legal counsel any more', ['auditor']],
  ])('P1: the approval of legal counsel who %s no longer counts, also under a gag', async (_, roles) => {
    const views = [await legal(await redirected()), await legal(await redirected({ gag: GAG }))];
    for (const view of views) await flow.approve(leo, view);
    await apply('leo@northwind.example', roles);
    for (const view of views) {
      await flow.approve(lia, view);
      const { request } = await getRequest(flow.deps, lea, view.request.id);
      expect([request.state, request.grant]).toEqual(['awaiting_vendor', null]);
    }
  });

  test('access for an authority ends with the role of its requester, and with no other change of the file', async () => {
    const view = await legal(await redirected({ gag: GAG }));
    await flow.approve(leo, view);
    await flow.approve(lia, view);
    const stateNow = async () => {
      const { request } = await getRequest(flow.deps, lia, view.request.id);
      return (await getGrant(flow.deps, lia, request.grant ?? '')).grant.state;
    };
    await apply();
    expect(await stateNow()).toBe('active');
    const waiting = await legal(await redirected({ gag: GAG }));
    await apply('lea@northwind.example', ['auditor']);
    expect(await stateNow()).toBe('ended');
    expect((await getRequest(flow.deps, lia, waiting.request.id)).request.state).toBe('cancelled');
  });

  test('P2: no one else asks on this ground, and legal counsel asks on no other and sees no other', async () => {
    const demand = await redirected();
    const erin = await flow.as('erin@northwind.example');
    const refusedWith = (code: string) =>
      expect.objectContaining({ refusals: [expect.objectContaining({ code })] });
    await expect(legal(demand, erin)).rejects.toEqual(refusedWith('not_eligible'));
    await expect(flow.ask(lea)).rejects.toEqual(refusedWith('not_eligible'));
    await expect(flow.ask(lea, { basis: 'legal' })).rejects.toEqual(refused('invalid_request'));
    await expect(flow.ask(erin, { demand })).rejects.toEqual(refused('invalid_request'));
    const ordinary = await flow.ask(erin);
    await expect(flow.approve(lea, ordinary)).rejects.toEqual(refused('not_found'));
    await expect(getRequest(flow.deps, lea, ordinary.request.id)).rejects.toEqual(refused('not_found'));
    const own = await legal(demand);
    const list = await listRequests(flow.deps, leo, {}, { cursor: null, limit: 10 });
    expect(list.items.map(({ request }) => request.id)).toEqual([own.request.id]);
  });

  const ACCOUNTS = 'seizure of accounts';
  const search = (cursor: string | null) =>
    listRequests(flow.deps, leo, { text: ACCOUNTS }, { cursor, limit: 10 });
  const found = (page: Awaited<ReturnType<typeof search>>) => page.items.map((each) => each.request.id);

  test('P9: the search of legal counsel finds their requests alone', async () => {
    const { request } = await legal(await redirected(), lea, { justification: ACCOUNTS });
    await flow.ask(await flow.as('erin@northwind.example'), { justification: ACCOUNTS });
    expect(found(await search(null))).toEqual([request.id]);
  });

  onlyInSoak(() => {
    test('one page of the search of legal counsel looks at 1,000 requests at most', async () => {
      const { request } = await legal(await redirected(), lea, { justification: ACCOUNTS });
      // Newer requests that have the longest word only.
      const newer = Array.from({ length: 1_001 }, () => flow.deps.ids.next('req'));
      await bench.store.forTenant('acme', async (unit) => {
        for (const id of newer) {
          const commitment = `c1:${id}`;
          const terms = { ...request.terms, justification: commitment };
          await unit.requests.insert({ ...request, id, digest: `sha256:${id}`, terms });
          await unit.requestWords.insert({ ...request, id }, [{ commitment, words: ['accounts'] }]);
        }
      });
      const first = await search(null);
      expect(found(first)).toEqual([]);
      expect(newer).toContain(first.next);
      expect(found(await search(first.next))).toEqual([request.id]);
    });
  });

  test('a demand opens access only to the customers that it names, after the redirect', async () => {
    const expectRefused = (asked: Promise<unknown>) =>
      expect(asked).rejects.toEqual(
        expect.objectContaining({
          refusals: [expect.objectContaining({ code: 'basis_not_allowed', pointer: '/demand' })],
        }),
      );
    const { demand } = await enterDemand(flow.deps, lea, intake());
    await expectRefused(legal(demand.id));
    await expectRefused(legal(await redirected({ tenants: ['globex'] })));
    await expectRefused(legal('dem_0199f0a0-7b2c-7001-8000-000000000009'));
  });

  test('P9: under a gag the access is kept in a sealed log, which neither the customer nor other staff finds', async () => {
    const before = await flow.leaves('acme');
    const demand = await redirected({ gag: GAG });
    const view = await legal(demand);
    const { tenant: log, terms } = view.request;
    expect([log, terms.tenant]).toEqual([expect.stringMatching(/^sealed-/), 'acme']);
    await flow.approve(leo, view);
    await flow.approve(lia, view);
    const { request } = await getRequest(flow.deps, lea, view.request.id);
    expect(request).toMatchObject({ state: 'approved', grant: expect.stringMatching(/^grt_/) });
    expect(await flow.leaves('acme')).toEqual(before);
    expect((await flow.leaves(log)).map(({ type }) => type)).toEqual([
      ...['request.created', 'request.reviewed', 'request.reviewed'],
      ...['deployment.checkpoint', 'grant.started', 'request.approved'],
    ]);
    const notices = await bench.store.readAsVendor((unit) => unit.outbox.after('', 1_000));
    expect(notices.filter(({ subject }) => subject === request.id || subject === request.grant)).toEqual([]);
    // A second request of the demand goes to the same log, one of another customer to another.
    const again = await legal(demand, lea, { seconds: 600 });
    expect(again.request.tenant).toBe(log);

    const page = { cursor: null, limit: 100 };
    for (const email of [
      ...['ada@acme.example', 'cara@acme.example', 'max@northwind.example'],
      ...['sam@northwind.example', 'erin@northwind.example'],
    ]) {
      const who = await flow.as(email);
      await expect(getRequest(flow.deps, who, request.id)).rejects.toEqual(refused('not_found'));
      await expect(getGrant(flow.deps, who, request.grant ?? '')).rejects.toEqual(refused('not_found'));
      for (const list of [listRequests, listGrants])
        for (const filter of [
          {},
          { request: request.id },
          { grant: request.grant ?? '' },
          { basis: 'legal' },
        ])
          expect((await list(flow.deps, who, filter, page)).items).toEqual([]);
      await expect(listEvents(flow.deps, who, log, {}, page)).rejects.toEqual(
        expect.objectContaining({ code: expect.stringMatching(/not_found|forbidden/) }),
      );
    }
    const ola = await flow.as('ola@northwind.example');
    for (const who of [leo, ola])
      expect((await listRequests(flow.deps, who, {}, page)).items.map((each) => each.request.id)).toEqual([
        again.request.id,
        request.id,
      ]);
    const standing = await readStanding(flow.deps, await flow.as('sam@northwind.example'), null);
    expect(standing.ways.filter(({ kind }) => kind === 'grant')).toEqual([]);
  });

  test('the customer’s people, controls and locks decide about sealed access as about any other', async () => {
    const demand = await redirected({ gag: GAG });
    const first = await legal(demand);
    const ada = await flow.as('ada@acme.example');
    const lock = { kind: 'tenant' as const, name: 'acme', reason: 'we look into it', seconds: null };
    await setLock(flow.deps, ada, lock);
    const locked = expect.objectContaining({ refusals: [expect.objectContaining({ code: 'locked' })] });
    await expect(legal(demand, lea, { seconds: 600 })).rejects.toEqual(locked);
    await expect(flow.approve(leo, first)).rejects.toEqual(refused('controls_changed'));
  });

  test('when the gag ends, its access ends, its log opens to the customer, and no more begins', async () => {
    const demand = await redirected({ gag: GAG });
    const view = await legal(demand, lea, { seconds: 3600, startsAt: '2026-11-24T16:00:00Z' });
    await flow.approve(leo, view);
    await flow.approve(lia, view);
    const log = view.request.tenant;
    const waiting = await legal(demand, lea, { seconds: 600 });
    const heads = async () =>
      (await flow.leaves('acme')).flatMap(({ type, data }) =>
        type === 'demand.accessed' ? [[data['log'], data['size']]] : [],
      );
    expect(await recordAccessHeads(flow.deps)).toBe(1);
    expect(await recordAccessHeads(flow.deps)).toBe(0);
    expect(await heads()).toEqual([]);
    // Access that could outlast the gag gets no approval.
    flow.clock.forward(91 * DAY);
    const late = await legal(demand, lea, { seconds: 300 });
    await expect(flow.approve(leo, late)).rejects.toEqual(refused('wrong_state'));
    flow.clock.forward(2 * DAY);
    await expect(legal(demand)).rejects.toEqual(refused('request_refused'));
    await expect(flow.approve(leo, waiting)).rejects.toEqual(refused('wrong_state'));
    expect(await openDueDemands(flow.deps)).toBe(1);
    const { grant } = (await getRequest(flow.deps, lea, view.request.id)).request;
    expect((await getGrant(flow.deps, lea, grant ?? '')).grant.state).toBe('ended');
    expect((await getRequest(flow.deps, lea, waiting.request.id)).request.state).toBe('expired');
    const { length } = await flow.leaves(log);
    expect((await heads()).at(-1)).toEqual([log, length]);
    const page = { cursor: null, limit: 100 };
    const ada = await flow.as('ada@acme.example');
    expect((await listEvents(flow.deps, ada, log, {}, page)).items).toHaveLength(length);
    const gwen = await flow.as('gwen@globex.example');
    await expect(listEvents(flow.deps, gwen, log, {}, page)).rejects.toEqual(refused('not_found'));
    // From now on it is an open demand: a request is in the customer's own log.
    expect((await legal(demand)).request.tenant).toBe('acme');
  });

  test('a request that is stored while its demand opens is never approved: no access begins without a notice', async () => {
    const demand = await redirected({ gag: GAG });
    // The sealed log is there, and this broker has checked the demand, when another one opens it.
    await legal(demand);
    flow.clock.forward(91 * DAY);
    const { store } = flow.deps;
    const slow = Object.create(store, {
      forTenant: {
        value: async (...work: Parameters<typeof store.forTenant>) => {
          flow.clock.forward(2 * DAY);
          await openDueDemands(flow.deps);
          return store.forTenant(...work);
        },
      },
    }) as typeof store;
    const asked = {
      tenant: 'acme',
      service: 'billing',
      scope: [{ resource: 'invoices', actions: ['list'] }],
    };
    const input = { ...asked, seconds: 300, justification: 'late', ticket: null };
    const view = await requestAccess({ ...flow.deps, store: slow }, lea, {
      ...input,
      basis: 'legal',
      demand,
    });
    expect(view.request.tenant).toMatch(/^sealed-/);
    await expect(flow.approve(leo, view)).rejects.toEqual(refused('wrong_state'));
  });

  test('a demand that was rejected meanwhile gets no more approvals until it is challenged again', async () => {
    const demand = await redirected();
    const view = await legal(demand);
    await flow.approve(leo, view);
    await addDemandStep(flow.deps, lea, demand, { action: 'rejected', reason: 'the court agrees with us' });
    await expect(flow.approve(lia, view)).rejects.toEqual(refused('wrong_state'));
    expect((await getRequest(flow.deps, lea, view.request.id)).request).toMatchObject({
      ...{ state: 'awaiting_vendor', grant: null },
    });
    // It is challenged again: then it may lead to a disclosure.
    await addDemandStep(flow.deps, lea, demand, { action: 'challenged', reason: 'the authority appealed' });
    await flow.approve(lia, view);
    expect((await getRequest(flow.deps, lea, view.request.id)).request.state).toBe('notifying');
  });

  test('a disclosure names only a grant that was made for its demand', async () => {
    const demand = await redirected();
    const view = await legal(demand);
    await flow.approve(leo, view);
    await flow.approve(lia, view);
    const disclose = (id: string, grant: string) =>
      addDemandStep(flow.deps, lea, id, {
        ...{ action: 'disclosed', reason: 'as ordered', withContent: true, accounts: 1, grant },
      });
    await expect(disclose(demand, 'grt_0199f0a0-7b2c-7001-8000-000000000009')).rejects.toEqual(
      refused('invalid_request'),
    );
    await notify(view.request.id);
    const grant = (await getRequest(flow.deps, lea, view.request.id)).request.grant ?? '';
    expect(grant).toMatch(/^grt_/);
    await expect(disclose(await redirected(), grant)).rejects.toEqual(refused('invalid_request'));
    expect(await disclose(demand, grant)).toMatchObject({ state: 'disclosed' });
  });
});
