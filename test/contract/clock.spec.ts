/** @soak */

import {
  AccessError,
  applyOrganisation,
  extendGrant,
  getGrant,
  getRequest,
  mintToken,
  type Principal,
  type RequestView,
  releaseGrant,
  revokeGrant,
  runDueTransitions,
  type TokenMinter,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome, plainMinter } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

describeUseCase('SQLite', 'the clock', (bench) => {
  let flow: Workflow;
  let erin: Principal;
  let max: Principal;
  let ada: Principal;

  beforeEach(async () => {
    flow = await startWorkflow(bench);
    [erin, max, ada] = await Promise.all([
      flow.as('erin@northwind.example'),
      flow.as('max@northwind.example'),
      flow.as('ada@acme.example'),
    ]);
  });

  const approved = async (asked: RequestView): Promise<string> => {
    await flow.approve(max, asked);
    await flow.approve(ada, asked);
    const { request } = await getRequest(flow.deps, erin, asked.request.id);
    if (request.grant === null) throw new Error(`no grant: ${request.state}`);
    return request.grant;
  };
  const grantOf = async (id: string) => (await getGrant(flow.deps, erin, id)).grant;
  const mint = (grant: string) => outcome(mintToken(flow.deps, plainMinter, erin, grant));
  const typesOf = async (grant: string) =>
    (await flow.leaves('acme')).filter((leaf) => leaf.data['grant'] === grant).map((leaf) => leaf.type);
  const noticesOf = async (subject: string) =>
    (await bench.store.readAsVendor((unit) => unit.outbox.due('2099-01-01T00:00:00Z', 200)))
      .filter((notice) => notice.subject === subject)
      .map((notice) => notice.kind);

  test.each<[string, Record<string, string>, string]>([
    ['a start in the past', { startsAt: '2026-11-24T14:59:59Z' }, '/startsAt'],
    ['a start more than 7 days ahead', { startsAt: '2026-12-01T15:00:01Z' }, '/startsAt'],
    ['a day that no calendar has', { startsAt: '2026-11-31T15:00:00Z' }, '/startsAt'],
    ['a use by a time that is over', { useBy: '2026-11-24T14:00:00Z' }, '/useBy'],
    ['first use without useBy', { startsOn: 'first-use' }, '/useBy'],
    [
      'first use with a start',
      { startsOn: 'first-use', useBy: '2026-11-25T15:00:00Z', startsAt: '2026-11-24T16:00:00Z' },
      '/startsAt',
    ],
  ])('%s is malformed, and nothing is written', async (_title, change, pointer) => {
    const before = (await flow.leaves('acme')).length;
    const refused = await flow.ask(erin, change).then(
      () => null,
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ code: 'invalid_request', pointer });
    expect(refused).toBeInstanceOf(AccessError);
    expect((await flow.leaves('acme')).length).toBe(before);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['the policy’s time', {}, '2026-11-25T03:00:00Z'],
    ['useBy', { useBy: '2026-11-24T20:00:00Z' }, '2026-11-24T20:00:00Z'],
    ['the end of the window', { startsAt: '2026-11-24T16:00:00Z' }, '2026-11-24T17:00:00Z'],
  ])('an ask lapses at the earliest of its bounds: %s', async (_title, change, lapsesAt) => {
    const { request } = await flow.ask(erin, change);
    expect([request.lapsesAt, request.terms.lapsesAt]).toEqual([lapsesAt, lapsesAt]);
  });

  describe('a request that waits', () => {
    const told = ['request.awaiting_vendor', 'request.awaiting_customer'];
    const run = async (seconds: number) => {
      flow.clock.forward(seconds);
      return (await runDueTransitions(flow.deps)).reminded;
    };

    test('reminds at half of its life, escalates at three quarters, and is then quiet', async () => {
      const { request } = await flow.ask(erin);
      expect(await run(6 * 3600 - 1)).toBe(0);
      expect(await run(1)).toBe(1);
      expect(await run(60)).toBe(0);
      await flow.approve(max, { request } as RequestView);
      expect(await run(3 * 3600 - 61)).toBe(0);
      expect(await run(1)).toBe(1);
      expect(await run(3 * 3600 - 1)).toBe(0);
      expect(await noticesOf(request.id)).toEqual([
        told[0],
        'request.reminder',
        told[1],
        'request.escalated',
      ]);
      const notices = await bench.store.readAsVendor((unit) => unit.outbox.due('2099-01-01T00:00:00Z', 200));
      const audience = (kind: string) => notices.find((notice) => notice.kind === kind)?.audience;
      expect(audience('request.reminder')).toEqual(['role:vendor:reviewer']);
      expect(audience('request.escalated')).toEqual(['role:acme:approver']);
    });

    test('after an outage is told of once; after its end never', async () => {
      const late = await flow.ask(erin);
      const decided = await flow.ask(erin);
      await flow.deny(max, decided);
      expect(await run(10 * 3600)).toBe(1);
      expect(await noticesOf(late.request.id)).toEqual([told[0], 'request.escalated']);
      expect(await noticesOf(decided.request.id)).toEqual([told[0], 'request.denied']);
    });

    test('reminds once, however many brokers look at the clock', async () => {
      const { request } = await flow.ask(erin);
      flow.clock.forward(6 * 3600);
      const other = await bench.database.open();
      const all = await Promise.allSettled([
        runDueTransitions(flow.deps),
        runDueTransitions({ ...flow.deps, store: other }),
        runDueTransitions(flow.deps),
      ]);
      expect(all.map(({ status }) => status)).toContain('fulfilled');
      expect(await noticesOf(request.id)).toEqual([told[0], 'request.reminder']);
    });
  });

  test('a scheduled grant opens at its start by a logged transition, and mints nothing before', async () => {
    const grant = await approved(await flow.ask(erin, { startsAt: '2026-11-24T18:00:00Z' }));
    expect(await grantOf(grant)).toMatchObject({
      state: 'scheduled',
      startsAt: '2026-11-24T18:00:00Z',
      endsAt: '2026-11-24T19:00:00Z',
    });
    expect(await bench.store.readAsVendor((unit) => unit.feed.activeGrants())).toEqual([]);
    expect(await mint(grant)).toBe('grant_not_active');
    flow.clock.forward(3 * 3600 - 1);
    expect(await runDueTransitions(flow.deps)).toMatchObject({ grants: 0, started: 0 });
    flow.clock.forward(1);
    expect(await runDueTransitions(flow.deps)).toMatchObject({ grants: 0, started: 1 });
    expect((await grantOf(grant)).state).toBe('active');
    expect(await mint(grant)).toBe('done');
    expect(await typesOf(grant)).toEqual([
      'grant.scheduled',
      'request.approved',
      'grant.started',
      'token.minted',
    ]);
  });

  test('a scheduled grant whose time has come opens with its first token, before the job comes round', async () => {
    const grant = await approved(await flow.ask(erin, { startsAt: '2026-11-24T18:00:00Z' }));
    flow.clock.forward(3 * 3600);
    expect(await mint(grant)).toBe('done');
    expect(await runDueTransitions(flow.deps)).toMatchObject({ started: 0 });
    expect(await typesOf(grant)).toContain('grant.started');
  });

  test('P1: what the rules no longer allow at its start ends unopened, with the reasons logged', async () => {
    const grant = await approved(await flow.ask(erin, { startsAt: '2026-11-24T18:00:00Z' }));
    const narrower = smallOrganisation();
    // Of the vendor: what a customer's controls no longer allow ends at once.
    narrower.accessPolicy.maxDuration = 60;
    await applyOrganisation(flow.deps, narrower, { dryRun: false });
    flow.clock.forward(3 * 3600);
    expect(await mint(grant)).toBe('grant_not_active');
    expect(await runDueTransitions(flow.deps)).toMatchObject({ started: 0, grants: 1 });
    expect(await grantOf(grant)).toMatchObject({ state: 'ended', endReason: 'revoked' });
    const ended = (await flow.leaves('acme')).find((leaf) => leaf.type === 'grant.ended');
    expect(ended?.data['refusals']).toEqual([expect.objectContaining({ code: 'duration_too_long' })]);
  });

  test('P1: what changed controls no longer allow ends at once, even if there are more reasons than the log has room for', async () => {
    const scope = [1, 2, 3].map((id) => ({ resource: `invoices/${id}`, actions: ['read'] }));
    const grant = await approved(await flow.ask(erin, { scope, startsAt: '2026-11-24T18:00:00Z' }));
    const narrower = smallOrganisation();
    narrower.tenants[0]!.privacyControls.forbid = Array.from({ length: 200 }, (_, index) => ({
      ...{ service: 'billing', resource: 'invoices/**', actions: ['read', `archive-${index}`] },
    }));
    await applyOrganisation(flow.deps, narrower, { dryRun: false });
    expect(await grantOf(grant)).toMatchObject({ state: 'ended', endReason: 'revoked' });
    const ended = (await flow.leaves('acme')).find((leaf) => leaf.type === 'grant.ended');
    expect(ended?.data['refusals']).toEqual(
      [0, 1, 2].map((at) => ({
        ...{ code: 'forbidden_scope', pointer: `/scope/${at}` },
        detail: expect.stringContaining('archive-0'),
      })),
    );
  });

  test('P3: an approval that comes after the start gives what is left of the window', async () => {
    const asked = await flow.ask(erin, { startsAt: '2026-11-24T16:00:00Z' });
    flow.clock.forward(3600 + 1200);
    expect(await grantOf(await approved(asked))).toMatchObject({
      state: 'active',
      startsAt: '2026-11-24T16:20:00Z',
      endsAt: '2026-11-24T17:00:00Z',
    });
  });

  test('the first token starts a grant on first use, in that transaction, for its whole time', async () => {
    const asked = await flow.ask(erin, { startsOn: 'first-use', useBy: '2026-11-24T20:00:00Z' });
    const grant = await approved(asked);
    expect(await grantOf(grant)).toMatchObject({ state: 'scheduled', startsAt: null, endsAt: null });
    flow.clock.forward(2 * 3600);
    const together = await Promise.all(Array.from({ length: 20 }, () => mint(grant)));
    expect(new Set(together)).toEqual(new Set(['done']));
    expect(await grantOf(grant)).toMatchObject({
      state: 'active',
      startsAt: '2026-11-24T17:00:00Z',
      endsAt: '2026-11-24T18:00:00Z',
    });
    expect((await typesOf(grant)).filter((type) => type === 'grant.started')).toHaveLength(1);
  });

  test('a token for which there is no key leaves the grant unused', async () => {
    const grant = await approved(
      await flow.ask(erin, { startsOn: 'first-use', useBy: '2026-11-24T20:00:00Z' }),
    );
    const broken = {
      prepare: () => {
        throw new Error('no key');
      },
    };
    await expect(mintToken(flow.deps, broken, erin, grant)).rejects.toThrow('no key');
    expect(await grantOf(grant)).toMatchObject({ state: 'scheduled', startsAt: null });
  });

  test('a token costs one transaction, and is signed after its event is committed', async () => {
    const grant = await approved(await flow.ask(erin));
    const { store } = flow.deps;
    const done: string[] = [];
    const forTenant: typeof store.forTenant = async (...args) => {
      const result = await store.forTenant(...args);
      done.push('transaction');
      return result;
    };
    const deps = { ...flow.deps, store: Object.create(store, { forTenant: { value: forTenant } }) };
    const slow: TokenMinter = {
      prepare: (input) => ({
        ...plainMinter.prepare(input),
        sign: async () => {
          done.push(`signature after ${(await typesOf(grant)).at(-1)}`);
          throw new Error('out of reach');
        },
      }),
    };
    await expect(mintToken(deps, slow, erin, grant)).rejects.toThrow('out of reach');
    expect(done).toEqual(['transaction', 'signature after token.minted']);
    expect(await mint(grant)).toBe('done');
  });

  test('unused by its day, a grant on first use is over', async () => {
    const grant = await approved(
      await flow.ask(erin, { startsOn: 'first-use', useBy: '2026-11-24T20:00:00Z' }),
    );
    flow.clock.forward(5 * 3600);
    expect(await mint(grant)).toBe('grant_not_active');
    await runDueTransitions(flow.deps);
    expect(await grantOf(grant)).toMatchObject({ state: 'ended', endReason: 'expired', startsAt: null });
  });

  test('P7: people are told ten minutes before the end, once', async () => {
    const grant = await approved(await flow.ask(erin));
    flow.clock.forward(3000);
    expect(await runDueTransitions(flow.deps)).toMatchObject({ warned: 1, grants: 0 });
    expect(await runDueTransitions(flow.deps)).toMatchObject({ warned: 0, grants: 0 });
    flow.clock.forward(600);
    expect(await runDueTransitions(flow.deps)).toMatchObject({ warned: 0, grants: 1 });
    expect(await noticesOf(grant)).toEqual(['grant.active', 'grant.ending', 'grant.ended']);
  });

  test('budget and the one call asked for stand in the terms', async () => {
    const change = {
      method: 'GET',
      path: '/tenants/acme/invoices/1',
      bodySha256: `sha256:${'a'.repeat(64)}`,
    };
    const { request } = await flow.ask(erin, { budget: { calls: 1 }, change });
    expect(request.terms).toMatchObject({ budget: { calls: 1 }, change });
    const grant = await approved(await flow.ask(erin, { budget: { calls: 3, bytes: 9 } }));
    expect((await getGrant(flow.deps, ada, grant)).budget).toEqual({ calls: 3, bytes: 9 });
  });

  describe('an extension', () => {
    const extended = async (grant: string) => {
      const asked = await extendGrant(flow.deps, erin, grant, { seconds: 1800, justification: 'not done' });
      return { asked, next: await approved(asked) };
    };

    test('begins where the old grant ends: no gap, no overlap, own approval, linked', async () => {
      const first = await approved(await flow.ask(erin, { ticket: 'T-1' }));
      flow.clock.forward(3000);
      const { asked, next } = await extended(first);
      const before = await grantOf(first);
      expect(asked.request.terms.extends).toBe(before.digest);
      expect(asked.openings['ticket']?.value).toBe('T-1');
      expect(await grantOf(next)).toMatchObject({
        state: 'scheduled',
        startsAt: before.endsAt,
        endsAt: '2026-11-24T16:30:00Z',
        extends: before.digest,
      });
      flow.clock.forward(599);
      expect([await mint(first), await mint(next)]).toEqual(['done', 'grant_not_active']);
      flow.clock.forward(1);
      expect([await mint(first), await mint(next)]).toEqual(['grant_not_active', 'done']);
    });

    test('ends with the grant that it extends when that is revoked, and so does what extends it', async () => {
      const first = await approved(await flow.ask(erin));
      const { next } = await extended(first);
      flow.clock.forward(3600);
      await mint(next);
      const { next: third } = await extended(next);
      await revokeGrant(flow.deps, ada, next, 'enough');
      expect((await grantOf(third)).endReason).toBe('revoked');
      const another = await approved(await flow.ask(erin));
      const { next: follower } = await extended(another);
      await revokeGrant(flow.deps, ada, another, 'enough');
      expect((await grantOf(follower)).endReason).toBe('revoked');
    });

    test('P1: one that waits for approval cannot be approved once its grant was stopped', async () => {
      const first = await approved(await flow.ask(erin));
      const asked = await extendGrant(flow.deps, erin, first, { seconds: 60, justification: 'more' });
      await revokeGrant(flow.deps, ada, first, 'enough');
      expect(await outcome(flow.approve(max, asked))).toBe('controls_changed');
    });

    test('is for the holder of an active grant', async () => {
      const first = await approved(await flow.ask(erin));
      const ask = { seconds: 60, justification: 'more' };
      expect(await outcome(extendGrant(flow.deps, max, first, ask))).toBe('forbidden');
      expect(await outcome(extendGrant(flow.deps, ada, first, ask))).toBe('forbidden');
      await releaseGrant(flow.deps, erin, first);
      expect(await outcome(extendGrant(flow.deps, erin, first, ask))).toBe('grant_not_active');
    });
  });
});
