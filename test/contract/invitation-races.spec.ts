/** @soak */

import {
  cancelRequest,
  type InvitationInput,
  invite,
  mintToken,
  type Principal,
  requestAccess,
  reviewRequest,
  runDueTransitions,
  type SigningDeps,
  withdrawInvitation,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { onlyInSoak } from '../support/samples.js';
import { describeOn } from './support/describe-store.js';
import { outcome, plainMinter } from './support/outcome.js';
import { anAsk, startWorkflow, type Workflow } from './support/workflow.js';

const WAYS = 100;
const ENGINEERS = 20;
const ALL = { cursor: null, limit: 200 };

const reading: InvitationInput = {
  service: 'billing',
  scope: anAsk.scope,
  until: '2026-11-24T18:00:00Z',
  notBefore: null,
  ticket: null,
  seconds: 3_600,
  budget: null,
  uses: null,
};

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const tally = (outcomes: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const each of outcomes) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
};

describeOn('PostgreSQL', 'P8: races about an invitation', (bench) => {
  let flow: Workflow;
  /** Two brokers on one database. */
  let brokers: [SigningDeps, SigningDeps];
  let engineers: Principal[];
  let ada: Principal;
  let bob: Principal;
  let max: Principal;

  async function start(vendorReviews: number) {
    const file = smallOrganisation({ vendorReviews });
    const emails = times(ENGINEERS, (index) => `engineer${index}@northwind.example`);
    for (const email of emails) file.vendor.staff.push({ email, name: email, roles: ['engineer'] });
    flow = await startWorkflow(bench.store, file);
    brokers = [flow.deps, { ...flow.deps, store: await bench.database.open() }];
    engineers = await Promise.all(emails.map(flow.as));
    ada = await flow.as('ada@acme.example');
    bob = await flow.as('bob@acme.example');
    max = await flow.as('max@northwind.example');
  }
  const on = (index: number): SigningDeps => brokers[index % 2]!;
  const ask = (index: number) =>
    requestAccess(on(index), engineers[index % ENGINEERS]!, { ...anAsk, basis: 'invitation' });
  const withdraw = (index: number, id: string) =>
    withdrawInvitation(on(index), index % 2 === 0 ? ada : bob, 'acme', id, null);
  const open = async (change: Partial<InvitationInput> = {}) =>
    (await invite(flow.deps, ada, 'acme', { ...reading, ...change })).invitation;
  const now = async (id: string) =>
    (await bench.store.readForTenant('acme', (unit) => unit.invitations.find(id)))!;
  const grants = async () =>
    (await bench.store.readForTenant('acme', (unit) => unit.grants.list({}, ALL))).items;
  const told = async (type: string) => (await flow.leaves('acme')).filter((leaf) => leaf.type === type);

  test('of a hundred that ask at once, as many get in as it says', async () => {
    await start(0);
    const { id, hash } = await open({ uses: 7 });
    const outcomes = await Promise.all(times(WAYS, (index) => outcome(ask(index))));
    expect(tally(outcomes)).toEqual({ done: 7, request_refused: WAYS - 7 });
    expect(await now(id)).toMatchObject({ state: 'used_up', used: 7 });
    expect((await grants()).map(({ state }) => state)).toEqual(times(7, () => 'active'));
    expect(
      (await told('invitation.used')).map(({ data }) => [data['hash'], data['used'], data['state']]),
    ).toEqual(times(7, (index) => [hash, index + 1, index === 6 ? 'used_up' : 'open']));
  });

  test('asking, minting, withdrawing and the clock at once: it is withdrawn once, and nothing of it is left open', async () => {
    await start(0);
    const { id } = await open({ uses: 50 });
    const first = (await ask(0)).request.grant!;
    const outcomes = await Promise.all(
      times(WAYS, (index) => {
        if (index % 10 === 5) return outcome(withdraw(index, id));
        if (index % 10 === 7) return outcome(mintToken(on(index), plainMinter, engineers[0]!, first));
        if (index % 10 === 9) return outcome(runDueTransitions(on(index)));
        return outcome(ask(index));
      }),
    );
    for (const code of Object.keys(tally(outcomes)))
      expect(['done', 'request_refused', 'wrong_state', 'grant_not_active', 'conflict']).toContain(code);
    const granted = await grants();
    expect(new Set(granted.map(({ state, endReason }) => `${state} ${endReason}`))).toEqual(
      new Set(['ended revoked']),
    );
    expect(await now(id)).toMatchObject({ state: 'withdrawn', used: granted.length });
    expect(await told('invitation.withdrawn')).toHaveLength(1);
    expect(await told('invitation.used')).toHaveLength(granted.length);
    const ended = (await told('grant.ended')).map(({ data }) => data['grant']).sort();
    expect(ended).toEqual(granted.map((grant) => grant.id).sort());
    expect(await outcome(ask(1))).toBe('request_refused');
  });

  onlyInSoak(() => {
    test('reviews, denials and cancellations at once: with the last use everything is over, each once', async () => {
      await start(1);
      const { id } = await open({ uses: 5 });
      const waiting = await Promise.all(times(ENGINEERS, ask));
      const outcomes = await Promise.all(
        times(WAYS, (index) => {
          const at = index % ENGINEERS;
          const { request } = waiting[at]!;
          // Some of the first fifteen are taken back or refused; the last five are only approved.
          if (at < 15 && index % 8 === 3)
            return outcome(cancelRequest(on(index), engineers[at]!, request.id));
          const deny = at < 15 && index % 8 === 6;
          const input = { digest: request.digest, reason: deny ? 'no' : null };
          return outcome(
            reviewRequest(on(index), max, request.id, { ...input, decision: deny ? 'deny' : 'approve' }),
          );
        }),
      );
      for (const code of Object.keys(tally(outcomes)))
        expect(['done', 'already_decided', 'wrong_state', 'conflict']).toContain(code);
      expect(await now(id)).toMatchObject({ state: 'used_up', used: 5 });
      expect((await grants()).map(({ state }) => state)).toEqual(times(5, () => 'active'));
      const ends = await Promise.all(
        ['approved', 'denied', 'cancelled', 'expired'].map((end) => told(`request.${end}`)),
      );
      expect(ends[0]).toHaveLength(5);
      expect(ends[3]!.length).toBeGreaterThan(0);
      const over = ends.flat().map(({ data }) => data['request']);
      expect([...over].sort()).toEqual(waiting.map(({ request }) => request.id).sort());
    });

    test('reviews, withdrawal and its end at once: what waits ends once, and no more are let in than it says', async () => {
      await start(1);
      const { id } = await open({ uses: 5 });
      const waiting = await Promise.all(times(ENGINEERS, ask));
      flow.clock.forward(2 * 3_600 - 1);
      const outcomes = await Promise.all(
        times(WAYS, (index) => {
          const { request } = waiting[index % ENGINEERS]!;
          if (index === 60) return outcome(withdraw(index, id));
          if (index % 10 === 9) return outcome(runDueTransitions(on(index)));
          const decision = { decision: 'approve' as const, digest: request.digest, reason: null };
          return outcome(reviewRequest(on(index), max, request.id, decision));
        }),
      );
      for (const code of Object.keys(tally(outcomes)))
        expect(['done', 'already_decided', 'controls_changed', 'wrong_state', 'conflict']).toContain(code);
      const granted = await grants();
      expect(granted.length).toBeLessThanOrEqual(5);
      expect(granted.filter(({ state }) => state !== 'ended')).toEqual([]);
      expect(await now(id)).toMatchObject({ state: 'withdrawn', used: granted.length });
      const terminal = ['request.approved', 'request.denied', 'request.expired'];
      const ends = (await flow.leaves('acme')).filter(({ type }) => terminal.includes(type));
      expect(new Set(ends.map(({ data }) => data['request'])).size).toBe(ENGINEERS);
      expect(ends).toHaveLength(ENGINEERS);
    });
  });
});
