/** @soak */

import { onlyInSoak, someRows } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { codeOf, makeGrant, makeRequest, readRequest, review } from '../story.js';

let broker: TestBroker;
let admin: string;
const start = async () => {
  broker = await TestBroker.start();
  admin = await broker.sessionOf('tenantAdmin');
};
const close = () => broker.close();

const CONTROLS = '/api/v1/tenants/acme/privacy-controls';
const read = async () => (await broker.page(admin, 'GET', CONTROLS)).body as Record<string, unknown>;
const write = (body: unknown) => broker.page(admin, 'PUT', CONTROLS, { body });

const longList = Array.from({ length: 400 }, (_, index) => ({
  service: 'billing',
  resource: `archive/of-a-name-that-says-something/${index}/**`,
  actions: ['*'],
}));

describe('privacy controls that are refused', () => {
  beforeAll(start);
  afterAll(close);

  const REFUSED: [string, Record<string, unknown>, string][] = [
    ['an unknown member', { approvers: 2 }, '/approvers'],
    ['more approvals than approvers', { approvals: 3 }, '/approvals'],
    [
      'a service that does not exist',
      { forbid: [{ service: 'bill', resource: 'x', actions: ['*'] }] },
      '/forbid/0/service',
    ],
    ['what Slack may not approve', { slackMayApprove: ['update'] }, '/slackMayApprove/0'],
    ['every action to be countersigned', { countersign: ['*'] }, '/countersign/0'],
    ['a duration in words', { maxDuration: 'an hour' }, '/maxDuration'],
    [
      'a broken pattern',
      { forbid: [{ service: 'billing', resource: 'a//b', actions: ['read'] }] },
      '/forbid/0/resource',
    ],
    ['more than the log has room for', { forbid: longList }, '/forbid'],
    ['a rule for a service that does not exist', { rules: [{ services: ['bill'] }] }, '/rules/0/services/0'],
    ['a rule that nobody can satisfy', { rules: [{ approvals: 3 }] }, '/rules/0/approvals'],
    [
      'stages of a group that has too few approvers',
      { rules: [{ stages: [{ name: 'owner', groups: ['owners'] }] }] },
      '/rules/0/stages',
    ],
    [
      'more stages than three',
      { rules: [{ stages: ['a', 'b', 'c', 'd'].map((name) => ({ name })) }] },
      '/rules/0/stages',
    ],
    [
      'a deputy whose days end before they begin',
      { deputies: [{ for: 'a', by: 'b', from: '2028-02-29', to: '2028-02-28' }] },
      '/deputies/0/to',
    ],
    [
      'a day that no calendar has',
      { deputies: [{ for: 'a', by: 'b', from: '2027-02-29', to: '2027-03-01' }] },
      '/deputies/0/from',
    ],
    ['an unknown zone', { zone: 'Europe/Atlantis' }, '/zone'],
  ];
  test.each(someRows(REFUSED, 3))(
    'P13: %s is refused by place and rule, as in the organisation file',
    async (_name, change, pointer) => {
      const before = await read();
      const { maxDuration, ...rest } = before;
      const answer = await write({ ...(change['maxDuration'] ? rest : before), ...change });
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ code: 'invalid_request', pointer });
      expect(await read()).toEqual({ ...before, maxDuration });
    },
  );
});

describe('privacy controls', () => {
  beforeEach(start);
  afterEach(close);

  onlyInSoak(() => {
    test('are read with their version, which is also the ETag', async () => {
      const { headers, body } = await broker.page(admin, 'GET', CONTROLS);
      expect(body).toEqual({
        version: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        approvals: 1,
        maxDuration: 'PT1H',
        countersign: ['update'],
        slackMayApprove: ['list', 'read'],
        forbid: [{ service: 'billing', resource: 'payroll/**', actions: ['*'] }],
      });
      expect(headers.get('etag')).toBe(`"${(body as { version: string }).version}"`);
    });
  });

  test('change at once, with an event that shows the old and new values, and gateways receive the change', async () => {
    const before = await read();
    const feedBefore = await broker.host.store.readAsVendor((unit) => unit.feed.head());
    const forbid = [{ service: 'billing', resource: 'invoices/**', actions: ['*'] }];
    const { status, body } = await write({ ...before, forbid, maxDuration: 'PT30M' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ forbid, maxDuration: 'PT30M' });
    expect((body as { version: string }).version).not.toBe(before['version']);
    const asked = await broker.call('engineer', 'POST', '/api/v1/requests', {
      body: {
        tenant: 'acme',
        service: 'billing',
        scope: [{ resource: 'invoices', actions: ['list'] }],
        duration: 'PT1H',
        justification: 'x',
      },
    });
    expect(codeOf(asked)).toBe('422 request_refused');
    const { body: log } = await broker.call('tenantAuditor', 'GET', '/api/v1/tenants/acme/events?limit=1');
    const [event] = (log as { items: { type: string; actor: string; data: object }[] }).items;
    expect(event).toMatchObject({
      type: 'tenant.change',
      actor: broker.persons.tenantAdmin,
      data: { tenant: 'acme', before: { maxDuration: 3_600 }, after: { maxDuration: 1_800, forbid } },
    });
    const feed = await broker.host.store.readAsVendor((unit) => unit.feed.head());
    expect(feed.seq).toBeGreaterThan(feedBefore.seq);
  });

  test('P1: a pending request that is no longer allowed cannot be approved: 409 controls_changed', async () => {
    const asked = await makeRequest(broker);
    expect((await review(broker, 'reviewer', asked)).status).toBe(201);
    const request = await broker.call('approver', 'GET', `/api/v1/requests/${asked.id}`);
    expect(request.body).toMatchObject({ outdated: null });
    expect((await write({ ...(await read()), maxDuration: 'PT5M' })).status).toBe(200);
    // Whoever reads it learns so before pressing a button.
    for (const reader of ['approver', 'reviewer', 'engineer'] as const) {
      const read = (await broker.call(reader, 'GET', `/api/v1/requests/${asked.id}`)).body;
      expect(read).toMatchObject({ state: 'awaiting_customer', outdated: expect.stringContaining(CHANGED) });
    }
    // Its engineer is notified, once.
    expect((await write({ ...(await read()), maxDuration: 'PT4M' })).status).toBe(200);
    const notices = await broker.host.store.readAsVendor((unit) => unit.outbox.after('', 1_000));
    expect(
      notices.filter(({ kind, subject }) => kind === 'request.outdated' && subject === asked.id),
    ).toMatchObject([{ audience: [broker.persons.engineer] }]);
    const { status, body } = await review(broker, 'approver', asked);
    expect(status).toBe(409);
    expect(body).toMatchObject({ code: 'controls_changed', refusals: [{ code: 'duration_too_long' }] });
    expect(await readRequest(broker, asked.id)).toMatchObject({ state: 'awaiting_customer', grant: null });
  });

  test('P8: if two changes use the same version, one wins and the other is refused', async () => {
    const before = await read();
    const answers = await Promise.all([
      write({ ...before, maxDuration: 'PT10M' }),
      write({ ...before, maxDuration: 'PT20M' }),
    ]);
    expect(answers.map(codeOf).sort()).toEqual(['200 undefined', '409 conflict']);
    const won = answers.find(({ status }) => status === 200)!.body as { maxDuration: string };
    expect((await read())['maxDuration']).toBe(won.maxDuration);
  });

  onlyInSoak(() => {
    test('the controls can be written back as they were read, also without a maximum duration', async () => {
      const { maxDuration: _limit, ...rest } = await read();
      const without = await write(rest);
      expect(without.body).toMatchObject({ maxDuration: null });
      const back = await write(without.body);
      expect([back.status, back.body]).toEqual([200, without.body]);
    });
  });

  test('rules, groups and stages are written and read back, and later requests pass the stages', async () => {
    const people = '/api/v1/tenants/acme/people';
    for (const [person, groups] of [
      ['approver', ['owners']],
      ['secondApprover', ['dpo']],
    ] as const) {
      const path = `${people}/${broker.persons[person]}`;
      expect((await broker.page(admin, 'PATCH', path, { body: { groups } })).body).toMatchObject({ groups });
    }
    const rules = [
      {
        actions: ['list'],
        maxDuration: 'PT30M',
        stages: [
          { name: 'owner', groups: ['owners'], approvals: 1, escalate: { after: 'PT2H', to: ['dpo'] } },
          { name: 'dpo', groups: ['dpo'], approvals: 1 },
        ],
      },
    ];
    const written = await write({ ...(await read()), rules, zone: 'Europe/Berlin' });
    expect(written.body).toMatchObject({ rules, zone: 'Europe/Berlin' });
    expect((await write(written.body)).body).toEqual(written.body);
    const request = await makeRequest(broker, 'engineer', { duration: 'PT30M' });
    expect(request['needs']).toMatchObject({
      customer: {
        required: 2,
        stages: [{ name: 'owner', escalate: { after: 'PT2H', to: ['dpo'] } }, { name: 'dpo' }],
      },
    });
  });

  test('narrowing ends the grants that no longer fit, and gateways receive it; other grants and quiet times end none', async () => {
    const fitting = await makeGrant(broker, 'engineer', { budget: { calls: 3 } });
    const unfit = await makeGrant(broker, 'engineer');
    const quiet = { blackouts: [{ from: '2020-01-01T00:00:00Z', to: '2099-01-01T00:00:00Z' }] };
    const rules = [{ actions: ['list'], maxBudget: { calls: 3 } }, quiet];
    const feed = async () => (await broker.host.store.readAsVendor((unit) => unit.feed.head())).seq;
    const before = await feed();
    expect((await write({ ...(await read()), rules })).status).toBe(200);
    const grantOf = async (id: string) => (await broker.call('engineer', 'GET', `/api/v1/grants/${id}`)).body;
    expect(await grantOf(fitting.grant)).toMatchObject({ state: 'active' });
    expect(await grantOf(unfit.grant)).toMatchObject({ state: 'ended', endReason: 'revoked' });
    // The tenant and the grant.
    expect(await feed()).toBe(before + 2);
    const { body: log } = await broker.call('tenantAuditor', 'GET', '/api/v1/tenants/acme/events?limit=1');
    expect((log as { items: object[] }).items).toMatchObject([
      {
        type: 'grant.ended',
        actor: broker.persons.tenantAdmin,
        data: { grant: unfit.grant, refusals: [{ code: 'budget_too_large' }] },
      },
    ]);
  });

  onlyInSoak(() => {
    test('a draft is tried on past requests: what it would refuse, allow or require in addition, and nothing is stored', async () => {
      const plain = await makeRequest(broker);
      const long = await makeRequest(broker, 'engineer', { duration: 'PT1H' });
      const before = await read();
      const { body } = await broker.page(admin, 'POST', `${CONTROLS}/test`, {
        body: { ...before, maxDuration: 'PT30M', approvals: 2 },
      });
      const { items, ...counts } = body as { items: { request: string }[] };
      const narrows = (member: string) => ({ member, effect: 'narrows' });
      expect(counts).toEqual({
        ...{ tested: 2, newlyRefused: 1, newlyPossible: 0 },
        change: { members: [narrows('approvals'), narrows('maxDuration')], waits: null, ends: [] },
      });
      expect(items.find(({ request }) => request === long.id)).toMatchObject({
        now: { outcome: 'possible' },
        draft: { outcome: 'refused', refusals: [{ code: 'duration_too_long' }] },
      });
      expect(items.find(({ request }) => request === plain.id)).toMatchObject({
        draft: { outcome: 'possible', needs: { customer: { required: 2 } } },
        stricter: ['The customer now requires 2 approvals instead of 1.'],
      });
      expect(await read()).toEqual(before);
      const wrong = await broker.page(admin, 'POST', `${CONTROLS}/test`, { body: { approvals: 0 } });
      expect(wrong.body).toMatchObject({ code: 'invalid_request', pointer: '/approvals' });
    });

    test('later requests follow the new approvals', async () => {
      await write({ ...(await read()), approvals: 2 });
      const request = await makeRequest(broker);
      expect(request['needs']).toMatchObject({ customer: { required: 2 } });
    });
  });
});

const CHANGED = 'The rules have changed since this was requested.';
