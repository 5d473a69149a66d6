/** @soak */

import {
  AccessError,
  applyOrganisation,
  cancelRequest,
  extendGrant,
  getGrant,
  getRequest,
  listRequests,
  mintToken,
  type Organisation,
  type Principal,
  previewRequest,
  releaseGrant,
  requestAccess,
  revokeGrant,
  runDueTransitions,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { samples } from '../support/samples.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome, plainMinter } from './support/outcome.js';
import { anAsk, startWorkflow, type Workflow } from './support/workflow.js';

const refusalsOf = async (work: Promise<unknown>): Promise<string[]> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof AccessError ? error.refusals.map((each) => each.code) : [];
};

describeUseCase('SQLite', 'the workflow', (bench) => {
  let flow: Workflow;
  let erin: Principal;
  let max: Principal;
  let ada: Principal;
  let bob: Principal;

  const start = async (change: Parameters<typeof smallOrganisation>[0] = {}) => {
    flow = await startWorkflow(bench, smallOrganisation(change));
    [erin, max, ada, bob] = await Promise.all([
      flow.as('erin@northwind.example'),
      flow.as('max@northwind.example'),
      flow.as('ada@acme.example'),
      flow.as('bob@acme.example'),
    ]);
  };
  const granted = async () => {
    const asked = await flow.ask(erin);
    await flow.approve(max, asked);
    await flow.approve(ada, asked);
    const { request } = await getRequest(flow.deps, erin, asked.request.id);
    if (request.grant === null) throw new Error('no grant');
    return { asked, grant: request.grant };
  };

  beforeEach(() => start());

  test('P1: a grant appears with the last review that the policies demand, over the digest shown', async () => {
    const asked = await flow.ask(erin);
    expect(asked.request.state).toBe('awaiting_vendor');
    expect(await outcome(flow.approve(ada, asked))).toBe('wrong_state');
    await flow.approve(max, asked);
    const between = await getRequest(flow.deps, ada, asked.request.id);
    expect(between.request).toMatchObject({ state: 'awaiting_customer', grant: null });
    expect(between.request.needs.vendor).toEqual({ required: 1, approved: 1 });
    await flow.approve(ada, asked);
    const after = await getRequest(flow.deps, erin, asked.request.id);
    expect(after.request.state).toBe('approved');
    const { grant } = await getGrant(flow.deps, erin, after.request.grant ?? '');
    expect(grant).toMatchObject({
      state: 'active',
      digest: asked.request.digest,
      startsAt: '2026-11-24T15:00:00Z',
      endsAt: '2026-11-24T16:00:00Z',
    });
  });

  test('P1: two approvals mean two persons', async () => {
    await start({ approvals: 2 });
    const asked = await flow.ask(erin);
    await flow.approve(max, asked);
    await flow.approve(ada, asked);
    expect(await outcome(flow.approve(ada, asked))).toBe('already_decided');
    expect((await getRequest(flow.deps, erin, asked.request.id)).request.state).toBe('awaiting_customer');
    await flow.approve(bob, asked);
    expect((await getRequest(flow.deps, erin, asked.request.id)).request.state).toBe('approved');
  });

  test('P1: without a vendor review the customer decides first', async () => {
    await start({ vendorReviews: 0 });
    const asked = await flow.ask(erin);
    expect(asked.request.state).toBe('awaiting_customer');
    await flow.approve(ada, asked);
    expect((await getRequest(flow.deps, erin, asked.request.id)).request.state).toBe('approved');
  });

  test('P1: where neither side asks for a review, the ask is its own approval, and says so', async () => {
    await start({ vendorReviews: 0, approvals: 0 });
    const asked = await flow.ask(erin);
    expect(asked.request).toMatchObject({ state: 'approved', grant: expect.stringMatching(/^grt_/) });
    expect((await getRequest(flow.deps, erin, asked.request.id)).request).toEqual(asked.request);
    const leaves = (await flow.leaves('acme')).slice(-4);
    expect(leaves.map(({ type }) => type)).toEqual([
      'request.created',
      'deployment.checkpoint',
      'grant.started',
      'request.approved',
    ]);
    expect(leaves[0]?.data['state']).toBe('approved');
    const notices = await bench.store.readAsVendor((unit) => unit.outbox.after('', 100));
    expect(notices.map(({ kind }) => kind)).toEqual(['request.approved', 'grant.active']);
  });

  test('P1: a blank ticket is none, for the policy that asks for one and in the terms', async () => {
    const blank = await flow.ask(erin, { ticket: ' \t' });
    expect(blank.request.terms).not.toHaveProperty('ticket');
    expect(blank.openings).toEqual({ justification: expect.anything() });
    const named = await flow.ask(erin, { ticket: 'Case 4711' });
    expect(named.openings['ticket']?.value).toBe('Case 4711');
    const file = smallOrganisation();
    file.accessPolicy.rules = [{ ticketRequired: true }];
    await applyOrganisation(flow.deps, file, { dryRun: false });
    await expect(flow.ask(erin, { ticket: ' ' })).rejects.toMatchObject({
      refusals: [{ code: 'ticket_required', pointer: '/ticket' }],
    });
  });

  test('P1: controls that narrowed since the ask refuse the review and grant nothing', async () => {
    const asked = await flow.ask(erin);
    await flow.approve(max, asked);
    const narrower = smallOrganisation();
    narrower.tenants[0]!.privacyControls.forbid.push({
      service: 'billing',
      resource: 'invoices/**',
      actions: ['read'],
    });
    await applyOrganisation(flow.deps, narrower, { dryRun: false });
    expect(await outcome(flow.approve(ada, asked))).toBe('controls_changed');
    expect(await refusalsOf(flow.approve(ada, asked))).toEqual(['forbidden_scope']);
    expect((await getRequest(flow.deps, erin, asked.request.id)).request.state).toBe('awaiting_customer');
  });

  test('P1: a rule that narrows after approval stops the next token', async () => {
    const { grant } = await granted();
    expect(await outcome(mintToken(flow.deps, plainMinter, erin, grant))).toBe('done');
    const narrower = smallOrganisation();
    narrower.tenants[0]!.privacyControls.maxDuration = 60;
    await applyOrganisation(flow.deps, narrower, { dryRun: false });
    expect(await outcome(mintToken(flow.deps, plainMinter, erin, grant))).toBe('grant_not_active');
  });

  test('P2: a reviewer who asked cannot review, and another can', async () => {
    const asked = await flow.ask(max);
    expect(await outcome(flow.approve(max, asked))).toBe('self_review');
    expect(await outcome(flow.approve(await flow.as('rita@northwind.example'), asked))).toBe('done');
  });

  test('one denial ends the request and its reason is kept', async () => {
    const asked = await flow.ask(erin);
    await flow.deny(max, asked);
    const view = await getRequest(flow.deps, erin, asked.request.id);
    expect(view.request.state).toBe('denied');
    expect(view.reviews).toMatchObject([{ decision: 'deny', reason: 'not now', side: 'vendor' }]);
    expect(await outcome(flow.approve(ada, asked))).toBe('already_decided');
  });

  test('what preview refuses, the ask refuses, with the same reasons and nothing written', async () => {
    const before = (await flow.leaves('acme')).length;
    const bad = { ...anAsk, seconds: 7200, scope: [{ resource: 'payroll/p1', actions: ['read', 'update'] }] };
    const preview = await previewRequest(flow.deps, erin, bad);
    expect(await refusalsOf(requestAccess(flow.deps, erin, bad))).toEqual(
      preview.refusals.map((each) => each.code),
    );
    expect((await flow.leaves('acme')).length).toBe(before);
  });

  test('five may wait, the sixth is refused until one is taken back', async () => {
    const asked = [];
    for (let count = 0; count < 5; count += 1) asked.push(await flow.ask(erin));
    expect(await refusalsOf(flow.ask(erin))).toEqual(['too_many_open']);
    await cancelRequest(flow.deps, erin, asked[0]!.request.id);
    expect(await outcome(flow.ask(erin))).toBe('done');
  });

  test('P8: a hundred decisions at once leave one terminal state, at most one grant, one decision in the log', async () => {
    for (let round = 0; round < samples('decisionRounds'); round += 1) {
      const asked = await flow.ask(erin);
      await flow.approve(max, asked);
      // In every other round time is up already: then the job and the requester race alone.
      const lapsed = round % 2 === 1;
      if (lapsed) flow.clock.forward(12 * 3600);
      const attempts = Array.from({ length: 100 }, (_, index) => {
        if (index % 4 === 0) return outcome(flow.approve(index % 8 === 0 ? ada : bob, asked));
        if (index % 4 === 1) return outcome(flow.deny(index % 8 === 1 ? ada : bob, asked));
        if (index % 4 === 2) return outcome(cancelRequest(flow.deps, erin, asked.request.id));
        return runDueTransitions(flow.deps).then(() => 'job');
      });
      const results = await Promise.all(attempts.sort(() => Math.random() - 0.5));
      const done = results.filter((each) => each === 'done').length;
      if (lapsed) expect(done).toBeLessThanOrEqual(1);
      else expect(done).toBe(1);
      const own = (await flow.leaves('acme')).filter((leaf) => leaf.data['request'] === asked.request.id);
      const decisions = own.filter((leaf) =>
        ['request.approved', 'request.denied', 'request.cancelled', 'request.expired'].includes(leaf.type),
      );
      expect(decisions).toHaveLength(1);
      const { request } = await getRequest(flow.deps, erin, asked.request.id);
      expect(`request.${request.state}`).toBe(decisions[0]!.type);
      const grants = own.filter((leaf) => leaf.type === 'grant.started');
      expect(grants).toHaveLength(request.state === 'approved' ? 1 : 0);
      if (request.grant !== null) await revokeGrant(flow.deps, ada, request.grant, 'next round');
    }
  });

  test('P7: every change stands in the tenant’s log, gap-free, with its notice', async () => {
    const { grant } = await granted();
    await revokeGrant(flow.deps, ada, grant, 'enough');
    const leaves = await flow.leaves('acme');
    expect(leaves.map((leaf) => leaf.seq)).toEqual(leaves.map((_, index) => index));
    expect(leaves.map((leaf) => leaf.type).filter((type) => /^(request|grant)/.test(type))).toEqual([
      'request.created',
      'request.reviewed',
      'request.awaiting_customer',
      'request.reviewed',
      'grant.started',
      'request.approved',
      'grant.ended',
    ]);
    const notices = await bench.store.readAsVendor((unit) => unit.outbox.due('2099-01-01T00:00:00Z', 50));
    expect(notices.map((each) => each.kind)).toEqual([
      'request.awaiting_vendor',
      'request.awaiting_customer',
      'request.approved',
      'grant.active',
      'grant.ended',
    ]);
  });

  test('silence lapses a request and grants nothing; a grant ends at its time; both are logged', async () => {
    const silent = await flow.ask(erin);
    const { grant } = await granted();
    flow.clock.forward(3600);
    expect(await outcome(mintToken(flow.deps, plainMinter, erin, grant))).toBe('grant_not_active');
    expect(await runDueTransitions(flow.deps)).toMatchObject({ requests: 0, grants: 1 });
    flow.clock.forward(11 * 3600);
    expect(await outcome(flow.approve(max, silent))).toBe('already_decided');
    expect(await runDueTransitions(flow.deps)).toMatchObject({ requests: 1, grants: 0 });
    expect((await getRequest(flow.deps, erin, silent.request.id)).request.state).toBe('expired');
    expect((await getGrant(flow.deps, erin, grant)).grant).toMatchObject({
      state: 'ended',
      endReason: 'expired',
    });
    const types = (await flow.leaves('acme')).map((leaf) => leaf.type);
    expect(types).toContain('request.expired');
    expect(types).toContain('grant.ended');
  });

  test('a stopped or released grant mints nothing more and cannot be ended twice', async () => {
    const first = await granted();
    await revokeGrant(flow.deps, bob, first.grant, 'enough');
    expect(await outcome(mintToken(flow.deps, plainMinter, erin, first.grant))).toBe('grant_not_active');
    expect(await outcome(revokeGrant(flow.deps, ada, first.grant, 'again'))).toBe('grant_not_active');
    const second = await granted();
    expect(await outcome(releaseGrant(flow.deps, max, second.grant))).toBe('forbidden');
    await releaseGrant(flow.deps, erin, second.grant);
    expect(await outcome(mintToken(flow.deps, plainMinter, erin, second.grant))).toBe('grant_not_active');
  });

  test('P9: a person of another tenant sees and changes nothing', async () => {
    const { asked, grant } = await granted();
    const gwen = await flow.as('gwen@globex.example');
    expect(await outcome(getRequest(flow.deps, gwen, asked.request.id))).toBe('not_found');
    expect(await outcome(getGrant(flow.deps, gwen, grant))).toBe('not_found');
    expect(await outcome(revokeGrant(flow.deps, gwen, grant, 'mine'))).toBe('not_found');
    expect(await outcome(flow.approve(gwen, asked))).toBe('not_found');
    const page = { cursor: null, limit: 50 };
    expect((await listRequests(flow.deps, gwen, {}, page)).items).toEqual([]);
    expect((await listRequests(flow.deps, gwen, { tenant: 'acme' }, page)).items).toEqual([]);
    expect((await listRequests(flow.deps, ada, {}, page)).items).toHaveLength(1);
  });

  test('only the engineer who holds the grant gets its token', async () => {
    const { grant } = await granted();
    expect(await outcome(mintToken(flow.deps, plainMinter, max, grant))).toBe('forbidden');
    expect(await outcome(mintToken(flow.deps, plainMinter, ada, grant))).toBe('forbidden');
  });

  test('a person who leaves the organisation loses what they hold', async () => {
    const { grant } = await granted();
    const without = smallOrganisation();
    without.vendor.staff = without.vendor.staff.filter((each) => !each.email.startsWith('erin'));
    await applyOrganisation(flow.deps, without, { dryRun: false });
    expect((await getGrant(flow.deps, ada, grant)).grant).toMatchObject({
      state: 'ended',
      endReason: 'revoked',
    });
    expect(await outcome(flow.ask(erin))).toBe('forbidden');
  });

  test('a person who leaves also loses the extension of what they hold, and only theirs ends', async () => {
    const rita = await flow.as('rita@northwind.example');
    const grantOf = async (by: Principal, asked: Awaited<ReturnType<typeof flow.ask>>) => {
      await flow.approve(rita, asked);
      await flow.approve(ada, asked);
      const { request } = await getRequest(flow.deps, by, asked.request.id);
      if (request.grant === null) throw new Error('no grant');
      return request.grant;
    };
    const first = await grantOf(erin, await flow.ask(erin));
    const more = { seconds: 600, justification: 'not done' };
    const next = await grantOf(erin, await extendGrant(flow.deps, erin, first, more));
    const other = await grantOf(max, await flow.ask(max));
    const without = smallOrganisation();
    without.vendor.staff = without.vendor.staff.filter((each) => !each.email.startsWith('erin'));
    await applyOrganisation(flow.deps, without, { dryRun: false });
    const stateOf = async (id: string) => (await getGrant(flow.deps, ada, id)).grant.state;
    expect(await stateOf(first)).toBe('ended');
    expect(await stateOf(next)).toBe('ended');
    expect(await stateOf(other)).toBe('active');
    const ended = (await flow.leaves('acme')).filter(({ type }) => type === 'grant.ended');
    expect(ended.map(({ data }) => data['grant']).sort()).toEqual([first, next].sort());
  });

  test.each([
    ['tenant', (file: Organisation) => file.tenants.splice(0, 1)],
    ['service', (file: Organisation) => file.services.splice(0, 1)],
  ] as const)('access ends with its %s', async (_kind, take) => {
    const { grant } = await granted();
    const without = smallOrganisation();
    take(without);
    await applyOrganisation(flow.deps, without, { dryRun: false });
    expect((await getGrant(flow.deps, max, grant)).grant).toMatchObject({
      state: 'ended',
      endReason: 'revoked',
    });
  });

  test('applying the same file again changes and logs nothing; a dry run writes nothing', async () => {
    const leaves = (await flow.leaves('acme')).length;
    expect(await applyOrganisation(flow.deps, smallOrganisation(), { dryRun: false })).toEqual([]);
    const wider = smallOrganisation({ approvals: 2 });
    const changes = await applyOrganisation(flow.deps, wider, { dryRun: true });
    expect(changes.map(({ action, kind, name }) => [action, kind, name])).toEqual([
      ['change', 'tenant', 'acme'],
    ]);
    expect((await flow.leaves('acme')).length).toBe(leaves);
  });

  test('one Idempotency-Key, one effect, however often and however parallel it comes', async () => {
    const sent = { principal: erin.person.id, route: 'POST /requests', key: 'k1', bodyHash: 'h1' };
    const attempts = await Promise.all(
      Array.from({ length: 20 }, () => requestAccess(flow.deps, erin, anAsk, { idempotency: sent })),
    );
    expect(new Set(attempts.map((view) => view.request.id)).size).toBe(1);
    expect((await listRequests(flow.deps, erin, {}, { cursor: null, limit: 50 })).items).toHaveLength(1);
    expect(
      await outcome(requestAccess(flow.deps, erin, anAsk, { idempotency: { ...sent, bodyHash: 'h2' } })),
    ).toBe('idempotency_key_reused');
  });
});
