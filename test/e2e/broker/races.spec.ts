/** @soak */

import { runDueTransitions } from '@countersign/access';
import { organisation } from '../../factories/organisation.js';
import { onlyInSoak, samples } from '../../support/samples.js';
import { type Answer, enginesOf, TestBroker } from '../harness.js';
import { makeRequest, type RequestBody, readRequest, review } from '../story.js';

/** Calls at once. */
const PARALLEL = samples('parallelCalls');
const TERMINAL = ['request.approved', 'request.denied', 'request.cancelled', 'request.expired'];

interface Leaf {
  index: number;
  type: string;
  data: Record<string, unknown>;
}

let broker: TestBroker;

async function leavesOf(request: RequestBody): Promise<Leaf[]> {
  const { body } = await broker.call('approver', 'GET', '/api/v1/tenants/acme/events?limit=200');
  return (body as { items: Leaf[] }).items.filter((leaf) => leaf.data['request'] === request.id);
}

const won = (answers: Answer[]) => answers.filter((answer) => answer.status < 300).length;

/** P8: asserts what must be true after every race. */
async function expectOneOutcome(asked: RequestBody): Promise<RequestBody> {
  const request = await readRequest(broker, asked.id);
  expect(['approved', 'denied', 'cancelled', 'expired']).toContain(request.state);
  const leaves = await leavesOf(asked);
  const decisions = leaves.filter((leaf) => TERMINAL.includes(leaf.type));
  expect(decisions.map((leaf) => leaf.type)).toEqual([`request.${request.state}`]);
  const grants = leaves.filter((leaf) => leaf.type === 'grant.started');
  expect(grants).toHaveLength(request.state === 'approved' ? 1 : 0);
  expect(request.grant !== null).toBe(request.state === 'approved');
  const reviewers = request.reviews.map((each) => each.person);
  expect(new Set(reviewers).size).toBe(reviewers.length);
  if (request.reviews.some((each) => each.decision === 'deny')) expect(request.state).toBe('denied');
  return request;
}

async function requestAwaitingCustomer(): Promise<RequestBody> {
  const request = await makeRequest(broker);
  await review(broker, 'reviewer', request);
  return request;
}

const cancel = (request: RequestBody) =>
  broker.call('engineer', 'POST', `/api/v1/requests/${request.id}/cancel`);

describe.each(enginesOf('PostgreSQL'))(
  'P8: races end in one state, one grant, one decision in the log, on %s',
  (engine) => {
    beforeAll(async () => {
      broker = await TestBroker.start({
        engine,
        organisation: organisation((file) => {
          file.accessPolicy.requestTtl = 600;
        }),
      });
    });
    afterAll(() => broker.close());

    test(`${PARALLEL} parallel approvals, denials and cancellations`, async () => {
      const request = await requestAwaitingCustomer();
      const answers = await Promise.all(
        Array.from({ length: PARALLEL }, (_, index) => {
          if (index % 4 === 0) return cancel(request);
          if (index % 4 === 1) return review(broker, 'secondApprover', request, 'deny');
          return review(broker, 'approver', request);
        }),
      );
      await expectOneOutcome(request);
      expect(won(answers)).toBe(1);
      const refused = new Set(
        answers.filter((answer) => answer.status >= 300).map((answer) => answer.status),
      );
      expect([...refused]).toEqual([409]);
    });

    onlyInSoak(() => {
      test(`${PARALLEL} parallel approvals by one person create one review and one grant`, async () => {
        const request = await requestAwaitingCustomer();
        const answers = await Promise.all(
          Array.from({ length: PARALLEL }, () => review(broker, 'approver', request)),
        );
        expect(won(answers)).toBe(1);
        expect((await expectOneOutcome(request)).state).toBe('approved');
      });

      test(`${PARALLEL} parallel decisions of both sides while the request awaits the vendor`, async () => {
        const request = await makeRequest(broker);
        const who = ['reviewer', 'engineerAndReviewer', 'approver', 'secondApprover'] as const;
        await Promise.all(
          Array.from({ length: PARALLEL }, (_, index) => review(broker, who[index % 4]!, request)),
        );
        const reviewed = await readRequest(broker, request.id);
        expect(reviewed.reviews.filter((each) => each.side === 'vendor')).toHaveLength(1);
        if (reviewed.state !== 'approved') await review(broker, 'approver', request);
        expect((await expectOneOutcome(request)).state).toBe('approved');
      });

      test('decisions race with the request’s expiry, in two processes', async () => {
        const request = await requestAwaitingCustomer();
        const calls = Array.from({ length: PARALLEL }, (_, index) => {
          if (index === Math.round(0.3 * PARALLEL)) broker.clock.advance(601);
          if (index % 10 === 5) return runDueTransitions(broker.host).then(() => undefined);
          if (index % 10 === 7) return cancel(request);
          return review(broker, index % 2 === 0 ? 'approver' : 'secondApprover', request);
        });
        await Promise.allSettled(calls);
        await runDueTransitions(broker.host);
        await expectOneOutcome(request);
      });

      test(`if two approvals are needed, ${PARALLEL} parallel approvals by two people create one grant`, async () => {
        const strict = await TestBroker.start({
          engine,
          organisation: organisation((file) => {
            file.tenants[0]!.privacyControls.approvals = 2;
          }),
        });
        try {
          const request = await makeRequest(strict);
          await review(strict, 'reviewer', request);
          await Promise.all(
            Array.from({ length: PARALLEL }, (_, index) =>
              review(strict, index % 2 === 0 ? 'approver' : 'secondApprover', request),
            ),
          );
          const after = await readRequest(strict, request.id);
          expect(after.state).toBe('approved');
          expect(after.reviews.filter((each) => each.side === 'customer')).toHaveLength(2);
          const { body } = await strict.call('approver', 'GET', '/api/v1/grants');
          expect((body as { items: unknown[] }).items).toHaveLength(1);
        } finally {
          await strict.close();
        }
      });

      test(`${PARALLEL} parallel revocations and releases end a grant once`, async () => {
        const request = await requestAwaitingCustomer();
        await review(broker, 'approver', request);
        const { grant } = await readRequest(broker, request.id);
        const answers = await Promise.all(
          Array.from({ length: PARALLEL }, (_, index) =>
            index % 2 === 0
              ? broker.call('approver', 'POST', `/api/v1/grants/${grant}/revocation`, {
                  body: { reason: 'stop' },
                })
              : broker.call('engineer', 'POST', `/api/v1/grants/${grant}/release`),
          ),
        );
        expect(won(answers)).toBe(1);
        expect((await leavesOf(request)).filter((leaf) => leaf.type === 'grant.ended')).toHaveLength(1);
      });
    });
  },
);
