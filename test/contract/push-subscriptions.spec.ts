/** @soak */

import {
  addPushSubscription,
  applyOrganisation,
  listPushSubscriptions,
  MAX_PUSH_SUBSCRIPTIONS,
  noticeProgress,
  type Principal,
  type PushSubscription,
  readPushKey,
  removePushSubscription,
  type Session,
  startSessionIn,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const LIMITS = { idle: 1_800, absolute: 43_200 };
const KEYS = { p256dh: `B${'A'.repeat(86)}`, auth: 'A'.repeat(22), language: 'de' as const };
const browser = (name: string) => ({ ...KEYS, endpoint: `https://push.example/${name}` });

describeUseCase('SQLite', 'browsers in which people are notified', (bench) => {
  let flow: Workflow;
  let ada: Principal;
  let erin: Principal;
  let session: Session;
  beforeEach(async () => {
    flow = await startWorkflow(bench, smallOrganisation());
    ada = await inBrowser('ada@acme.example');
    erin = await inBrowser('erin@northwind.example');
    session = await signIn(ada);
  });

  const inBrowser = async (email: string): Promise<Principal> => ({
    ...(await flow.as(email)),
    ...{ channel: 'web', assurance: 'oidc', authenticatedAt: flow.clock.now().toISOString() },
  });
  const signIn = async ({ person }: Principal, replaces: string | null = null): Promise<Session> => {
    const draft = { person, assurance: 'oidc' as const, device: 'Firefox', parent: null, replaces };
    const started = await bench.store.sessions.write((unit) =>
      startSessionIn(flow.deps, unit, draft, LIMITS),
    );
    return started.session;
  };
  const add = (name: string, who = ada, where = session) =>
    addPushSubscription(flow.deps, who, where, browser(name));
  const list = (who = ada): Promise<PushSubscription[]> => listPushSubscriptions(flow.deps, who);
  const names = async (who = ada) =>
    (await list(who)).map(({ endpoint }) => endpoint.replace('https://push.example/', ''));
  const end = (id: string) =>
    bench.store.sessions.write(({ sessions }) => sessions.end(id, flow.clock.now().toISOString()));

  const sent = async () => {
    const now = flow.clock.now().toISOString();
    const due = await bench.store.notices.read(({ outbox }) => outbox.due(now, 100));
    return due.filter(({ kind }) => kind === 'account.notices-changed').map(({ audience }) => audience);
  };

  test('a browser is added by its person after a fresh sign-in alone, and only they see it', async () => {
    const added = await add('a');
    expect(added).toEqual({
      ...{ ...browser('a'), id: expect.stringMatching(/^psh_/), endpointHash: expect.any(String) },
      ...{ person: ada.person.id, session: session.id, device: 'Firefox', lastAt: null, lastResult: null },
      ...{ madeAt: expect.any(String), expiresAt: expect.any(String) },
    });
    expect(await list()).toEqual([added]);
    expect(await list(erin)).toEqual([]);
    const refused = (how: Partial<Principal>) => outcome(add('b', { ...ada, ...how }));
    expect(await refused({ assurance: 'mail-code' })).toBe('forbidden');
    expect(await refused({ channel: 'api', assurance: 'api-key' })).toBe('forbidden');
    flow.clock.forward(11 * 60);
    expect(await refused({})).toBe('fresh_sign_in_required');
    expect(await names()).toEqual(['a']);
  });

  test('a new browser, and one that its person removes, is announced and logged; one that is known is not', async () => {
    const { id } = await add('a');
    expect(await sent()).toEqual([[ada.person.id]]);
    expect((await add('a')).id).toBe(id);
    expect(await sent()).toHaveLength(1);
    expect(await outcome(removePushSubscription(flow.deps, erin, id))).toBe('not_found');
    await removePushSubscription(flow.deps, ada, id);
    expect(await outcome(removePushSubscription(flow.deps, ada, id))).toBe('not_found');
    expect(await sent()).toHaveLength(2);
    const leaves = (await flow.leaves('acme')).filter(({ type }) => type === 'preferences.changed');
    const said = { actor: ada.person.id, data: { person: ada.person.id } };
    expect(leaves).toMatchObject([said, said]);
    expect(JSON.stringify(leaves)).not.toContain('push.example');
    flow.clock.forward(11 * 60);
    expect(await outcome(removePushSubscription(flow.deps, ada, id))).toBe('fresh_sign_in_required');
  });

  test('of more than five browsers the oldest goes', async () => {
    for (let count = 0; count <= MAX_PUSH_SUBSCRIPTIONS; count += 1) await add(`b${count}`);
    expect(await names()).toEqual(['b1', 'b2', 'b3', 'b4', 'b5']);
  });

  test('a browser is notified for one person: the one who turned it on last', async () => {
    await add('shared');
    const hers = await signIn(erin);
    await add('shared', erin, hers);
    expect([await names(), await names(erin)]).toEqual([[], ['shared']]);
    // Whoever it was taken from learns of it too, and not from whom.
    const persons = [ada.person.id, ada.person.id, erin.person.id];
    expect((await sent()).flat().sort()).toEqual(persons.sort());
    const leaves = (await flow.leaves('acme')).filter(({ type }) => type === 'preferences.changed');
    expect(leaves).toMatchObject([
      { actor: ada.person.id },
      { actor: 'job', data: { person: ada.person.id } },
    ]);
    expect(JSON.stringify(leaves)).not.toContain(erin.person.id);
  });

  test('a browser that is known follows a session that is not fresh, and ends with it; another key takes a fresh sign-in', async () => {
    await add('a');
    flow.clock.forward(3_600);
    const next = await signIn(ada);
    await add('a', ada, next);
    expect(await list()).toMatchObject([{ session: next.id }]);
    for (const change of [{ auth: 'B'.repeat(22) }, { p256dh: `B${'B'.repeat(86)}` }])
      expect(await outcome(addPushSubscription(flow.deps, ada, next, { ...browser('a'), ...change }))).toBe(
        'fresh_sign_in_required',
      );
    expect(await outcome(add('a', erin, await signIn(erin)))).toBe('fresh_sign_in_required');
    expect(await outcome(add('a', { ...ada, assurance: 'mail-code' }, next))).toBe('forbidden');
    await end(next.id);
    expect(await names()).toEqual([]);
    expect(await outcome(add('a', ada, await signIn(ada)))).toBe('fresh_sign_in_required');
  });

  test('it ends with its session, however that was ended, and follows one that replaces it', async () => {
    await add('a');
    const next = await signIn(ada, session.id);
    expect(await list()).toMatchObject([{ session: next.id }]);
    await end(session.id);
    expect(await names()).toEqual(['a']);
    await end(next.id);
    expect(await names()).toEqual([]);
    // A session that has ended takes no new one.
    expect(await outcome(add('b', ada, next))).not.toBe('done');
    const other = await signIn(ada);
    await add('b', ada, other);
    await bench.store.sessions.write(({ sessions }) =>
      sessions.endAllOf(ada.person.id, flow.clock.now().toISOString()),
    );
    expect(await names()).toEqual([]);
  });

  test('a session that runs out leaves it for 30 days, and a sign-in in the same browser for 30 more', async () => {
    await add('a');
    const days = (count: number) => flow.clock.forward(count * 24 * 3_600);
    days(29);
    ada = await inBrowser('ada@acme.example');
    const next = await signIn(ada);
    expect(await names()).toEqual(['a']);
    await add('a', ada, next);
    days(29);
    expect(await names()).toEqual(['a']);
    days(2);
    expect(await names()).toEqual([]);
    ada = await inBrowser('ada@acme.example');
    await add('b', ada, await signIn(ada));
    expect(await bench.database.raw('SELECT endpoint FROM push_subscriptions')).toEqual([
      { endpoint: 'https://push.example/b' },
    ]);
  });

  test('a person who is removed leaves none behind', async () => {
    await add('a', erin, await signIn(erin));
    await add('b');
    const whole = smallOrganisation();
    const staff = whole.vendor.staff.filter(({ email }) => email !== 'erin@northwind.example');
    await applyOrganisation(flow.deps, { ...whole, vendor: { ...whole.vendor, staff } }, { dryRun: false });
    expect(await bench.database.raw('SELECT person FROM push_subscriptions')).toEqual([
      { person: ada.person.id },
    ]);
  });

  test('what a push service answered is kept; a result for one that is gone changes nothing', async () => {
    const { id } = await add('a');
    const at = '2026-11-28T09:00:00Z';
    await bench.store.push.write(async ({ pushSubscriptions }) => {
      await pushSubscriptions.noteResult(id, 'http_429', at);
      await pushSubscriptions.noteResult('psh_gone', 'delivered', at);
    });
    expect(await list()).toMatchObject([{ lastResult: 'http_429', lastAt: at }]);
    await bench.store.push.write(({ pushSubscriptions }) => pushSubscriptions.delete(id));
    expect(await list()).toEqual([]);
  });

  test('the key for push services is sealed in the store, and every broker has the same one', async () => {
    const [key, again] = [await readPushKey(flow.deps), await readPushKey(flow.deps)];
    expect(key).toEqual(again);
    expect(key.publicJwk).toMatchObject({ kty: 'EC', crv: 'P-256' });
    const rows = await bench.database.raw(`SELECT sealed_pem FROM signing_keys WHERE "use" = 'push'`);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('PRIVATE KEY');
  });
});

test('a push does not count as the notice that lets an emergency begin', () => {
  const delivery = { notice: 'ntc_1', tenant: 'acme', orderKey: 'ntc_1', attempts: 1, nextAt: '' };
  const ended = { deliveredAt: null, deadAt: null, lastError: null };
  const notice = { id: 'ntc_1', tenant: 'acme', kind: 'emergency.opening' as const };
  const view = (state: 'delivered' | 'due') => ({
    notice: { ...notice, subject: 'req_1', audience: [], at: '' },
    deliveries: [{ ...delivery, ...ended, channel: 'push' as const, recipient: 'psh_1', state }],
  });
  for (const state of ['delivered', 'due'] as const)
    expect(noticeProgress(view(state))).toEqual({
      ...{ isAttempted: false, channels: [], delivered: 0, recipients: 0 },
    });
});
