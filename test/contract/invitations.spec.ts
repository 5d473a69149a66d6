/** @soak */

import {
  AccessError,
  type AccessRequestInput,
  applyOrganisation,
  extendGrant,
  type Grant,
  getRequest,
  type InvitationInput,
  invite,
  listInvitations,
  mintToken,
  type Organisation,
  type Principal,
  previewRequest,
  runDueTransitions,
  withdrawInvitation,
} from '@countersign/access';
import { appendLeaf, EMPTY_RANGE, rangeRoot } from '@countersign/audit-log';
import { commit, decodeBase64url, parseInvitation, statementHash } from '@countersign/contract';
import { smallOrganisation } from '../factories/small-organisation.js';
import { rowsOfEachKind } from '../support/samples.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome, plainMinter } from './support/outcome.js';
import { anAsk, startWorkflow, type Workflow } from './support/workflow.js';

const HOUR = 3_600;
const ALL = { cursor: null, limit: 200 };

/** Read invoices until 18:00, the clock standing at 15:00. */
const reading: InvitationInput = {
  service: 'billing',
  scope: [
    { resource: 'invoices', actions: ['list'] },
    { resource: 'invoices/*', actions: ['read'] },
  ],
  until: '2026-11-24T18:00:00Z',
  notBefore: null,
  ticket: null,
  seconds: HOUR,
  budget: null,
  uses: null,
};

const twentyLong = Array.from({ length: 20 }, (_, index) => ({
  resource: `invoices/${'x'.repeat(280)}${index}`,
  actions: ['read'],
}));

describeUseCase('SQLite', 'invitations', (bench) => {
  let flow: Workflow;
  let erin: Principal;
  let max: Principal;
  let ada: Principal;
  let bob: Principal;

  async function start(change: Parameters<typeof smallOrganisation>[0] = {}, file?: Organisation) {
    flow = await startWorkflow(bench, file ?? smallOrganisation({ vendorReviews: 0, ...change }));
    [erin, max, ada, bob] = (await Promise.all(
      ['erin@northwind.example', 'max@northwind.example', 'ada@acme.example', 'bob@acme.example'].map(
        flow.as,
      ),
    )) as [Principal, Principal, Principal, Principal];
  }
  const open = async (change: Partial<InvitationInput> = {}, by = ada) =>
    (await invite(flow.deps, by, 'acme', { ...reading, ...change })).invitation;
  const withdraw = (id: string, by = ada, words: string | null = null) =>
    withdrawInvitation(flow.deps, by, 'acme', id, words);
  const read = async (id: string) =>
    (await bench.store.readForTenant('acme', (unit) => unit.invitations.find(id)))!;
  const grantOf = async (request: string): Promise<Grant | null> => {
    const { items } = await bench.store.readForTenant('acme', (unit) => unit.grants.list({ request }, ALL));
    return items[0] ?? null;
  };
  const mint = async (request: string) =>
    outcome(mintToken(flow.deps, plainMinter, erin, (await grantOf(request))!.id));
  const preview = (change: Partial<AccessRequestInput> = {}) =>
    previewRequest(flow.deps, erin, { ...anAsk, ...change });
  const refusals = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (error) {
      if (error instanceof AccessError)
        return error.refusals.map(({ code, pointer }) => `${code} ${pointer}`);
      throw error;
    }
    return 'done';
  };
  const events = async () => (await flow.leaves('acme')).map(({ type }) => type);

  describe('opening the door', () => {
    beforeEach(() => start());

    test('P7: what is stated is signed down to the log, and the event commits with it', async () => {
      const before = await flow.leaves('acme');
      const stored = await bench.store.readForTenant('acme', (unit) => unit.events.list({}, ALL));
      const { invitation, ticket } = await invite(flow.deps, ada, 'acme', {
        ...reading,
        ticket: 'Case 4711',
        uses: 2,
        budget: { calls: 5 },
      });
      const range = stored.items
        .toReversed()
        .map(({ hash }) => Buffer.from(hash.slice(7), 'hex'))
        .reduce((grown, hash) => appendLeaf(flow.deps.hashing, grown, hash), EMPTY_RANGE);
      const root = Buffer.from(rangeRoot(flow.deps.hashing, range)).toString('base64');
      expect(parseInvitation(invitation.statement)).toEqual({
        type: 'countersign/invitation/v1',
        deployment: bench.store.deployment,
        tenant: 'acme',
        invitation: invitation.id,
        service: 'billing',
        scope: reading.scope,
        ticket: commit(flow.deps.hashing, 'ticket', decodeBase64url(ticket!.salt)!, 'Case 4711'),
        maxSeconds: HOUR,
        budget: { calls: 5 },
        uses: 2,
        notBefore: '2026-11-24T15:00:00Z',
        notAfter: '2026-11-24T18:00:00Z',
        person: ada.person.id,
        log: { epoch: 1, size: before.length, root },
      });
      expect(invitation.hash).toBe(statementHash(flow.deps.hashing, invitation.statement));
      const created = (await flow.leaves('acme'))[before.length]!;
      expect(created).toMatchObject({
        type: 'invitation.created',
        actor: ada.person.id,
        data: { invitation: invitation.id, hash: invitation.hash, statement: invitation.statement },
      });
      expect(JSON.stringify(created)).not.toContain('Case 4711');
    });

    test.each<[string, Partial<InvitationInput>, string[]]>([
      ['what is forbidden', { scope: [{ resource: '**', actions: ['read'] }] }, ['forbidden_scope /scope/0']],
      [
        'what must be countersigned',
        { scope: [{ resource: 'invoices/*', actions: ['update'] }] },
        ['countersignature_unavailable /scope/0/actions/0'],
      ],
      ['longer than anybody may', { seconds: HOUR + 1 }, ['duration_too_long /maxDuration']],
      ['a service that is not there', { service: 'crm' }, ['unknown_service /service']],
      [
        'what no route does',
        { scope: [{ resource: 'invoices/*', actions: ['erase'] }] },
        ['unknown_action /scope/0/actions/0'],
      ],
      ['more than one token could carry', { scope: twentyLong }, ['terms_too_large /scope']],
    ])('P13: no one can be invited to %s', async (_what, change, expected) => {
      expect(await refusals(open(change))).toEqual(expected);
    });

    test.each<[string, Partial<InvitationInput>]>([
      ['/until', { until: '2026-11-24T15:00:00Z' }],
      ['/until', { until: '2027-02-23T15:00:00Z' }],
      ['/until', { notBefore: '2026-11-24T18:00:00Z' }],
      ['/scope/0/actions/0', { scope: [{ resource: 'invoices', actions: ['*'] }] }],
    ])('refuses what makes no sense, at %s', async (pointer, change) => {
      await expect(open(change)).rejects.toMatchObject({ code: 'invalid_request', pointer });
    });

    test('the longest time of a grant is what the policies allow, if the invitation names none', async () => {
      expect((await open({ seconds: null })).statement.maxSeconds).toBe(HOUR);
    });

    test('P2, P9: only approvers of the tenant open or shut it; the vendor reads, another tenant knows nothing', async () => {
      const gwen = await flow.as('gwen@globex.example');
      const { id } = await open();
      for (const [who, expected] of [
        [erin, 'forbidden'],
        [await flow.as('sam@northwind.example'), 'forbidden'],
        [await flow.as('cara@acme.example'), 'forbidden'],
        [gwen, 'not_found'],
      ] as const) {
        expect(await outcome(open({}, who))).toBe(expected);
        expect(await outcome(withdraw(id, who))).toBe(expected);
      }
      const ids = async (who: Principal) =>
        (await listInvitations(flow.deps, who, 'acme', {}, ALL)).items.map(({ invitation }) => invitation.id);
      for (const who of [erin, bob, await flow.as('cara@acme.example')]) expect(await ids(who)).toEqual([id]);
      expect(await outcome(ids(gwen))).toBe('not_found');
      const own = await listInvitations(flow.deps, gwen, 'globex', {}, ALL);
      expect(own.items).toEqual([]);
    });
  });

  describe('a request that fits', () => {
    test('P1: is granted at once if no one else has to approve it, and counts as a use', async () => {
      await start();
      const invitation = await open({ ticket: 'Case 4711', budget: { calls: 5 }, uses: 2 });
      const ask = { ticket: 'Case 4711', budget: { bytes: 1_000 } };
      expect(await preview(ask)).toMatchObject({
        refusals: [],
        invitation: invitation.id,
        needs: { vendor: { required: 0 }, customer: { required: 0, approved: 0 } },
      });
      const view = await flow.ask(erin, ask);
      expect(view).toMatchObject({
        invitation: invitation.id,
        request: { state: 'approved', grant: expect.stringMatching(/^grt_/) },
      });
      expect(view.request.terms).toMatchObject({
        basis: 'invitation',
        invitation: invitation.hash,
        ticket: invitation.statement.ticket,
        budget: { calls: 5, bytes: 1_000 },
        lapsesAt: '2026-11-24T17:00:00Z',
      });
      expect(view.openings['ticket']?.value).toBe('Case 4711');
      expect((await getRequest(flow.deps, erin, view.request.id)).invitation).toBe(invitation.id);
      expect(await mint(view.request.id)).toBe('done');
      expect(await read(invitation.id)).toMatchObject({ used: 1, state: 'open', version: 2 });
      expect((await events()).slice(-7)).toEqual([
        'invitation.created',
        'request.created',
        'invitation.used',
        'deployment.checkpoint',
        'grant.started',
        'request.approved',
        'token.minted',
      ]);
    });

    test('P1: still needs the vendor’s review, unless the vendor’s policy says that the invitation suffices', async () => {
      await start({ vendorReviews: 1 });
      await open();
      const view = await flow.ask(erin);
      expect(view.request).toMatchObject({ state: 'awaiting_vendor', grant: null });
      expect(await outcome(flow.approve(bob, view))).toBe('wrong_state');
      await flow.approve(max, view);
      expect(await mint(view.request.id)).toBe('done');

      const file = smallOrganisation({ vendorReviews: 1 });
      file.accessPolicy.rules = [{ actions: ['read'], invitationSuffices: true }];
      await applyOrganisation(flow.deps, file, { dryRun: false });
      expect((await flow.ask(erin)).request.state).toBe('approved');
      const both = [{ resource: 'invoices', actions: ['list'] }, ...anAsk.scope];
      expect((await flow.ask(erin, { scope: both })).request.state).toBe('awaiting_vendor');
    });

    test('P1: where two of the customer must agree, the invitation is its author’s yes and another person’s is asked for', async () => {
      await start({ approvals: 2 });
      await open();
      const view = await flow.ask(erin);
      expect(view.request).toMatchObject({
        state: 'awaiting_customer',
        needs: { customer: { required: 1, approved: 0 } },
      });
      expect(await outcome(flow.approve(ada, view))).toBe('already_decided');
      await flow.approve(bob, view);
      expect(await mint(view.request.id)).toBe('done');
    });

    test('may be asked for on approval all the same', async () => {
      await start();
      const { id } = await open();
      const view = await flow.ask(erin, { basis: 'approval' });
      expect(view).toMatchObject({ invitation: null, request: { state: 'awaiting_customer' } });
      expect((await read(id)).used).toBe(0);
    });

    test('takes the invitation that ends first, of those that it fits', async () => {
      await start();
      await open({ until: '2026-11-24T15:30:00Z' });
      const late = await open({ until: '2026-11-24T19:00:00Z' });
      const first = await open({ until: '2026-11-24T17:00:00Z' });
      expect((await preview()).invitation).toBe(first.id);
      expect((await preview({ startsAt: '2026-11-24T16:30:00Z' })).invitation).toBe(late.id);
    });
  });

  describe('P1: a request that does not fit', () => {
    beforeEach(() => start());

    type Misfit = [why: string, Partial<InvitationInput>, Partial<AccessRequestInput>, refusals: string[]];
    const MISFITS: Misfit[] = [
      [
        'asks for more',
        { scope: [{ resource: 'invoices/1', actions: ['read'] }] },
        {},
        ['forbidden_scope /scope'],
      ],
      ['lasts longer', { seconds: 1_800 }, {}, ['duration_too_long /duration']],
      ['would outlast it', { until: '2026-11-24T15:59:59Z' }, {}, ['duration_too_long /duration']],
      ['begins too late', {}, { startsAt: '2026-11-24T17:00:01Z' }, ['duration_too_long /duration']],
      [
        'may be used first too late',
        {},
        { startsOn: 'first-use', useBy: '2026-11-24T17:00:01Z' },
        ['duration_too_long /duration'],
      ],
      ['begins before it', { notBefore: '2026-11-24T15:30:00Z' }, {}, ['outside_hours /startsAt']],
      ['names no ticket', { ticket: '4711' }, {}, ['ticket_required /ticket']],
      ['names another ticket', { ticket: '4711' }, { ticket: '4712' }, ['ticket_required /ticket']],
      ['has a wider budget', { budget: { calls: 5 } }, { budget: { calls: 6 } }, ['not_eligible /budget']],
      [
        'is wrong in every way',
        { seconds: 60, ticket: '4711', scope: [{ resource: 'invoices', actions: ['list'] }] },
        {},
        ['forbidden_scope /scope', 'duration_too_long /duration', 'ticket_required /ticket'],
      ],
    ];
    test.each(rowsOfEachKind(MISFITS, ([, , , refusals]) => refusals.join()))(
      'because it %s',
      async (_what, invitation, change, expected) => {
        const { id } = await open(invitation);
        expect(await refusals(flow.ask(erin, { ...change, basis: 'invitation' }))).toEqual(expected);
        const { invitation: none, needs, refusals: ordinary } = await preview(change);
        expect([none, needs?.customer.required, ordinary]).toEqual([null, 1, []]);
        expect((await flow.ask(erin, change)).request.state).toBe('awaiting_customer');
        expect((await read(id)).used).toBe(0);
      },
    );

    test('is told so where no invitation is open at all', async () => {
      expect(await refusals(flow.ask(erin, { basis: 'invitation' }))).toEqual(['not_eligible /basis']);
    });

    test('an invitation that begins later is good for what begins later', async () => {
      await open({ notBefore: '2026-11-24T15:30:00Z' });
      const view = await flow.ask(erin, { startsAt: '2026-11-24T15:30:00Z' });
      expect(view.request.state).toBe('approved');
      expect(await mint(view.request.id)).toBe('grant_not_active');
      flow.clock.forward(1_800);
      expect(await mint(view.request.id)).toBe('done');
    });
  });

  describe('P1: how often it may be used', () => {
    test('the last use leaves its grant open and lets no one else in', async () => {
      await start();
      const { id } = await open({ uses: 1 });
      const first = await flow.ask(erin);
      expect(await read(id)).toMatchObject({ used: 1, state: 'used_up' });
      expect(await mint(first.request.id)).toBe('done');
      expect(await refusals(flow.ask(max, { basis: 'invitation' }))).toEqual(['not_eligible /basis']);
      expect((await flow.ask(max)).request.state).toBe('awaiting_customer');
    });

    test('P7: is counted when it is granted: of two that wait the second is over in the same unit', async () => {
      await start({ vendorReviews: 1 });
      await open({ uses: 1 });
      const [one, two] = [await flow.ask(erin), await flow.ask(erin)];
      const other = await flow.ask(erin, { basis: 'approval' });
      await flow.approve(max, one);
      expect(await outcome(flow.approve(max, two))).toBe('already_decided');
      expect(await grantOf(two.request.id)).toBeNull();
      const stateOf = async ({ request }: typeof two) =>
        (await getRequest(flow.deps, erin, request.id)).request.state;
      expect(await Promise.all([one, two, other].map(stateOf))).toEqual([
        'approved',
        'expired',
        'awaiting_vendor',
      ]);
      const told = await bench.store.readAsVendor((unit) => unit.outbox.after('', 100));
      expect(told.filter(({ subject }) => subject === two.request.id).map(({ kind }) => kind)).toEqual([
        'request.awaiting_vendor',
        'request.expired',
      ]);
      const ended = (await flow.leaves('acme')).filter(({ data }) => data['request'] === two.request.id);
      expect(ended.map(({ type }) => type)).toEqual(['request.created', 'request.expired']);
    });

    test('a use is never given back', async () => {
      await start();
      const { id } = await open({ uses: 1 });
      const view = await flow.ask(erin);
      flow.clock.forward(HOUR);
      await runDueTransitions(flow.deps);
      expect((await grantOf(view.request.id))?.state).toBe('ended');
      expect(await read(id)).toMatchObject({ used: 1, state: 'used_up' });
    });

    test('an extension is a use of its own, and must fit', async () => {
      await start();
      const { id } = await open({ uses: 2 });
      const { request } = await flow.ask(erin);
      const more = await extendGrant(flow.deps, erin, request.grant!, {
        seconds: 600,
        justification: 'more',
      });
      expect(more.request).toMatchObject({
        state: 'approved',
        terms: { extends: request.digest, basis: 'invitation' },
      });
      expect(await read(id)).toMatchObject({ used: 2, state: 'used_up' });
      flow.clock.forward(HOUR);
      const again = await extendGrant(flow.deps, erin, more.request.grant!, {
        seconds: 600,
        justification: 'x',
      }).catch((error: AccessError) => error.code);
      expect(again).toBe('grant_not_active');
    });

    test('an extension that does not fit any more waits for the customer', async () => {
      await start();
      await open({ uses: 1 });
      const { request } = await flow.ask(erin);
      const more = await extendGrant(flow.deps, erin, request.grant!, {
        seconds: 600,
        justification: 'more',
      });
      expect(more.request).toMatchObject({ state: 'awaiting_customer', terms: { basis: 'approval' } });
    });
  });

  describe('shutting the door', () => {
    test('P1: withdrawal ends what it opened and denies what waits, in one unit; nothing comes of it again', async () => {
      await start({ vendorReviews: 1 });
      const { id } = await open();
      const granted = await flow.ask(erin);
      await flow.approve(max, granted);
      const later = await flow.ask(erin, { startsAt: '2026-11-24T16:30:00Z', seconds: 600 });
      await flow.approve(max, later);
      const waiting = await flow.ask(erin);
      const other = await flow.ask(erin, { basis: 'approval' });
      const { invitation } = await withdraw(id, bob, 'Case closed');
      expect(invitation).toMatchObject({ state: 'withdrawn', used: 2, endedAt: '2026-11-24T15:00:00Z' });
      for (const view of [granted, later])
        expect(await grantOf(view.request.id)).toMatchObject({ state: 'ended', endReason: 'revoked' });
      const stateOf = async (view: typeof waiting) =>
        (await getRequest(flow.deps, erin, view.request.id)).request.state;
      expect([await stateOf(waiting), await stateOf(other)]).toEqual(['denied', 'awaiting_vendor']);
      expect(await mint(granted.request.id)).toBe('grant_not_active');
      expect(await outcome(flow.approve(max, waiting))).toBe('already_decided');
      expect(await outcome(withdraw(id))).toBe('wrong_state');
      expect((await preview()).invitation).toBeNull();
      const told = (await flow.leaves('acme')).filter(({ type }) => type === 'invitation.withdrawn');
      expect(told).toMatchObject([{ actor: bob.person.id, data: { invitation: id, used: 2 } }]);
      expect(JSON.stringify(told)).not.toContain('Case closed');
    });

    test('P7: the engineer and the approvers are told', async () => {
      await start();
      const { id } = await open();
      const view = await flow.ask(erin);
      await withdraw(id);
      const notices = await bench.store.readAsVendor((unit) => unit.outbox.due('2099-01-01T00:00:00Z', 50));
      const grant = (await grantOf(view.request.id))!.id;
      const people = [erin.person.id, 'role:acme:approver'];
      const doors = ['role:vendor:engineer', 'role:acme:approver'];
      expect(notices.map(({ kind, subject, audience }) => [kind, subject, audience])).toEqual(
        expect.arrayContaining([
          ['invitation.created', id, doors],
          ['grant.active', grant, people],
          ['invitation.withdrawn', id, doors],
          ['grant.ended', grant, people],
        ]),
      );
    });

    test('P1: at its end it is over, by a logged transition, and so is what waits for it', async () => {
      await start({ vendorReviews: 1 });
      const { id } = await open({ until: '2026-11-24T16:00:00Z', seconds: 600 });
      const view = await flow.ask(erin, {
        seconds: 600,
        startsOn: 'first-use',
        useBy: '2026-11-24T15:50:00Z',
      });
      await flow.approve(max, view);
      const waiting = await flow.ask(erin, { seconds: 600 });
      expect(waiting.request.lapsesAt).toBe('2026-11-24T15:50:00Z');
      flow.clock.forward(HOUR - 1);
      expect((await runDueTransitions(flow.deps)).invitations).toBe(0);
      flow.clock.forward(1);
      expect((await preview({ seconds: 1 })).invitation).toBeNull();
      expect((await runDueTransitions(flow.deps)).invitations).toBe(1);
      expect((await runDueTransitions(flow.deps)).invitations).toBe(0);
      expect(await read(id)).toMatchObject({ state: 'expired', endedAt: '2026-11-24T16:00:00Z' });
      expect(await mint(view.request.id)).toBe('grant_not_active');
      expect((await events()).filter((type) => type === 'invitation.expired')).toHaveLength(1);
      expect((await getRequest(flow.deps, erin, waiting.request.id)).request.state).toBe('expired');
    });

    test('P1: when its author leaves, the door is shut', async () => {
      await start();
      const { id } = await open({}, bob);
      const view = await flow.ask(erin);
      const file = smallOrganisation({ vendorReviews: 0 });
      file.tenants[0]!.people[1]!.roles = ['auditor'];
      await applyOrganisation(flow.deps, file, { dryRun: false });
      expect(await read(id)).toMatchObject({ state: 'withdrawn' });
      expect(await mint(view.request.id)).toBe('grant_not_active');
      expect((await flow.leaves('acme')).find(({ type }) => type === 'invitation.withdrawn')).toMatchObject({
        actor: 'host',
      });
    });

    test('P1: an erased ticket lets no one in', async () => {
      await start();
      await open({ ticket: '4711' });
      await bench.database.raw("DELETE FROM openings WHERE name = 'ticket'");
      expect((await preview({ ticket: '4711' })).invitation).toBeNull();
    });
  });

  test('the database refuses what the domain refuses, past the application', async () => {
    await start();
    const [one, two] = [await open({ uses: 1 }), await open()];
    await withdraw(two.id);
    const attempt = (sql: string) =>
      bench.database.raw(`UPDATE invitations SET ${sql}`).then(
        () => 'done',
        (error: Error) => error.message,
      );
    const of = ({ id }: { id: string }) => `WHERE id = '${id}'`;
    expect(await attempt(`state = 'open' ${of(two)}`)).toMatch('no such transition of a invitation');
    expect(await attempt(`used = 1 ${of(two)}`)).toMatch('only an open invitation is used');
    expect(await attempt(`used = 2 ${of(one)}`)).toMatch('no more often than it says');
    for (const change of ['uses = 9', 'uses = NULL', "statement = '{}'", "hash = 'x'", "not_after = '2099'"])
      expect(await attempt(`${change} ${of(one)}`)).toMatch('an invitation is stated once');
    expect(await attempt(`used = 1, state = 'used_up' ${of(one)}`)).toBe('done');
    expect(await attempt(`used = 0 ${of(one)}`)).toMatch('never shrinks');
    await expect(bench.database.raw('DELETE FROM invitations')).rejects.toThrow('never shrinks');
  });
});
