/** @soak */

import {
  type AccessReviewItem,
  type AccessReviewView,
  createApiKey,
  decideAccessReview,
  getAccessReview,
  invite,
  listAccessReviews,
  type Organisation,
  type Principal,
  runAccessReviews,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { isFullRun } from '../support/samples.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const DAY = 86_400;
/** From 24 November 2026, 15:00, when the tenants are born, to midnight UTC of 1 January 2027. */
const TO_NEW_YEAR = 37 * DAY + 9 * 3_600;
const EMERGENCY = {
  allow: [{ services: ['billing'], actions: ['read'], maxDuration: 900 }],
  disclosureDue: DAY,
};

/** Two admins, a second approver and an auditor; `zone` of acme. */
function organisation(zone?: string): Organisation {
  const file = smallOrganisation({ vendorReviews: 0 });
  const [acme] = file.tenants;
  if (acme === undefined) throw new Error('the organisation has no tenant');
  acme.people.push({ email: 'dan@acme.example', name: 'Dan Roy', roles: ['admin', 'approver'] });
  acme.privacyControls.emergency = EMERGENCY;
  acme.privacyControls.rules = [{ services: ['billing'], mode: 'observe', justification: { least: 5 } }];
  if (zone !== undefined) acme.privacyControls.zone = zone;
  return file;
}

/** `npm test` stops the job at some of the places where the soak does. */
const STEP = isFullRun() ? 1 : 3;

describeUseCase('SQLite', 'the quarterly access review', (bench) => {
  let flow: Workflow;
  let [ada, bob, dan, gwen]: Principal[] = [];
  const start = async (file = organisation()) => {
    flow = await startWorkflow(bench, file);
    const emails = ['ada@acme.example', 'bob@acme.example', 'dan@acme.example', 'gwen@globex.example'];
    [ada, bob, dan, gwen] = await Promise.all(emails.map(flow.as));
  };
  const is = (who: Principal | undefined): Principal => {
    if (who === undefined) throw new Error('the person is missing');
    return who;
  };
  const list = (who = ada) =>
    listAccessReviews(flow.deps, is(who), is(who).person.tenant ?? '', { cursor: null, limit: 10 });
  const newest = async (): Promise<AccessReviewView> => {
    const [first] = (await list()).items;
    if (first === undefined) throw new Error('there is no review');
    return getAccessReview(flow.deps, is(ada), 'acme', first.review.id);
  };
  const run = () => runAccessReviews(flow.deps);
  const decide = async (who: Principal | undefined, item: string, decision: 'confirmed' | 'pruned') =>
    decideAccessReview(flow.deps, is(who), 'acme', (await newest()).review.id, { item, decision });
  const kinds = (items: readonly AccessReviewItem[]) => items.map(({ kind }) => kind).sort();
  const outcomes = async () =>
    Object.fromEntries(
      (await newest()).items.map(({ item, outcome: came, reason }) => [item, reason ?? came]),
    );
  const leaves = async (tenant = 'acme') =>
    (await flow.leaves(tenant)).filter(({ type }) => type.startsWith('access-review.'));
  const person = (who: Principal | undefined) => `person:${is(who).person.id}`;
  const rolesOf = async (who: Principal | undefined) => (await flow.as(is(who).person.email)).person.roles;
  const prepare = async () => {
    flow.clock.forward(TO_NEW_YEAR);
    const erin = await flow.as('erin@northwind.example');
    // Thirty days, so that it is open when the term ends.
    const { invitation } = await invite(flow.deps, is(bob), 'acme', {
      ...{ service: 'billing', scope: [{ resource: 'invoices', actions: ['list'] }] },
      ...{ until: '2027-01-31T00:00:00Z', notBefore: null, ticket: null, seconds: 3_600 },
      ...{ budget: null, uses: null },
    });
    const key = await createApiKey(flow.deps, { email: 'bob@acme.example', tenant: 'acme', ttl: 60 * DAY });
    const asked = await flow.ask(erin);
    await flow.approve(is(ada), asked).catch(() => undefined);
    await run();
    const grant = (await newest()).items.find(({ kind }) => kind === 'grant');
    return { invitation: `invitation:${invitation.id}`, key: `api-key:${key.id}`, grant: grant?.item ?? '' };
  };

  test('is opened on the first day of a quarter in the tenant’s zone, once, from the quarter after its birth on', async () => {
    // Auckland has New Year 13 hours before UTC.
    await start(organisation('Pacific/Auckland'));
    await run();
    expect((await list()).items).toEqual([]);
    flow.clock.forward(TO_NEW_YEAR - 13 * 3_600 - 60);
    await run();
    expect((await list()).items).toEqual([]);
    flow.clock.forward(60);
    await Promise.allSettled([run(), run(), run()]);
    expect((await list()).items.map(({ review }) => [review.quarter, review.missed])).toEqual([
      ['2027-01-01', []],
    ]);
    expect((await list(gwen)).items).toEqual([]);
    expect((await leaves()).map(({ type }) => type)).toEqual(['access-review.opened']);
    flow.clock.forward(13 * 3_600);
    await run();
    expect((await list(gwen)).items).toHaveLength(1);
  });

  test('missed quarters are caught up with one review that names them, and its term is counted from its opening', async () => {
    await start();
    // To 20 August 2027: the reviews of January and April are missed, and that of July is late.
    flow.clock.forward(TO_NEW_YEAR + 231 * DAY);
    await run();
    await run();
    expect((await list()).items.map(({ review }) => review)).toMatchObject([
      {
        ...{ quarter: '2027-07-01', missed: ['2027-01-01', '2027-04-01'] },
        ...{ openedAt: '2027-08-20T00:00:00Z', dueAt: '2027-09-03T00:00:00Z' },
      },
    ]);
  });

  test('lists every way in, the people with their roles, and their keys', async () => {
    await start();
    const { invitation, key, grant } = await prepare();
    const { items, counts } = await newest();
    expect(kinds(items)).toEqual(
      ['grant', 'invitation', 'rule', 'rule', 'person', 'person', 'person', 'person', 'api-key'].sort(),
    );
    expect(items.map(({ item }) => item)).toEqual(
      expect.arrayContaining([
        invitation,
        key,
        grant,
        'rule:emergency:billing',
        'rule:observe:billing',
        person(bob),
      ]),
    );
    expect(counts.open).toBe(9);
    // The other tenant’s review has nothing of this one.
    expect((await list(gwen)).items.map(({ counts: other }) => other.open)).toEqual([1]);
  });

  test('what is pruned ends in the same transaction, and each decision is a leaf', async () => {
    await start();
    const { invitation, key, grant } = await prepare();
    for (const item of [
      invitation,
      key,
      grant,
      'rule:emergency:billing',
      'rule:observe:billing',
      person(bob),
    ])
      expect(await decide(ada, item, 'pruned')).toMatchObject({ outcome: 'pruned', by: is(ada).person.id });
    expect(await decide(ada, person(dan), 'confirmed')).toMatchObject({ outcome: 'confirmed' });
    expect(await rolesOf(bob)).toEqual([]);
    const controls = await bench.store.readForTenant('acme', (unit) => unit.organisation.tenant('acme'));
    expect(controls?.controls.emergency).toBeUndefined();
    // The rule no longer lets anyone in. Its other requirements stay.
    expect(controls?.controls.rules).toEqual([{ services: ['billing'], justification: { least: 5 } }]);
    const types = (await flow.leaves('acme')).map(({ type }) => type);
    for (const type of [
      'invitation.withdrawn',
      'api-key.revoked',
      'grant.ended',
      'tenant.change',
      'person.change',
    ])
      expect(types).toContain(type);
    expect((await leaves()).filter(({ type }) => type === 'access-review.decided')).toHaveLength(7);
  });

  test('P8: of two admins at once one decides, and repeating one’s own decision changes nothing', async () => {
    await start();
    const { invitation } = await prepare();
    const both = await Promise.all([
      outcome(decide(ada, invitation, 'confirmed')),
      outcome(decide(dan, invitation, 'pruned')),
      outcome(decide(dan, invitation, 'pruned')),
    ]);
    const [winner] = (await newest()).items.filter(({ item }) => item === invitation);
    expect(both).toEqual(
      winner?.outcome === 'confirmed'
        ? ['done', 'already_decided', 'already_decided']
        : ['already_decided', 'done', 'done'],
    );
    expect((await leaves()).filter(({ type }) => type === 'access-review.decided')).toHaveLength(1);
    const loser = winner?.outcome === 'confirmed' ? dan : ada;
    expect(await outcome(decide(loser, invitation, 'pruned'))).toBe(
      winner?.outcome === 'pruned' && loser === dan ? 'done' : 'already_decided',
    );
  });

  test('P2: only admins decide, and no one confirms their own roles and keys', async () => {
    await start();
    const { key } = await prepare();
    expect(await outcome(decide(bob, key, 'confirmed'))).toBe('forbidden');
    expect(await outcome(decide(ada, person(ada), 'confirmed'))).toBe('self_review');
    expect(await outcome(decide(dan, person(ada), 'confirmed'))).toBe('done');
    const { review } = await newest();
    const foreign = decideAccessReview(flow.deps, is(gwen), 'acme', review.id, {
      item: key,
      decision: 'pruned',
    });
    expect(await outcome(foreign)).toBe('not_found');
    expect(await outcome(getAccessReview(flow.deps, is(gwen), 'acme', review.id))).toBe('not_found');
    const unknown = decideAccessReview(flow.deps, is(gwen), 'globex', review.id, {
      item: key,
      decision: 'pruned',
    });
    expect(await outcome(unknown)).toBe('not_found');
    const ola = await flow.as('ola@northwind.example');
    expect(await outcome(getAccessReview(flow.deps, ola, 'acme', review.id))).toBe('forbidden');
  });

  test('what is not answered lapses after the term, and nothing before', async () => {
    await start();
    const { invitation, key, grant } = await prepare();
    await decide(ada, person(dan), 'confirmed');
    await decide(dan, person(ada), 'confirmed');
    flow.clock.forward(14 * DAY - 60);
    expect(await run()).toMatchObject({ closed: 0, reminded: 2 });
    expect((await run()).reminded).toBe(0);
    flow.clock.forward(60);
    expect(await outcome(decide(ada, invitation, 'confirmed'))).toBe('wrong_state');
    expect((await run()).closed).toBe(2);
    expect((await run()).closed).toBe(0);
    expect(await outcomes()).toMatchObject({
      ...{ [invitation]: 'lapsed', [key]: 'lapsed', [person(bob)]: 'lapsed', [person(dan)]: 'confirmed' },
      ...{ 'rule:emergency:billing': 'lapsed', 'rule:observe:billing': 'lapsed' },
    });
    expect(grant).not.toBe('');
    expect(await rolesOf(bob)).toEqual([]);
    expect((await leaves()).at(-1)).toMatchObject({
      type: 'access-review.closed',
      data: { counts: { open: 0, confirmed: 2 } },
    });
  });

  test('P1: what lapses never locks a tenant out of its own approvals: the last admin and the approvers it requires stay', async () => {
    const file = organisation();
    for (const tenant of file.tenants.slice(0, 1)) tenant.privacyControls.approvals = 2;
    await start(file);
    await prepare();
    flow.clock.forward(14 * DAY);
    await run();
    const { items, counts } = await newest();
    const rest = items.filter(({ kind, outcome: came }) => kind === 'person' && came === 'kept');
    expect(rest.map(({ reason }) => reason).sort()).toEqual(['last-admin', 'too-few-approvers']);
    expect(counts).toMatchObject({ open: 0, kept: 2 });
    expect((await leaves()).filter(({ data }) => data['outcome'] === 'kept')).toHaveLength(2);
    // The tenant can still decide.
    const asked = await flow.ask(await flow.as('erin@northwind.example'));
    for (const { id } of rest) {
      const [known] = await bench.store.readForTenant('acme', async ({ organisation: people }) =>
        (await people.people('acme')).filter((each) => each.id === id),
      );
      await flow.approve(await flow.as(known?.email ?? ''), asked);
    }
    const [grant] = await bench.store.readForTenant(
      'acme',
      async ({ grants }) => (await grants.list({ state: 'active' }, { cursor: null, limit: 10 })).items,
    );
    expect(grant).toMatchObject({ request: asked.request.id });
  });

  test('P1: the only approver in the group of a stage stays too', async () => {
    const file = organisation();
    for (const { people, privacyControls } of file.tenants.slice(0, 1)) {
      for (const each of people) if (each.email === 'bob@acme.example') each.groups = ['dpo'];
      privacyControls.rules = [
        { services: ['billing'], stages: [{ name: 'privacy', groups: ['dpo'], approvals: 1 }] },
      ];
    }
    await start(file);
    await prepare();
    flow.clock.forward(14 * DAY);
    await run();
    expect(await outcomes()).toMatchObject({ [person(bob)]: 'too-few-approvers' });
    expect(await rolesOf(bob)).toEqual(['approver']);
  });

  test('of those who could stay, those stay who have answered the review', async () => {
    await start();
    const { key } = await prepare();
    // The newest of the people: without the answer, this one would lapse first.
    await decide(dan, key, 'pruned');
    flow.clock.forward(14 * DAY);
    await run();
    expect([await rolesOf(dan), await rolesOf(ada)]).toEqual([['admin', 'approver'], []]);
    expect(await outcomes()).toMatchObject({ [person(dan)]: 'last-admin' });
  });

  test('kill -9: wherever the job stops, another run goes on, and each item lapses once', async () => {
    await start();
    flow.clock.forward(TO_NEW_YEAR);
    for (let count = 0; count < 45; count += 1)
      await createApiKey(flow.deps, { email: 'bob@acme.example', tenant: 'acme', ttl: 60 * DAY });
    const total = 45 + 4 + 2;
    /** Stops at the n-th look at the clock: before, inside or between transactions. */
    const stopping = (after: number) => {
      let looks = 0;
      return runAccessReviews({
        ...flow.deps,
        clock: {
          now: () => {
            looks += 1;
            if (looks > after) throw new Error('killed');
            return flow.clock.now();
          },
        },
      }).catch(() => null);
    };
    for (let after = 1; after < 8; after += STEP) await stopping(after);
    await run();
    expect((await newest()).items).toHaveLength(total);
    flow.clock.forward(14 * DAY);
    for (let after = 1; after < 8; after += STEP) await stopping(after);
    await run();
    expect((await newest()).counts).toMatchObject({ open: 0, lapsed: total - 1, kept: 1 });
    const types = (await leaves()).map(({ type }) => type);
    expect(types.filter((type) => type === 'access-review.decided')).toHaveLength(total);
    expect(types.filter((type) => type !== 'access-review.decided')).toEqual([
      'access-review.opened',
      'access-review.closed',
    ]);
    expect((await flow.leaves('acme')).filter(({ type }) => type === 'api-key.revoked')).toHaveLength(45);
  });
});
