/** @soak */

import {
  answerQuestion,
  askRequester,
  cancelRequest,
  forwardRequest,
  getRequest,
  type Principal,
  type RequestView,
  reviewRequest,
  runDueTransitions,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { samples } from '../support/samples.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const TERMINAL = ['request.approved', 'request.denied', 'request.cancelled', 'request.expired'];
const LAPSES = '2026-11-25T03:00:00Z';

describeUseCase('SQLite', 'questions, answers and forwards', (bench) => {
  let flow: Workflow;
  type Seven = [Principal, Principal, Principal, Principal, Principal, Principal, Principal];
  let [erin, max, rita, ada, bob, cara, gwen] = [] as unknown as Seven;

  beforeEach(async () => {
    flow = await startWorkflow(bench, smallOrganisation());
    const emails = [
      ...['erin@northwind.example', 'max@northwind.example', 'rita@northwind.example', 'ada@acme.example'],
      ...['bob@acme.example', 'cara@acme.example', 'gwen@globex.example'],
    ];
    [erin, max, rita, ada, bob, cara, gwen] = (await Promise.all(emails.map(flow.as))) as Seven;
  });

  const waiting = async (): Promise<RequestView> => {
    const asked = await flow.ask(erin);
    await flow.approve(max, asked);
    return asked;
  };
  const read = (asked: RequestView, by = ada) => getRequest(flow.deps, by, asked.request.id);
  const ask = (by: Principal, { request }: RequestView, text = 'Which invoices?') =>
    askRequester(flow.deps, by, request.id, text);
  const answer = (by: Principal, { request }: RequestView, text = 'Those of case 4711') =>
    answerQuestion(flow.deps, by, request.id, text);
  const forward = (by: Principal, { request }: RequestView, to: Principal) =>
    forwardRequest(flow.deps, by, request.id, { to: to.person.id, note: 'You know this case' });
  const leavesOf = async ({ request }: RequestView) =>
    (await flow.leaves('acme')).filter(({ data }) => data['request'] === request.id);

  test('an approver asks, the engineer answers, and both stand in the request and, as commitments, in the log', async () => {
    const asked = await waiting();
    await ask(ada, asked);
    expect(await outcome(ask(bob, asked))).toBe('wrong_state');
    expect(await outcome(answer(max, asked))).toBe('forbidden');
    await answer(erin, asked);
    expect(await outcome(answer(erin, asked))).toBe('wrong_state');
    const { notes } = await read(asked);
    expect(notes.map(({ note, text }) => [note.number, note.kind, note.person, text])).toEqual([
      [1, 'question', ada.person.id, 'Which invoices?'],
      [2, 'answer', erin.person.id, 'Those of case 4711'],
    ]);
    const leaves = await leavesOf(asked);
    expect(leaves.slice(-2).map(({ type, commitments }) => [type, Object.keys(commitments)])).toEqual([
      ['request.asked', ['question']],
      ['request.answered', ['answer']],
    ]);
    expect(JSON.stringify(leaves)).not.toContain('case 4711');
  });

  test('only someone who may decide it now asks: not the requester, the other side, an auditor or another tenant', async () => {
    const asked = await flow.ask(erin);
    expect(await outcome(ask(ada, asked))).toBe('wrong_state');
    expect(await outcome(ask(erin, asked))).toBe('forbidden');
    await ask(rita, asked, 'Why now?');
    await answer(erin, asked);
    await flow.approve(rita, asked);
    expect(await outcome(ask(max, asked))).toBe('wrong_state');
    expect(await outcome(ask(cara, asked))).toBe('forbidden');
    expect(await outcome(ask(gwen, asked))).toBe('not_found');
    expect(await outcome(ask(ada, asked, '  '))).toBe('reason_required');
    await ask(ada, asked);
    await flow.approve(bob, asked);
    expect(await outcome(answer(erin, asked))).toBe('already_decided');
  });

  test('the first question stops the clock until the answer, and no later one does', async () => {
    const asked = await waiting();
    expect(asked.request.lapsesAt).toBe(LAPSES);
    flow.clock.forward(600);
    await ask(ada, asked);
    flow.clock.forward(900);
    await answer(erin, asked);
    expect((await read(asked)).request.lapsesAt).toBe('2026-11-25T03:15:00Z');
    await ask(ada, asked, 'And which customers?');
    flow.clock.forward(600);
    await answer(erin, asked);
    expect((await read(asked)).request.lapsesAt).toBe('2026-11-25T03:15:00Z');
  });

  test('a pause is bounded: after half of the requested time the request lapses without an answer', async () => {
    const asked = await waiting();
    await ask(ada, asked);
    expect((await read(asked)).request.lapsesAt).toBe('2026-11-25T03:30:00Z');
    flow.clock.forward(12 * 3_600 + 1_799);
    await runDueTransitions(flow.deps);
    expect((await read(asked)).request.state).toBe('awaiting_customer');
    flow.clock.forward(1);
    await runDueTransitions(flow.deps);
    expect((await read(asked)).request.state).toBe('expired');
  });

  test('a decision in the paused time opens no more than what was signed: the window ends when the signed one does', async () => {
    const asked = await waiting();
    flow.clock.forward(12 * 3_600 - 1);
    await ask(ada, asked);
    flow.clock.forward(1_201);
    await answer(erin, asked);
    await flow.approve(ada, asked);
    const { request } = await read(asked);
    const grant = await bench.store.readForTenant('acme', (unit) => unit.grants.find(request.grant!));
    expect(grant).toMatchObject({ startsAt: '2026-11-25T03:20:00Z', endsAt: '2026-11-25T04:00:00Z' });
  });

  test('a request says whom it waits for, how long it waited for whom, and who else may decide', async () => {
    const asked = await flow.ask(erin);
    flow.clock.forward(60);
    await flow.approve(max, asked);
    flow.clock.forward(120);
    await ask(ada, asked);
    flow.clock.forward(30);
    await answer(erin, asked);
    const { request, forwardTo } = await read(asked);
    expect(request.waits).toEqual([
      { for: 'vendor', since: '2026-11-24T15:00:00Z' },
      { for: 'customer', since: '2026-11-24T15:01:00Z' },
      { for: 'requester', since: '2026-11-24T15:03:00Z' },
      { for: 'customer', since: '2026-11-24T15:03:30Z' },
    ]);
    expect(forwardTo).toEqual([bob.person.id]);
    expect((await read(asked, erin)).forwardTo).toEqual([]);
    expect((await read(asked, cara)).forwardTo).toEqual([]);
  });

  test('once it has lapsed it is offered to no colleague, even before the job has expired it', async () => {
    const asked = await waiting();
    expect((await read(asked)).forwardTo).toEqual([bob.person.id]);
    flow.clock.forward(24 * 3_600);
    expect((await read(asked)).forwardTo).toEqual([]);
    expect(await outcome(forward(ada, asked, bob))).toBe('already_decided');
  });

  test('an approver forwards it to a colleague who may decide, and to no one else', async () => {
    const asked = await waiting();
    for (const to of [ada, cara, gwen, max, erin])
      expect(await outcome(forward(ada, asked, to))).toBe('invalid_request');
    await forward(ada, asked, bob);
    expect(await outcome(forward(ada, asked, bob))).toBe('conflict');
    expect((await read(asked)).notes.at(-1)).toMatchObject({
      note: { kind: 'forward', to: bob.person.id },
      text: 'You know this case',
    });
    await flow.approve(bob, asked);
    expect((await read(asked)).request.state).toBe('approved');
    const due = await bench.store.readAsVendor((unit) => unit.outbox.due('2099-01-01T00:00:00Z', 100));
    expect(due.find(({ kind }) => kind === 'request.forwarded')).toMatchObject({
      audience: [bob.person.id],
    });
  });

  test('P8: a hundred questions, answers, forwards, decisions and lapses at once leave one end, one pause and notes in order', async () => {
    const other = { ...flow.deps, store: await bench.database.open() };
    for (let round = 0; round < samples('twoStoreRounds'); round += 1) {
      const asked = await waiting();
      const { id, digest } = asked.request;
      const review = (deps: Workflow['deps'], by: Principal, decision: 'approve' | 'deny') =>
        outcome(reviewRequest(deps, by, id, { decision, digest, reason: 'as I see it' }));
      const decidesAt = 60 + round * 7;
      await Promise.all(
        Array.from({ length: 100 }, (_, index) => {
          const deps = index % 2 === 0 ? flow.deps : other;
          const by = index % 3 === 0 ? bob : ada;
          if (index === decidesAt) return review(deps, by, round % 2 === 0 ? 'approve' : 'deny');
          if (index === 95) return outcome(cancelRequest(deps, erin, id));
          switch (index % 4) {
            case 0:
              return outcome(askRequester(deps, by, id, 'Why?'));
            case 1:
              return outcome(answerQuestion(deps, erin, id, 'Because.'));
            case 2: {
              const to = by === ada ? bob : ada;
              return outcome(forwardRequest(deps, by, id, { to: to.person.id, note: null }));
            }
            default:
              return runDueTransitions(deps);
          }
        }),
      );
      flow.clock.forward(24 * 3_600);
      await runDueTransitions(flow.deps);
      const { request, notes } = await read(asked);
      const types = (await leavesOf(asked)).map(({ type }) => type);
      expect(types.filter((type) => TERMINAL.includes(type))).toEqual([`request.${request.state}`]);
      expect(notes.map(({ note }) => note.number)).toEqual(notes.map((_, index) => index + 1));
      const said = notes.filter(({ note }) => note.kind !== 'forward').map(({ note }) => note.kind);
      // Questions and answers alternate: no question is answered twice, and none is asked while one waits.
      expect(said).toEqual(said.map((_, index) => (index % 2 === 0 ? 'question' : 'answer')));
      expect(
        new Set(notes.filter(({ note }) => note.kind === 'forward').map(({ note }) => note.to)).size,
      ).toBe(notes.filter(({ note }) => note.kind === 'forward').length);
      expect(Date.parse(request.lapsesAt) - Date.parse(request.terms.lapsesAt)).toBeLessThanOrEqual(
        1_800_000,
      );
      expect(types.filter((type) => type === 'request.asked')).toHaveLength(
        said.filter((kind) => kind === 'question').length,
      );
    }
  });
});
