/** @soak */

import {
  AccessError,
  type AccessRequestInput,
  type Grant,
  getAccessReview,
  getGrant,
  type InvitationInput,
  invite,
  listAccessReviews,
  mintToken,
  type Principal,
  readStanding,
  runAccessReviews,
  runDueTransitions,
  withdrawInvitation,
} from '@countersign/access';
import { type Recurrence, statementHash, type Terms, termsDigest } from '@countersign/contract';
import { smallOrganisation } from '../factories/small-organisation.js';
import { type Copies, copiesOf, faultOf } from '../support/log-copy.js';
import { rowsOfEachKind } from '../support/samples.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome, plainMinter } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const ALL = { cursor: null, limit: 200 };
const HALF_HOUR = 1_800;
/** The clock stands at Tuesday 2026-11-24, 15:00Z: 16:00 in Berlin. */
const TUESDAYS: Recurrence = { zone: 'Europe/Berlin', days: ['tue'], from: '16:00', to: '18:00' };
const EVERY_DAY: Recurrence['days'] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

const reading: InvitationInput = {
  service: 'billing',
  scope: [{ resource: 'invoices/*', actions: ['read'] }],
  until: '2026-12-15T00:00:00Z',
  ...{ notBefore: null, ticket: null, seconds: HALF_HOUR, budget: null, uses: null },
  recurs: TUESDAYS,
};

describeUseCase('SQLite', 'invitations that recur', (bench) => {
  let flow: Workflow;
  let [erin, max, ada]: Principal[] = [];

  async function start(change: Parameters<typeof smallOrganisation>[0] = { vendorReviews: 0 }) {
    const file = smallOrganisation(change);
    file.tenants[0]!.privacyControls.rules = [
      { blackouts: [{ from: '2026-12-08T15:00:00Z', to: '2026-12-08T15:30:00Z' }] },
    ];
    flow = await startWorkflow(bench, file);
    [erin, max, ada] = await Promise.all(
      ['erin@northwind.example', 'max@northwind.example', 'ada@acme.example'].map(flow.as),
    );
  }
  beforeEach(() => start());

  const open = async (change: Partial<InvitationInput> = {}) =>
    (await invite(flow.deps, ada!, 'acme', { ...reading, ...change })).invitation;
  const ask = (change: Partial<AccessRequestInput> = {}, by = erin!) =>
    flow.ask(by, { seconds: HALF_HOUR, basis: 'invitation', ...change });
  const grantOf = async (request: string): Promise<Grant> => {
    const { items } = await bench.store.readForTenant('acme', (unit) => unit.grants.list({ request }, ALL));
    return items[0]!;
  };
  const mint = (grant: Grant, by = erin!) => outcome(mintToken(flow.deps, plainMinter, by, grant.id));
  const at = (instant: string) =>
    flow.clock.forward((Date.parse(instant) - flow.clock.now().getTime()) / 1_000);
  async function refusal(work: Promise<unknown>): Promise<string> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      const found = error.refusals.map(({ code, pointer }) => `${code} ${pointer}`).join(', ');
      return found === '' ? `${error.code} ${error.pointer ?? ''}`.trim() : found;
    }
    return 'done';
  }
  const copies = (): Promise<Copies> => copiesOf({ host: { store: bench.store } });

  test('P1: lets in at each of its times without another approval, and the log verifies', async () => {
    const invitation = await open();
    expect(invitation.statement.recurs).toEqual(TUESDAYS);
    for (const week of ['2026-11-24', '2026-12-01']) {
      at(`${week}T15:10:00Z`);
      const { request } = await ask();
      expect(request).toMatchObject({ state: 'approved', terms: { invitation: invitation.hash } });
      const grant = await grantOf(request.id);
      expect([grant.startsAt, grant.endsAt]).toEqual([`${week}T15:10:00Z`, `${week}T15:40:00Z`]);
      expect(await mint(grant)).toBe('done');
      at(`${week}T15:40:00Z`);
      await runDueTransitions(flow.deps);
      expect(await mint(grant)).toBe('grant_not_active');
    }
    expect(await faultOf(await copies())).toBe('none');
  });

  type Request = [at: string, when: string, Partial<AccessRequestInput>, expected: string];
  const REQUESTS: Request[] = [
    ['its first second', '2026-11-24T15:00:00Z', {}, 'done'],
    ['the last second that leaves time', '2026-11-24T16:30:00Z', {}, 'done'],
    ['a second later', '2026-11-24T16:30:01Z', {}, 'duration_too_long /duration'],
    ['the end of its time', '2026-11-24T17:00:00Z', {}, 'outside_hours /startsAt'],
    ['a second before its next', '2026-12-01T14:59:59Z', {}, 'outside_hours /startsAt'],
    ['another day', '2026-11-25T15:10:00Z', {}, 'outside_hours /startsAt'],
    ['a blackout', '2026-12-08T15:10:00Z', {}, 'outside_hours '],
    ['the end of that blackout', '2026-12-08T15:30:00Z', {}, 'done'],
    ['its last day', '2026-12-08T16:00:00Z', {}, 'done'],
    ['after its end', '2026-12-15T15:00:00Z', {}, 'not_eligible /basis, duration_too_long /duration'],
    ['another day, for its next time', '2026-11-25T12:00:00Z', { startsAt: '2026-12-01T15:00:00Z' }, 'done'],
    [
      'another day, for a second before it',
      '2026-11-25T12:00:00Z',
      { startsAt: '2026-12-01T14:59:59Z' },
      'outside_hours /startsAt',
    ],
    [
      'another day, too late to end in it',
      '2026-11-25T12:00:00Z',
      { startsAt: '2026-12-01T16:30:01Z' },
      'duration_too_long /duration',
    ],
    [
      'inside, for a first use inside',
      '2026-11-24T15:10:00Z',
      { startsOn: 'first-use', useBy: '2026-11-24T16:30:00Z' },
      'done',
    ],
    [
      'inside, for a first use too late to end in it',
      '2026-11-24T15:10:00Z',
      { startsOn: 'first-use', useBy: '2026-11-24T16:30:01Z' },
      'duration_too_long /duration',
    ],
  ];
  test.each(rowsOfEachKind(REQUESTS, ([, , , expected]) => expected))(
    'P1: a request at %s',
    async (_what, when, change, expected) => {
      await open();
      at(when);
      expect(await refusal(ask(change))).toBe(expected);
    },
  );

  type Hour = [what: string, Recurrence, when: string, expected: string];
  const HOURS: Hour[] = [
    [
      'in the skipped hour',
      { ...TUESDAYS, days: ['sun'], from: '02:30', to: '04:00' },
      '2027-03-28T00:59:59Z',
      'outside_hours /startsAt',
    ],
    [
      'after the skipped hour',
      { ...TUESDAYS, days: ['sun'], from: '02:30', to: '04:00' },
      '2027-03-28T01:00:00Z',
      'done',
    ],
    [
      'up to the skipped hour',
      { ...TUESDAYS, days: ['sun'], from: '01:00', to: '02:30' },
      '2027-03-28T00:30:00Z',
      'done',
    ],
    [
      'beyond the skipped hour',
      { ...TUESDAYS, days: ['sun'], from: '01:00', to: '02:30' },
      '2027-03-28T00:30:01Z',
      'duration_too_long /duration',
    ],
    [
      'in the first of the repeated hours',
      { ...TUESDAYS, days: ['sun'], from: '02:00', to: '03:00' },
      '2027-10-31T00:10:00Z',
      'outside_hours /startsAt',
    ],
    [
      'in the second of the repeated hours',
      { ...TUESDAYS, days: ['sun'], from: '02:00', to: '03:00' },
      '2027-10-31T01:00:00Z',
      'done',
    ],
    [
      'that ends in the first of the repeated hours',
      { ...TUESDAYS, days: ['sun'], from: '01:00', to: '02:30' },
      '2027-10-31T00:00:01Z',
      'duration_too_long /duration',
    ],
    [
      'before midnight',
      { ...TUESDAYS, days: ['mon'], zone: 'UTC', from: '23:00', to: '01:00' },
      '2028-02-28T23:40:00Z',
      'done',
    ],
    [
      'after midnight, on a leap day',
      { ...TUESDAYS, days: ['mon'], zone: 'UTC', from: '23:00', to: '01:00' },
      '2028-02-29T00:30:00Z',
      'done',
    ],
    [
      'too late on a leap day',
      { ...TUESDAYS, days: ['mon'], zone: 'UTC', from: '23:00', to: '01:00' },
      '2028-02-29T00:30:01Z',
      'duration_too_long /duration',
    ],
    [
      'after midnight of the day before its own',
      { ...TUESDAYS, days: ['mon'], zone: 'UTC', from: '23:00', to: '01:00' },
      '2028-02-28T00:10:00Z',
      'outside_hours /startsAt',
    ],
  ];
  test.each(rowsOfEachKind(HOURS, ([, , , expected]) => expected))(
    'P1: a request %s',
    async (_what, recurs, when, expected) => {
      at(new Date(Date.parse(when) - 2 * 86_400_000).toISOString());
      await open({
        recurs,
        until: new Date(Date.parse(when) + 20 * 86_400_000).toISOString().replace('.000Z', 'Z'),
      });
      at(when);
      expect(await refusal(ask())).toBe(expected);
    },
  );

  test('P1: access for its next time starts then, and gets no token before', async () => {
    await open();
    at('2026-11-24T17:00:00Z');
    await expect(ask()).rejects.toMatchObject({
      refusals: [
        { detail: expect.stringContaining('next from 2026-12-01T15:00:00Z until 2026-12-01T17:00:00Z') },
      ],
    });
    at('2026-11-25T12:00:00Z');
    const grant = await grantOf((await ask({ startsAt: '2026-12-01T15:00:00Z' })).request.id);
    at('2026-12-01T14:59:59Z');
    await runDueTransitions(flow.deps);
    expect(await mint(grant)).toBe('grant_not_active');
    at('2026-12-01T15:00:00Z');
    await runDueTransitions(flow.deps);
    expect(await mint(grant)).toBe('done');
    expect(await faultOf(await copies())).toBe('none');
  });

  test('P1: a late review by the vendor leaves access inside its time', async () => {
    await start({ vendorReviews: 1 });
    await open();
    at('2026-11-24T16:00:00Z');
    const view = await ask();
    expect(view.request).toMatchObject({ state: 'awaiting_vendor', lapsesAt: '2026-11-24T16:30:00Z' });
    const other = await ask({ seconds: 60 });
    at('2026-11-24T16:29:59Z');
    await flow.approve(max!, view);
    expect((await grantOf(view.request.id)).endsAt).toBe('2026-11-24T16:59:59Z');
    at('2026-11-24T16:59:00Z');
    expect(await outcome(flow.approve(max!, other))).not.toBe('done');
  });

  test('P1: its withdrawal ends the access of its time at once', async () => {
    const { id } = await open();
    const grant = await grantOf((await ask()).request.id);
    expect(await mint(grant)).toBe('done');
    await withdrawInvitation(flow.deps, ada!, 'acme', id, null);
    expect(await mint(grant)).toBe('grant_not_active');
    expect((await getGrant(flow.deps, ada!, grant.id)).grant).toMatchObject({ endReason: 'revoked' });
  });

  test('P1: lets in only the engineers that it names', async () => {
    const { statement } = await open({ requesters: ['erin@northwind.example', erin!.person.id] });
    expect(statement.requesters).toEqual([erin!.person.id]);
    expect(await refusal(ask({}, max!))).toBe('not_eligible ');
    expect(await refusal(ask())).toBe('done');
  });

  test('names its engineers in the order of their ids, whatever the order in the request', async () => {
    const ids = [erin!.person.id, max!.person.id].sort();
    for (const requesters of [ids, ids.toReversed()])
      expect((await open({ requesters })).statement.requesters).toEqual(ids);
  });

  test.each([
    ['weekly times', {}, '/scope'],
    ['weekly times and engineers', { requesters: ['erin@northwind.example'] }, '/requesters'],
  ])('P13: a scope that fits a token alone is refused with %s', async (_what, change, pointer) => {
    const scope = Array.from({ length: 13 }, (_, index) => ({
      resource: `invoices/${'x'.repeat(266)}${index + 10}`,
      actions: ['read'],
    }));
    const { recurs: _recurs, ...once } = reading;
    expect(await refusal(invite(flow.deps, ada!, 'acme', { ...once, scope }))).toBe('done');
    expect(await refusal(open({ scope, ...change }))).toBe(`terms_too_large ${pointer}`);
  });

  test.each<[string, Partial<InvitationInput>, string]>([
    ['an unknown zone', { recurs: { ...TUESDAYS, zone: 'Europe/Atlantis' } }, 'invalid_request /recurs/zone'],
    ['days out of order', { recurs: { ...TUESDAYS, days: ['wed', 'tue'] } }, 'invalid_request /recurs/days'],
    ['no time', { recurs: { ...TUESDAYS, to: '16:00' } }, 'invalid_request /recurs/to'],
    [
      'no time before its end',
      { recurs: { ...TUESDAYS, days: ['mon'] }, until: '2026-11-28T00:00:00Z' },
      'invalid_request /recurs',
    ],
    [
      'access longer than its times',
      { recurs: { ...TUESDAYS, to: '16:20' } },
      'invalid_request /maxDuration',
    ],
    ['an end after 90 days', { until: '2027-03-01T00:00:00Z' }, 'invalid_request /until'],
    ['someone who is not on the vendor’s staff', { requesters: ['ada@acme.example'] }, 'not_found'],
  ])('P13: %s cannot be invited to', async (_what, change, expected) => {
    expect(await refusal(open(change))).toBe(expected);
  });

  test('without a longest duration, each access lasts as long as its time at most', async () => {
    const { statement } = await open({ seconds: null, recurs: { ...TUESDAYS, to: '16:20' } });
    expect(statement.maxSeconds).toBe(1_200);
  });

  test('it stands in the list of ways in, with its times', async () => {
    const { id } = await open();
    const { ways } = await readStanding(flow.deps, ada!, 'acme');
    expect(ways).toEqual([
      expect.objectContaining({ kind: 'invitation', id, owner: ada!.person.id, recurs: TUESDAYS }),
    ]);
  });

  test('the quarterly review of access shows its times to the admin who confirms or ends it', async () => {
    const { id } = await open({ until: '2027-02-20T00:00:00Z' });
    at('2027-01-01T12:00:00Z');
    await runAccessReviews(flow.deps);
    const [listed] = (await listAccessReviews(flow.deps, ada!, 'acme', ALL)).items;
    const { items } = await getAccessReview(flow.deps, ada!, 'acme', listed!.review.id);
    expect(items.filter(({ kind }) => kind === 'invitation')).toEqual([
      expect.objectContaining({ id, recurs: TUESDAYS }),
    ]);
    expect(items.find(({ kind }) => kind === 'person')?.recurs).toBeNull();
  });

  describe('the verifier', () => {
    /** The log of a broker that let in under an invitation with other times, with all hashes and digests computed again. */
    function withOther(recurs: Recurrence | undefined, { tenant, deployment }: Copies): Copies {
      const created = tenant.leaves[tenant.indexOf('invitation.created')]!.data as {
        hash: string;
        statement: InvitationInput;
      };
      const terms = tenant.leaves[tenant.indexOf('request.created')]!.data['terms'] as Terms;
      const { recurs: _own, ...rest } = created.statement;
      const statement = { ...rest, ...(recurs === undefined ? {} : { recurs }) };
      const { hashing } = flow.deps;
      const hash = statementHash(hashing, statement as never);
      const digest = termsDigest(hashing, { ...terms, invitation: hash });
      tenant.change('invitation.created', { statement });
      const text = JSON.stringify(tenant.leaves)
        .replaceAll(created.hash, hash)
        .replaceAll(termsDigest(hashing, terms), digest);
      tenant.leaves.splice(0, tenant.leaves.length, ...JSON.parse(text));
      return { tenant, deployment };
    }

    type Times = [which: string, Recurrence | undefined, expected: string];
    const TIMES: Times[] = [
      ['the same times', TUESDAYS, 'none'],
      ['times on every day', { ...TUESDAYS, days: EVERY_DAY }, 'none'],
      ['no times', undefined, 'none'],
      ['times on another day', { ...TUESDAYS, days: ['wed'] }, 'wrong_invitation'],
      ['times an hour later', { ...TUESDAYS, from: '17:00', to: '19:00' }, 'not_allowed'],
      ['times that end a minute too early', { ...TUESDAYS, to: '16:39' }, 'wrong_invitation'],
      ['times that begin after the access', { ...TUESDAYS, from: '16:15' }, 'not_allowed'],
      ['times of another zone', { ...TUESDAYS, zone: 'Europe/London' }, 'not_allowed'],
      ['times of an unknown zone', { ...TUESDAYS, zone: 'Europe/Atlantis' }, 'wrong_invitation'],
    ];
    test.each(rowsOfEachKind(TIMES, ([, , expected]) => expected))(
      'P10: replays access against an invitation with %s',
      async (_what, recurs, expected) => {
        await open();
        at('2026-11-24T15:10:00Z');
        await mint(await grantOf((await ask()).request.id));
        const found = await faultOf(withOther(recurs, await copies()));
        expect(found.split(' ')[0]).toBe(expected);
      },
    );
  });
});
