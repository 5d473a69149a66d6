/** @soak */

import {
  answerPractice,
  drawTask,
  getAccessReview,
  getPractice,
  listAccessReviews,
  listPractices,
  type Organisation,
  openPracticeNow,
  type PracticeAnswer,
  type PracticeView,
  type Principal,
  type PrivacyControls,
  readOwnPractice,
  reviewRequest,
  runAccessReviews,
  runPractices,
} from '@countersign/access';
import { type PracticeStatement, rightPracticeAnswer } from '@countersign/contract';
import { smallOrganisation } from '../factories/small-organisation.js';
import { AT } from '../factories/trust.js';
import { Claimant, claimFor } from '../support/claimant.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const DAY = 86_400;
/** From Tuesday, 24 November 2026, 15:00, when the tenants are born, to 09:00 UTC of Friday, 1 January 2027. */
const TO_NEW_YEAR = 37 * DAY + 18 * 3_600;
const ON: Partial<PrivacyControls> = { practice: { quarterly: true } };

function organisation(controls: Partial<PrivacyControls> = ON): Organisation {
  const file = smallOrganisation({ vendorReviews: 0 });
  const [acme] = file.tenants;
  if (acme === undefined) throw new Error('the organisation has no tenant');
  acme.people.push({
    ...{ email: 'zoe@acme.example', name: 'Zoe Klein', roles: ['approver'], groups: ['management'] },
  });
  Object.assign(acme.privacyControls, controls);
  return file;
}

const unsigned = (decision: 'approve' | 'deny', passkeyFailed = false): PracticeAnswer => ({
  ...{ decision, passkeyFailed, countersignature: undefined },
});
const other = (decision: PracticeStatement['decision']): PracticeStatement['decision'] =>
  decision === 'approve' ? 'deny' : 'approve';

describeUseCase('SQLite', 'a practice of the approvers', (bench) => {
  let flow: Workflow;
  let people: Record<'ada' | 'bob' | 'zoe' | 'gwen' | 'erin', Principal>;
  const start = async (file = organisation()) => {
    flow = await startWorkflow(bench, file);
    const [ada, bob, zoe, gwen, erin] = await Promise.all(
      ['ada@acme', 'bob@acme', 'zoe@acme', 'gwen@globex', 'erin@northwind'].map((each) =>
        flow.as(`${each}.example`),
      ),
    );
    people = { ada, bob, zoe, gwen, erin } as typeof people;
  };
  const list = async (who = people.ada) =>
    (await listPractices(flow.deps, who, who.person.tenant ?? '', { cursor: null, limit: 10 })).items;
  const newest = async (): Promise<PracticeView> => {
    const [first] = await list();
    if (first === undefined) throw new Error('there is no practice');
    return getPractice(flow.deps, people.ada, 'acme', first.practice.id);
  };
  const run = () => runPractices(flow.deps);
  const answer = async (who: Principal, input: PracticeAnswer) =>
    answerPractice(flow.deps, who, 'acme', (await newest()).practice.id, input);
  const right = async (who: Principal) => {
    const part = (await newest()).requests.find(({ person }) => person === who.person.id);
    if (part === undefined) throw new Error('this person has no part');
    return rightPracticeAnswer(part.task);
  };
  const results = async () =>
    Object.fromEntries((await newest()).requests.map(({ person, result }) => [person, result]));
  const leaves = async () =>
    (await flow.leaves('acme')).filter(({ type }) => type.startsWith('practice.')).map(({ type }) => type);
  const notices = async () =>
    (await bench.store.readAsVendor((unit) => unit.outbox.due('2099-01-01T00:00:00Z', 200)))
      .filter(({ kind }) => kind.startsWith('practice.'))
      .map(({ kind, audience }) => ({ kind, audience }));

  test('begins once a quarter, in working hours of the tenant’s zone, however many brokers run', async () => {
    await start(organisation({ ...ON, zone: 'America/New_York' }));
    flow.clock.forward(TO_NEW_YEAR);
    // 04:00 in New York.
    expect((await run()).opened).toBe(0);
    flow.clock.forward(5 * 3_600);
    await Promise.allSettled([run(), run(), run()]);
    expect((await list()).map(({ practice }) => practice)).toMatchObject([
      { occasion: 'quarter:2027-01-01', openedBy: 'job', missed: [], dueAt: '2027-01-08T14:00:00Z' },
    ]);
    expect(await leaves()).toEqual(['practice.opened']);
    expect(await list(people.gwen)).toEqual([]);
    expect(await notices()).toEqual([
      { kind: 'practice.opened', audience: (await newest()).requests.map(({ person }) => person) },
    ]);
  });

  test('waits for the hours that the controls say, and for the end of quiet days and blackouts', async () => {
    await start(
      organisation({
        practice: { quarterly: true, hours: [{ days: ['mon', 'fri'], from: '13:00', to: '14:00' }] },
        rules: [
          { quietDays: ['2027-01-01'] },
          { blackouts: [{ from: '2027-01-04T00:00:00Z', to: '2027-01-04T13:30:00Z' }] },
        ],
      }),
    );
    flow.clock.forward(TO_NEW_YEAR + 4 * 3_600);
    expect((await run()).opened).toBe(0);
    // Monday, 13:00: still in the blackout.
    flow.clock.forward(3 * DAY);
    expect((await run()).opened).toBe(0);
    flow.clock.forward(1_800);
    expect((await run()).opened).toBe(1);
  });

  test('quarters in which no broker ran are caught up once, and named', async () => {
    await start();
    // To Friday, 20 August 2027.
    flow.clock.forward(TO_NEW_YEAR + 231 * DAY);
    await run();
    await run();
    expect((await list()).map(({ practice }) => practice)).toMatchObject([
      { occasion: 'quarter:2027-07-01', missed: ['2027-01-01', '2027-04-01'] },
    ]);
  });

  test('does not begin in a tenant that is not claimed, unless its controls say so; nor if they switch it off', async () => {
    await start(organisation({}));
    flow.clock.forward(TO_NEW_YEAR);
    expect((await run()).opened).toBe(0);
    // The quarter is passed over, and not looked at again.
    expect(await bench.store.readForTenant('acme', (unit) => unit.practices.nextQuarter())).toBe(
      '2027-04-01',
    );
  });

  test('approvers who are not notified of real requests get no practice either', async () => {
    await start(organisation({ ...ON, unnotified: ['management'] }));
    flow.clock.forward(TO_NEW_YEAR);
    await run();
    const asked = (await newest()).requests.map(({ person }) => person);
    expect(asked).toEqual([people.ada.person.id, people.bob.person.id].sort());
  });

  test('each answers once, rightly or wrongly, and the last answer ends it; the admins hear of failures alone', async () => {
    await start();
    flow.clock.forward(TO_NEW_YEAR);
    await run();
    flow.clock.forward(90);
    const { ada, bob, zoe } = people;
    expect(await answer(ada, unsigned(await right(ada)))).toMatchObject({ result: 'passed' });
    expect(await outcome(answer(ada, unsigned('approve')))).toBe('already_decided');
    expect(await answer(bob, unsigned(other(await right(bob))))).toMatchObject({ result: 'wrong' });
    expect((await newest()).practice.state).toBe('open');
    await answer(zoe, unsigned(await right(zoe)));
    expect((await newest()).practice.state).toBe('closed');
    expect((await newest()).counts).toMatchObject({ open: 0, passed: 2, wrong: 1 });
    const answered = (await flow.leaves('acme')).find(({ type }) => type === 'practice.answered');
    expect(answered?.data).toMatchObject({ result: 'passed', passkey: 'none', channel: 'api', seconds: 90 });
    expect(await leaves()).toEqual([
      'practice.opened',
      ...['practice.answered', 'practice.answered', 'practice.answered'],
      'practice.closed',
    ]);
    expect((await notices()).at(-1)).toEqual({
      kind: 'practice.failed',
      audience: ['role:acme:admin', 'role:acme:auditor'],
    });
  });

  test('an approver who does not answer is reminded once, then marked, also in the access review', async () => {
    await start();
    flow.clock.forward(TO_NEW_YEAR);
    await run();
    const { ada, bob, zoe } = people;
    await answer(ada, unsigned(await right(ada)));
    flow.clock.forward(5 * DAY);
    expect(await run()).toMatchObject({ reminded: 1, closed: 0 });
    expect(await run()).toMatchObject({ reminded: 0 });
    expect((await notices()).at(-1)).toEqual({
      kind: 'practice.due',
      audience: [bob.person.id, zoe.person.id].sort(),
    });
    flow.clock.forward(2 * DAY);
    expect(await outcome(answer(bob, unsigned('deny')))).toBe('wrong_state');
    expect(await run()).toMatchObject({ closed: 1 });
    expect(await run()).toMatchObject({ closed: 0 });
    expect(await results()).toEqual({
      [ada.person.id]: 'passed',
      [bob.person.id]: 'unanswered',
      [zoe.person.id]: 'unanswered',
    });
    await runAccessReviews(flow.deps);
    const [review] = (await listAccessReviews(flow.deps, ada, 'acme', { cursor: null, limit: 1 })).items;
    const { items } = await getAccessReview(flow.deps, ada, 'acme', review?.review.id ?? '');
    const marks = items
      .filter(({ kind }) => kind === 'person')
      .map(({ id, practice }) => [id, practice?.result ?? null]);
    expect(Object.fromEntries(marks)).toMatchObject({
      [ada.person.id]: 'passed',
      [bob.person.id]: 'unanswered',
    });
  });

  test('an admin begins one on demand, once a day and one at a time', async () => {
    await start(organisation({}));
    const { ada, bob, gwen } = people;
    const now = (who: Principal) => openPracticeNow(flow.deps, who, 'acme');
    expect(await outcome(now(bob))).toBe('forbidden');
    expect(await outcome(now(gwen))).toBe('not_found');
    const both = await Promise.all([outcome(now(ada)), outcome(now(ada))]);
    expect(both.sort()).toEqual(['conflict', 'done']);
    for (const who of [ada, bob, people.zoe]) await answer(who, unsigned(await right(who)));
    expect(await outcome(now(ada))).toBe('conflict');
    flow.clock.forward(DAY);
    expect(await outcome(now(ada))).toBe('done');
  });

  test('P9: no one answers for another, nor reads the practices of another tenant', async () => {
    await start();
    flow.clock.forward(TO_NEW_YEAR);
    await run();
    const { practice } = await newest();
    const { gwen, erin } = people;
    expect(await outcome(getPractice(flow.deps, gwen, 'acme', practice.id))).toBe('not_found');
    expect(await outcome(getPractice(flow.deps, gwen, 'globex', practice.id))).toBe('not_found');
    expect(await outcome(getPractice(flow.deps, erin, 'acme', practice.id))).toBe('forbidden');
    expect(await outcome(readOwnPractice(flow.deps, gwen, 'acme', practice.id))).toBe('not_found');
    expect(await outcome(answerPractice(flow.deps, gwen, 'globex', practice.id, unsigned('deny')))).toBe(
      'not_found',
    );
  });

  test('P1: nothing follows from a practice: no request, no grant, no figure of a report', async () => {
    await start();
    flow.clock.forward(TO_NEW_YEAR);
    await run();
    for (const who of [people.ada, people.bob, people.zoe]) await answer(who, unsigned('approve'));
    const found = await bench.store.readForTenant('acme', async ({ requests, grants }) => [
      (await requests.list({}, { cursor: null, limit: 1 })).items,
      (await grants.list({}, { cursor: null, limit: 1 })).items,
    ]);
    expect(found).toEqual([[], []]);
  });

  test('kill -9: wherever the job stops, another run goes on, and each practice begins and ends once', async () => {
    await start();
    flow.clock.forward(TO_NEW_YEAR);
    const stopping = (after: number) => {
      let looks = 0;
      const now = () => {
        looks += 1;
        if (looks > after) throw new Error('killed');
        return flow.clock.now();
      };
      return runPractices({ ...flow.deps, clock: { now } }).catch(() => null);
    };
    for (let after = 1; after < 5; after += 1) await stopping(after);
    await run();
    flow.clock.forward(7 * DAY);
    for (let after = 1; after < 5; after += 1) await stopping(after);
    await run();
    expect(await leaves()).toEqual(['practice.opened', 'practice.closed']);
    expect((await newest()).counts).toMatchObject({ open: 0, unanswered: 3 });
  });
});

describeUseCase('SQLite', 'a practice in a claimed tenant', (bench) => {
  let flow: Workflow;
  let ada: Claimant;
  let bob: Claimant;
  const page = { cursor: null, limit: 1 };
  const open = async () =>
    (await listPractices(flow.deps, ada.principal, 'acme', page)).items[0]?.practice.id ?? '';
  const offer = async (who: Claimant) => readOwnPractice(flow.deps, who.principal, 'acme', await open());
  const signed = async (who: Claimant, change: Partial<PracticeStatement> = {}, key = who.key()) => {
    const { request, signing } = await offer(who);
    const decision = rightPracticeAnswer(request.task);
    const statement = { ...signing?.statement, decision, ...change } as PracticeStatement;
    return { decision, countersignature: key.sign(statement, AT), passkeyFailed: false };
  };
  const answer = async (who: Claimant, input: PracticeAnswer) =>
    outcome(answerPractice(flow.deps, who.principal, 'acme', await open(), input));

  beforeEach(async () => {
    flow = await startWorkflow(bench, smallOrganisation({ vendorReviews: 0 }));
    [ada, bob] = [await Claimant.of(flow, 'ada@acme.example'), await Claimant.of(flow, 'bob@acme.example')];
    await claimFor([ada, bob]);
    flow.clock.forward(TO_NEW_YEAR);
    await runPractices(flow.deps);
  });

  test('begins by itself, and is answered with the passkey over exactly this practice', async () => {
    expect(await answer(ada, unsigned('approve'))).toBe('countersignature_required');
    const { decision } = await signed(ada);
    const { signing } = await offer(ada);
    // Another time than the practice that was drawn, whatever that is.
    const seconds = signing?.statement.expected.seconds === 900 ? 1_800 : 900;
    const ask = { action: 'read', resource: 'reports', seconds } as const;
    for (const change of [
      { decision: other(decision) },
      { person: bob.id },
      { practice: 'prc_0199f0a0-7b2c-7009-8000-000000000001' },
      { tenant: 'globex' },
      { notAfter: '2028-01-01T00:00:00Z' },
      { expected: ask, asked: { ...ask, action: 'delete' as const } },
    ])
      expect([change, await answer(ada, await signed(ada, change))]).toEqual([change, 'invalid_request']);
    expect(await answer(ada, await signed(ada, {}, bob.key()))).toBe('invalid_request');
    expect(await answer(ada, await signed(ada))).toBe('done');
    const leaf = (await flow.leaves('acme')).find(({ type }) => type === 'practice.answered');
    expect(leaf?.data).toMatchObject({
      result: 'passed',
      passkey: 'worked',
      countersignature: { statement: { type: 'countersign/practice/v1', person: ada.id } },
    });
  });

  test('who says that their passkey does not work has failed, although the answer was right', async () => {
    const { request } = await offer(bob);
    const decision = rightPracticeAnswer(request.task);
    const input = { decision, countersignature: undefined, passkeyFailed: true };
    expect(await answerPractice(flow.deps, bob.principal, 'acme', await open(), input)).toMatchObject({
      result: 'passkey-failed',
    });
  });

  test('P12: a key that the vendor’s host made before the claim does not pass for the approver', async () => {
    const keyCreatedAt = '2026-11-24T14:00:00.000Z';
    const principal: Principal = { ...bob.principal, channel: 'api', assurance: 'api-key', keyCreatedAt };
    expect(
      await outcome(answerPractice(flow.deps, principal, 'acme', await open(), unsigned('deny', true))),
    ).toBe('forbidden');
  });

  test('P12: the signature of a practice approves no request, whatever it says', async () => {
    const asked = await flow.ask(await flow.as('erin@northwind.example'), {
      scope: [{ resource: 'invoices/*', actions: ['update'] }],
    });
    const { countersignature } = await signed(ada);
    const practised = (await signed(ada, {})).countersignature;
    for (const signature of [
      countersignature,
      { ...practised, statement: { ...practised.statement, digest: asked.request.digest } },
    ])
      expect(
        await outcome(
          reviewRequest(flow.deps, ada.principal, asked.request.id, {
            ...{ decision: 'approve', digest: asked.request.digest, reason: null },
            countersignature: signature,
          }),
        ),
      ).toBe('invalid_request');
  });
});

describe('what an approver is asked', () => {
  test('is about as often to be approved as denied, and differs in one thing at most', () => {
    const tasks = Array.from({ length: 4_096 }, (_, n) =>
      drawTask(Uint8Array.of(n, n >> 2, n >> 4, n % 251, n >> 6)),
    );
    const approved = tasks.filter((task) => rightPracticeAnswer(task) === 'approve').length;
    expect(approved / tasks.length).toBeGreaterThan(0.45);
    expect(approved / tasks.length).toBeLessThan(0.55);
    const differences = ({ expected, asked }: (typeof tasks)[number]) =>
      (['action', 'resource', 'seconds'] as const).filter((name) => expected[name] !== asked[name]).length;
    expect(Math.max(...tasks.map(differences))).toBe(1);
  });
});
