/** @soak */

import {
  applyOrganisation,
  type ControlRule,
  forwardRequest,
  getRequest,
  type Organisation,
  type Principal,
  type PrivacyControls,
  type RequestView,
  reviewRequest,
  runDueTransitions,
  type SigningDeps,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const TWO_HOURS = 2 * 3600;

/** Invoices need an owner, then the data protection officer; after two hours the management may stand in for the owner. */
const stages: ControlRule = {
  resources: ['invoices/**'],
  stages: [
    { name: 'owner', groups: ['owners'], approvals: 1, escalate: { after: TWO_HOURS, to: ['management'] } },
    { name: 'dpo', groups: ['dpo'], approvals: 1 },
  ],
};

const GROUPS = { ada: ['owners'], bob: ['dpo'], olga: ['owners'], mia: ['management'], tom: ['cover'] };

function organisation(change: Partial<PrivacyControls> = {}): Organisation {
  const file = smallOrganisation({ vendorReviews: 0 });
  const acme = file.tenants[0]!;
  acme.people = [
    ...Object.entries(GROUPS).map(([name, groups]) => ({
      ...{ email: `${name}@acme.example`, name, groups },
      roles: ['approver' as const, ...(name === 'ada' ? (['admin'] as const) : [])],
    })),
  ];
  acme.privacyControls = { ...acme.privacyControls, rules: [stages], ...change };
  return file;
}

describeUseCase('SQLite', 'stages of approval', (bench) => {
  let flow: Workflow;
  let erin: Principal;
  let [ada, bob, olga, mia, tom] = [] as unknown as [Principal, Principal, Principal, Principal, Principal];

  const start = async (change: Partial<PrivacyControls> = {}) => {
    flow = await startWorkflow(bench, organisation(change));
    erin = await flow.as('erin@northwind.example');
    [ada, bob, olga, mia, tom] = await Promise.all([
      flow.as('ada@acme.example'),
      flow.as('bob@acme.example'),
      flow.as('olga@acme.example'),
      flow.as('mia@acme.example'),
      flow.as('tom@acme.example'),
    ]);
  };
  const stateOf = async ({ request }: RequestView) =>
    (await getRequest(flow.deps, erin, request.id)).request.state;
  const stageOf = async ({ request }: RequestView) =>
    (await getRequest(flow.deps, erin, request.id)).request.stage?.name ?? null;
  const nameOf = (id: string) =>
    Object.entries({ ada, bob, olga, mia, tom }).find(([, { person }]) => person.id === id)?.[0];
  const lastAudience = () =>
    bench.store.readAsVendor(async (unit) => (await unit.outbox.after('', 1000)).at(-1));

  beforeEach(() => start());

  test('a review of a later stage before its turn is refused, and the stages lead to the grant in their order', async () => {
    const asked = await flow.ask(erin);
    expect(asked.request.needs.customer).toMatchObject({
      required: 2,
      stages: [
        { name: 'owner', required: 1, groups: ['owners'] },
        { name: 'dpo', required: 1, escalate: null },
      ],
    });
    expect(await outcome(flow.approve(bob, asked))).toBe('wrong_state');
    expect(await outcome(flow.approve(tom, asked))).toBe('forbidden');
    await flow.approve(ada, asked);
    expect(await stageOf(asked)).toBe('dpo');
    expect(await outcome(flow.approve(olga, asked))).toBe('wrong_state');
    await flow.approve(bob, asked);
    expect(await stateOf(asked)).toBe('approved');
    const leaves = (await flow.leaves('acme')).filter(({ type }) => type === 'request.reviewed');
    expect(leaves.map(({ data }) => data['stage'])).toEqual(['owner', 'dpo']);
    const { request } = await getRequest(flow.deps, erin, asked.request.id);
    expect(request.waits).toMatchObject([
      { for: 'customer', stage: 'owner' },
      { for: 'customer', stage: 'dpo' },
    ]);
  });

  test('P8: approvals of both stages and denials through two stores at once end in one state, in the order of the stages', async () => {
    const other: SigningDeps = { ...flow.deps, store: await bench.database.open() };
    for (let round = 0; round < 4; round += 1) {
      const asked = await flow.ask(erin);
      const { id, digest } = asked.request;
      const people = [bob, ada, olga, ...(round % 2 === 0 ? [] : [tom])];
      await Promise.all(
        people.flatMap((by, index) =>
          [flow.deps, other].map((deps) =>
            outcome(
              reviewRequest(deps, by, id, {
                decision: by === tom ? 'deny' : 'approve',
                digest,
                reason: index === 0 ? null : 'as I see it',
              }),
            ).catch(() => 'busy'),
          ),
        ),
      );
      const { reviews, request } = await getRequest(flow.deps, erin, id);
      const counted = reviews.filter(({ decision }) => decision === 'approve');
      // Whose approval counts, and in which stage: the data protection officer's never before an owner's.
      const order = counted.map(({ stage, person }) => `${stage} by ${nameOf(person)}`);
      expect(order.slice(0, 1)).toEqual(
        order.length === 0 ? [] : [expect.stringMatching(/^owner by (ada|olga)$/)],
      );
      expect(order.slice(1)).toEqual(order.length < 2 ? [] : ['dpo by bob']);
      expect(request.state === 'approved').toBe(counted.length === 2);
      if (people.includes(tom)) continue;
      // Without a denial the owner's approval always counts; a refused officer approves once it is their turn.
      expect(order).not.toEqual([]);
      if (counted.length < 2) await flow.approve(bob, asked);
      expect(await stateOf(asked)).toBe('approved');
    }
  });

  test('an approver who leaves a group no longer decides in its stage; an approval that they gave before counts', async () => {
    const without = (name: keyof typeof GROUPS) => {
      const file = organisation();
      const person = file.tenants[0]!.people.find(({ email }) => email === `${name}@acme.example`)!;
      person.groups = [];
      return applyOrganisation(flow.deps, file, { dryRun: false });
    };
    const [early, late] = [await flow.ask(erin), await flow.ask(erin, { seconds: 600 })];
    await flow.approve(ada, early);
    await without('ada');
    expect(await outcome(flow.approve(ada, late))).toBe('forbidden');
    await flow.approve(bob, early);
    expect(await stateOf(early)).toBe('approved');
    await flow.approve(olga, late);
    await without('bob');
    expect(await outcome(flow.approve(bob, late))).toBe('forbidden');
    expect(await stateOf(late)).toBe('awaiting_customer');
    await flow.deny(bob, late);
    // No one is left in the stage: the next request is refused at once, and says why.
    expect(await outcome(flow.ask(erin, { seconds: 1200 }))).toBe('request_refused');
  });

  test('any approver may deny at any stage', async () => {
    const asked = await flow.ask(erin);
    await flow.deny(tom, asked);
    expect(await stateOf(asked)).toBe('denied');
  });

  test('only those whose turn it is are notified, and not those who asked not to be', async () => {
    await start({ unnotified: ['management'] });
    const asked = await flow.ask(erin);
    expect((await lastAudience())?.audience).toEqual([
      erin.person.id,
      'group:acme:owners',
      'except:acme:management',
    ]);
    await flow.approve(ada, asked);
    expect(await lastAudience()).toMatchObject({
      kind: 'request.awaiting_customer',
      audience: [erin.person.id, 'group:acme:dpo', 'except:acme:management'],
    });
  });

  test('a stage that waits too long escalates at that second: others are notified and may decide', async () => {
    const asked = await flow.ask(erin);
    flow.clock.forward(TWO_HOURS - 1);
    await runDueTransitions(flow.deps);
    expect(await outcome(flow.approve(mia, asked))).toBe('forbidden');
    flow.clock.forward(1);
    expect(await runDueTransitions(flow.deps)).toMatchObject({ reminded: 1 });
    expect(await lastAudience()).toMatchObject({
      kind: 'request.stage-overdue',
      audience: ['group:acme:owners', 'group:acme:management'],
    });
    // Once: the job runs every few seconds.
    expect(await runDueTransitions(flow.deps)).toMatchObject({ reminded: 0 });
    expect((await flow.leaves('acme')).filter(({ type }) => type === 'request.stage-overdue')).toHaveLength(
      1,
    );
    await flow.approve(mia, asked);
    expect(await stageOf(asked)).toBe('dpo');
  });

  test('P8: an escalation through two stores is notified once, also while a review completes the stage', async () => {
    const other: SigningDeps = { ...flow.deps, store: await bench.database.open() };
    const asked = await flow.ask(erin);
    flow.clock.forward(TWO_HOURS);
    await Promise.allSettled([
      runDueTransitions(flow.deps),
      runDueTransitions(other),
      flow.approve(ada, asked),
      runDueTransitions(flow.deps),
    ]);
    const leaves = (await flow.leaves('acme')).map(({ type }) => type);
    expect(leaves.filter((type) => type === 'request.stage-overdue').length).toBeLessThanOrEqual(1);
    expect(await stageOf(asked)).toBe('dpo');
  });

  test('deputies decide from the first to the last day in the tenant’s zone, through the change of the clocks', async () => {
    // Summer time in Sydney: UTC + 11. The 25th begins at 13:00 UTC of the 24th.
    await start({
      zone: 'Australia/Sydney',
      deputies: [{ for: 'owners', by: 'cover', from: '2026-11-26', to: '2026-11-26' }],
    });
    const asked = await flow.ask(erin, { seconds: 600 });
    expect(await outcome(flow.approve(tom, asked))).toBe('forbidden');
    flow.clock.forward(10 * 3600);
    await flow.deny(ada, asked);
    flow.clock.forward(12 * 3600 - 1);
    const early = await flow.ask(erin);
    expect(await outcome(flow.approve(tom, early))).toBe('forbidden');
    await flow.deny(ada, early);
    flow.clock.forward(1);
    const within = await flow.ask(erin);
    await flow.approve(tom, within);
    expect(await stageOf(within)).toBe('dpo');
    await flow.deny(ada, within);
    flow.clock.forward(24 * 3600);
    expect(await outcome(flow.approve(tom, await flow.ask(erin)))).toBe('forbidden');
  });

  test('it is forwarded by and to those in charge of the open stage: its groups, their deputies of the day, and the next once it is overdue', async () => {
    await start({
      zone: 'UTC',
      deputies: [{ for: 'owners', by: 'cover', from: '2026-11-25', to: '2026-11-25' }],
    });
    const forward = (by: Principal, { request }: RequestView, to: Principal) =>
      outcome(forwardRequest(flow.deps, by, request.id, { to: to.person.id, note: null }));
    const offered = async (by: Principal, { request }: RequestView) =>
      new Set((await getRequest(flow.deps, by, request.id)).forwardTo);
    const ids = (...people: Principal[]) => new Set(people.map(({ person }) => person.id));

    const early = await flow.ask(erin);
    expect(await offered(ada, early)).toEqual(ids(olga));
    for (const to of [bob, mia, tom]) expect(await forward(ada, early, to)).toBe('invalid_request');
    expect(await offered(bob, early)).toEqual(new Set());
    expect(await forward(bob, early, ada)).toBe('wrong_state');
    flow.clock.forward(TWO_HOURS);
    expect(await offered(ada, early)).toEqual(ids(olga, mia));
    expect(await forward(ada, early, mia)).toBe('done');
    await flow.deny(ada, early);

    flow.clock.forward(9 * 3600);
    const covered = await flow.ask(erin);
    expect(await offered(ada, covered)).toEqual(ids(olga, tom));
    expect(await forward(ada, covered, tom)).toBe('done');
    expect(await forward(tom, covered, olga)).toBe('done');
    await flow.approve(tom, covered);
    expect(await offered(ada, covered)).toEqual(new Set());
    expect(await forward(ada, covered, olga)).toBe('wrong_state');
    expect((await lastAudience())?.kind).not.toBe('request.forwarded');
  });

  test('P1: if the stages change while a request waits, it can no longer be approved', async () => {
    const asked = await flow.ask(erin);
    await applyOrganisation(
      flow.deps,
      organisation({
        rules: [{ ...stages, stages: [{ name: 'owner', groups: ['management'], approvals: 1 }] }],
      }),
      { dryRun: false },
    );
    expect(await outcome(flow.approve(ada, asked))).toBe('controls_changed');
    expect(await outcome(flow.approve(mia, asked))).toBe('forbidden');
  });
});
