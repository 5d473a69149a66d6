/** @soak */

import {
  answerDisclosure,
  type DeliveryOutcome,
  EVERYTHING,
  getDisclosure,
  getGrant,
  getRequest,
  giveDisclosure,
  ingestRecords,
  listDisclosures,
  mintToken,
  type Organisation,
  type Principal,
  type RequestView,
  releaseGrant,
  reviewRequest,
  revokeGrant,
  runDueTransitions,
} from '@countersign/access';
import { type DeliveryChannel } from '@countersign/contract';
import { uuidV7Ids } from '@countersign/persistence';
import { smallOrganisation } from '../factories/small-organisation.js';
import { isFullRun } from '../support/samples.js';
import { attempt, fanOut } from './support/attempts.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome, plainMinter } from './support/outcome.js';
import { aRecord } from './support/rows.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const DAY = 86_400;
/** In each, one of the ways that it may end is missing, or time runs out in the middle. */
const ROUNDS = isFullRun() ? 6 : 3;
const ALL = { cursor: null, limit: 50 };
const WORDS = { reason: 'The ledger was corrupt', needed: true, prevention: 'A nightly check' };

/** Acme accepts emergencies that read and list invoices for half an hour. */
function organisation(): Organisation {
  const file = smallOrganisation();
  const [acme, ...others] = file.tenants;
  file.vendor.staff.push({
    email: 'rob@northwind.example',
    name: 'Rob Lee',
    roles: ['reviewer', 'engineer'],
  });
  const emergency = {
    allow: [{ services: ['billing'], actions: ['read', 'list'], maxDuration: 1_800 }],
    disclosureDue: DAY,
  };
  const controls = { ...acme!.privacyControls, emergency };
  return { ...file, tenants: [{ ...acme!, privacyControls: controls }, ...others] };
}

describeUseCase('SQLite', 'emergencies', (bench) => {
  let flow: Workflow;
  let people: Record<'erin' | 'max' | 'rita' | 'rob' | 'ada' | 'cara' | 'sam' | 'gwen', Principal>;

  beforeEach(async () => {
    flow = await startWorkflow(bench, organisation());
    const named = await Promise.all(
      (
        [
          ['erin', 'erin@northwind.example'],
          ['max', 'max@northwind.example'],
          ['rita', 'rita@northwind.example'],
          ['rob', 'rob@northwind.example'],
          ['ada', 'ada@acme.example'],
          ['cara', 'cara@acme.example'],
          ['sam', 'sam@northwind.example'],
          ['gwen', 'gwen@globex.example'],
        ] as const
      ).map(async ([name, email]) => [name, await flow.as(email)] as const),
    );
    people = Object.fromEntries(named) as typeof people;
  });

  const ask = (by = people.erin) => flow.ask(by, { basis: 'emergency', seconds: 1_800 });
  const read = async ({ request }: RequestView) =>
    (await getRequest(flow.deps, people.max, request.id)).request;
  const approved = async (): Promise<RequestView> => {
    const asked = await ask();
    await flow.approve(people.max, asked);
    await flow.approve(people.rita, asked);
    return asked;
  };

  /** Fans the notice of the emergency out to these recipients, and ends an attempt at each. */
  async function deliver(
    asked: RequestView,
    attempts: readonly [DeliveryChannel, string, DeliveryOutcome | null][],
  ): Promise<void> {
    const { notice } = await read(asked);
    const due = await bench.store.readAsVendor((unit) => unit.outbox.due('2099-01-01T00:00:00Z', 100));
    const opening = due.find(({ id }) => id === notice);
    expect(opening).toMatchObject({ kind: 'emergency.opening', subject: asked.request.id });
    expect(opening!.audience.every((entry) => entry.startsWith('role:acme:'))).toBe(true);
    const at = flow.clock.now().toISOString();
    const drafts = attempts.map(([channel, recipient]) => ({ channel, recipient, orderKey: notice! }));
    await fanOut(bench.store, opening!, drafts, at);
    for (const channel of new Set(attempts.map(([name]) => name)))
      await attempt(
        bench.store,
        channel,
        at,
        (message) => attempts.find(([, recipient]) => recipient === message.recipient)![2],
      );
  }
  const DELIVERED: DeliveryOutcome = { state: 'delivered', at: '2026-11-24T15:00:01Z' };
  const FAILED: DeliveryOutcome = { state: 'due', nextAt: '2026-11-24T15:05:00Z', error: 'smtp_down' };

  async function opened(): Promise<{ asked: RequestView; grant: string }> {
    const asked = await approved();
    await deliver(asked, [['mail', people.ada.person.id, DELIVERED]]);
    await runDueTransitions(flow.deps);
    return { asked, grant: (await read(asked)).grant! };
  }
  const typesOf = async ({ request }: RequestView) =>
    (await flow.leaves('acme')).filter(({ data }) => data['request'] === request.id).map(({ type }) => type);

  test('two reviewers who are not the requester open it; one is not enough, and the customer approves nothing', async () => {
    const asked = await ask(people.rob);
    expect(asked.request.needs).toMatchObject({ vendor: { required: 2 }, customer: { required: 0 } });
    expect(await outcome(flow.approve(people.rob, asked))).toBe('self_review');
    expect(await outcome(flow.approve(people.max, asked))).toBe('done');
    expect(await outcome(flow.approve(people.max, asked))).toBe('already_decided');
    expect((await read(asked)).state).toBe('awaiting_vendor');
    expect(await outcome(flow.approve(people.ada, asked))).toBe('wrong_state');
    await flow.approve(people.rita, asked);
    expect(await read(asked)).toMatchObject({ state: 'notifying', grant: null });
    expect(await outcome(flow.approve(people.ada, asked))).toBe('wrong_state');
  });

  test('nothing opens before the customer is notified: no grant while no channel has acknowledged', async () => {
    const asked = await approved();
    await runDueTransitions(flow.deps);
    expect((await read(asked)).state).toBe('notifying');
    await deliver(asked, [
      ['mail', people.ada.person.id, FAILED],
      ['slack', 'C:acme', FAILED],
    ]);
    await runDueTransitions(flow.deps);
    expect(await read(asked)).toMatchObject({ state: 'notifying', grant: null });
    flow.clock.forward(30 * 60);
    await runDueTransitions(flow.deps);
    expect(await read(asked)).toMatchObject({ state: 'expired', grant: null });
    expect(await typesOf(asked)).not.toContain('grant.started');
  });

  test('it opens once one channel has acknowledged and every other was tried', async () => {
    const asked = await approved();
    await deliver(asked, [
      ['mail', people.ada.person.id, DELIVERED],
      ['slack', 'C:acme', null],
    ]);
    await runDueTransitions(flow.deps);
    expect((await read(asked)).state).toBe('notifying');
    await attempt(bench.store, 'slack', flow.clock.now().toISOString(), () => FAILED);
    await runDueTransitions(flow.deps);
    const { state, grant } = await read(asked);
    expect(state).toBe('approved');
    expect(await outcome(mintToken(flow.deps, plainMinter, people.erin, grant!))).toBe('done');
    const types = await typesOf(asked);
    expect(types.indexOf('emergency.notified')).toBeLessThan(types.indexOf('grant.started'));
    expect(types).toContain('emergency.opened');
  });

  test('the customer stops it: by a denial before it begins, and by a revocation after', async () => {
    const asked = await approved();
    expect(await outcome(flow.deny(people.ada, asked))).toBe('done');
    await runDueTransitions(flow.deps);
    expect(await read(asked)).toMatchObject({ state: 'denied', grant: null });
    const { grant } = await opened();
    expect(await outcome(revokeGrant(flow.deps, people.ada, grant, 'not now'))).toBe('done');
    expect(await outcome(mintToken(flow.deps, plainMinter, people.erin, grant))).toBe('grant_not_active');
  });

  test('what the controls no longer list does not open, although its reviewers approved it', async () => {
    const asked = await approved();
    await deliver(asked, [['mail', people.ada.person.id, DELIVERED]]);
    await bench.store.asVendor(async (unit) => {
      const tenant = (await unit.organisation.tenant('acme'))!;
      const { emergency: _gone, ...controls } = tenant.controls;
      await unit.organisation.saveTenant({ ...tenant, controls });
    });
    await runDueTransitions(flow.deps);
    expect(await read(asked)).toMatchObject({ state: 'expired', grant: null });
  });

  test('an explanation is due from the start, late after the tenant’s term, and stays late once given', async () => {
    const { asked, grant } = await opened();
    expect((await getDisclosure(flow.deps, people.ada, grant)).disclosure).toMatchObject({
      state: 'due',
      dueAt: '2026-11-25T15:00:00Z',
      reviewers: [people.max.person.id, people.rita.person.id],
      lateAt: null,
    });
    flow.clock.forward(DAY - 1);
    expect((await runDueTransitions(flow.deps)).late).toBe(0);
    flow.clock.forward(1);
    expect((await runDueTransitions(flow.deps)).late).toBe(1);
    expect((await runDueTransitions(flow.deps)).late).toBe(0);
    const late = await listDisclosures(flow.deps, people.ada, { state: 'late' }, ALL);
    expect(late.items.map(({ disclosure }) => disclosure.id)).toEqual([grant]);
    await giveDisclosure(flow.deps, people.erin, grant, WORDS);
    expect((await getDisclosure(flow.deps, people.cara, grant)).disclosure).toMatchObject({
      state: 'given',
      lateAt: '2026-11-25T15:00:00Z',
    });
    expect((await typesOf(asked)).slice(-2)).toEqual(['disclosure.late', 'disclosure.given']);
  });

  test('only the engineer or a security admin explains, once the access has ended, in words that the log only commits to', async () => {
    const { grant } = await opened();
    expect(await outcome(giveDisclosure(flow.deps, people.erin, grant, WORDS))).toBe('wrong_state');
    await releaseGrant(flow.deps, people.erin, grant);
    expect(await outcome(giveDisclosure(flow.deps, people.rita, grant, WORDS))).toBe('forbidden');
    expect(await outcome(giveDisclosure(flow.deps, people.ada, grant, WORDS))).toBe('forbidden');
    expect(await outcome(giveDisclosure(flow.deps, people.erin, grant, { ...WORDS, prevention: ' ' }))).toBe(
      'reason_required',
    );
    const view = await giveDisclosure(flow.deps, people.sam, grant, WORDS);
    expect(view).toMatchObject({ reason: WORDS.reason, prevention: WORDS.prevention });
    expect(await outcome(giveDisclosure(flow.deps, people.erin, grant, WORDS))).toBe('already_decided');
    expect(JSON.stringify(await flow.leaves('acme'))).not.toContain('ledger');
  });

  test('an explanation that comes before the records of the calls hides none of them: later ones count too', async () => {
    const { grant: id } = await opened();
    await releaseGrant(flow.deps, people.erin, id);
    const disclosure = await giveDisclosure(flow.deps, people.erin, id, WORDS);
    expect(disclosure.disclosure.content).toMatchObject({ calls: 0, bytes: 0 });
    const { grant } = await getGrant(flow.deps, people.erin, id);
    const place = { gateway: uuidV7Ids.next('gtw'), boot: '0199f0a0-7b2c-4003-8000-000000000003' };
    const view = aRecord(grant, { ...place, seq: 1, at: grant.startsAt! });
    const record = { tenant: 'acme', seq: 1, hash: 'h1', prev: null, at: view.at, kind: view.decision, view };
    const records = [{ ...record, path: null }];
    await ingestRecords(flow.deps, [{ ...place, binding: EVERYTHING, records }]);
    for (const reader of [people.ada, people.sam])
      expect((await getDisclosure(flow.deps, reader, id)).disclosure.content).toMatchObject({ calls: 1 });
    const [listed] = (await listDisclosures(flow.deps, people.ada, {}, ALL)).items;
    expect(listed?.disclosure.content).toMatchObject({ calls: 1 });
  });

  test('the customer acknowledges, or disputes with a reason; then the vendor explains again', async () => {
    const { grant } = await opened();
    await releaseGrant(flow.deps, people.erin, grant);
    const answer = (by: Principal, to: 'acknowledged' | 'disputed', reason: string | null = null) =>
      answerDisclosure(flow.deps, by, grant, { answer: to, reason });
    expect(await outcome(answer(people.ada, 'acknowledged'))).toBe('wrong_state');
    await giveDisclosure(flow.deps, people.erin, grant, WORDS);
    expect(await outcome(answer(people.cara, 'acknowledged'))).toBe('forbidden');
    expect(await outcome(answer(people.ada, 'disputed'))).toBe('reason_required');
    expect((await answer(people.ada, 'disputed', 'We were in the office')).answerReason).toBe(
      'We were in the office',
    );
    await giveDisclosure(flow.deps, people.erin, grant, { ...WORDS, needed: false });
    expect((await answer(people.ada, 'acknowledged')).disclosure.state).toBe('acknowledged');
    expect(await outcome(giveDisclosure(flow.deps, people.erin, grant, WORDS))).toBe('already_decided');
  });

  test('P9: another tenant sees neither the emergency nor its explanation', async () => {
    const { grant } = await opened();
    expect(await outcome(getDisclosure(flow.deps, people.gwen, grant))).toBe('not_found');
    expect((await listDisclosures(flow.deps, people.gwen, {}, ALL)).items).toEqual([]);
    expect((await listDisclosures(flow.deps, people.rob, { tenant: 'acme' }, ALL)).items).toHaveLength(1);
  });

  test('P8: denial, notice, lapse, withdrawal and start at once end an emergency once', async () => {
    const other = { ...flow.deps, store: await bench.database.open() };
    for (let round = 0; round < ROUNDS; round += 1) {
      const asked = await approved();
      await deliver(asked, [['mail', people.ada.person.id, DELIVERED]]);
      const { id, digest } = asked.request;
      await Promise.all(
        Array.from({ length: 24 }, (_, index) => {
          const deps = index % 2 === 0 ? flow.deps : other;
          if (index === 12 && round % 3 === 2) flow.clock.forward(30 * 60);
          if (index % 4 === 0 && round % 2 === 0)
            return outcome(reviewRequest(deps, people.ada, id, { decision: 'deny', digest, reason: 'no' }));
          return runDueTransitions(deps).catch(() => null);
        }),
      );
      await runDueTransitions(flow.deps);
      const { state } = await read(asked);
      const types = await typesOf(asked);
      const isOpen = state === 'approved';
      expect(types.filter((type) => type === 'grant.started')).toHaveLength(isOpen ? 1 : 0);
      expect(types.filter((type) => type === 'emergency.opened')).toHaveLength(isOpen ? 1 : 0);
      expect(types.filter((type) => type === `request.${state}`)).toHaveLength(1);
    }
  });
});
