/** @soak */

import {
  acceptOffer,
  cancelRequest,
  getRequest,
  type Principal,
  type RequestView,
  releaseGrant,
  reviewRequest,
  revokeGrant,
  runDueTransitions,
} from '@countersign/access';
import { counterTerms, halfTime } from '@countersign/wording';
import { samples } from '../support/samples.js';
import { describeOn } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const WAYS = samples('waysAtOnce');
const ROUNDS = samples('twoStoreRounds');
const TERMINAL = ['request.approved', 'request.denied', 'request.cancelled', 'request.expired'];

/** Two stores on one database, as two brokers have them: what one decides the other must find. */
describeOn('PostgreSQL', 'races through two stores', (bench) => {
  let flow: Workflow;
  let other: Workflow['deps'];
  let [erin, max, ada, bob] = [] as unknown as [Principal, Principal, Principal, Principal];

  beforeEach(async () => {
    flow = await startWorkflow(bench.store);
    other = { ...flow.deps, store: await bench.database.open() };
    [erin, max, ada, bob] = await Promise.all([
      flow.as('erin@northwind.example'),
      flow.as('max@northwind.example'),
      flow.as('ada@acme.example'),
      flow.as('bob@acme.example'),
    ]);
  });

  const read = async (asked: RequestView) => getRequest(flow.deps, erin, asked.request.id);
  const leavesOf = async ({ request }: RequestView) =>
    (await flow.leaves('acme')).filter(({ data }) => data['request'] === request.id).map(({ type }) => type);

  /** One of the ways in which a request may be met at the customer's turn. */
  function way(asked: RequestView, offered: string, index: number): Promise<unknown> {
    const { id, digest, terms } = asked.request;
    const deps = index % 2 === 0 ? flow.deps : other;
    const by = index % 3 === 0 ? bob : ada;
    const review = (decision: 'approve' | 'deny' | 'counter', more: object = {}) =>
      outcome(reviewRequest(deps, by, id, { decision, digest, reason: 'as I see it', ...more }));
    switch (index % 7) {
      case 0:
        return review('approve');
      case 1:
        return review('deny');
      case 2:
        return review('counter', { terms: counterTerms(terms, digest, halfTime(terms)) });
      case 3:
        return outcome(acceptOffer(deps, erin, id, offered));
      case 4:
        return outcome(cancelRequest(deps, erin, id));
      case 5:
        return runDueTransitions(deps);
      default:
        return read(asked).then(({ request }) =>
          request.grant === null ? null : outcome(revokeGrant(deps, by, request.grant, 'at once')),
        );
    }
  }

  test(`P8: ${WAYS} approvals, denials, counter-offers, acceptances, cancellations, lapses and stops at once`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const asked = await flow.ask(erin);
      await flow.approve(max, asked);
      const ways = Array.from({ length: WAYS }, (_, index) => index).sort(() => Math.random() - 0.5);
      // In every third round time runs out in the middle of it.
      const late = round % 3 === 2 ? WAYS / 2 : Number.POSITIVE_INFINITY;
      await Promise.all(
        ways.map(async (index, position) => {
          if (position === late) flow.clock.forward(12 * 3600);
          const { offer } = await read(asked);
          await way(asked, offer?.digest ?? asked.request.digest, index);
        }),
      );
      // What the race left open ends like everything that is left open.
      flow.clock.forward(12 * 3600);
      await runDueTransitions(flow.deps);

      const { request } = await read(asked);
      const leaves = await leavesOf(asked);
      const ended = leaves.filter((type) => TERMINAL.includes(type));
      expect(ended).toEqual([`request.${request.state}`]);
      const grants = await bench.database.raw(`SELECT state FROM grants WHERE request_id = '${request.id}'`);
      expect(grants).toHaveLength(request.state === 'approved' ? 1 : 0);
      expect(leaves.filter((type) => type === 'grant.started')).toHaveLength(grants.length);
      expect(leaves.filter((type) => type === 'grant.ended')).toHaveLength(grants.length);
    }
  });

  test(`P8: ${WAYS} stops, releases and ends by the clock at once end a grant once`, async () => {
    const asked = await flow.ask(erin);
    await flow.approve(max, asked);
    await flow.approve(ada, asked);
    const grant = (await read(asked)).request.grant ?? '';
    const results = await Promise.all(
      Array.from({ length: WAYS }, (_, index) => {
        const deps = index % 2 === 0 ? flow.deps : other;
        if (index === WAYS / 2) flow.clock.forward(3600);
        if (index % 3 === 0) return outcome(revokeGrant(deps, index % 2 === 0 ? ada : bob, grant, 'enough'));
        if (index % 3 === 1) return outcome(releaseGrant(deps, erin, grant));
        return runDueTransitions(deps).then(({ grants }) => (grants === 1 ? 'done' : 'nothing due'));
      }),
    );
    expect(results.filter((result) => result === 'done')).toHaveLength(1);
    expect((await leavesOf(asked)).filter((type) => type === 'grant.ended')).toHaveLength(1);
  });
});
