/** @soak */

import {
  applyOrganisation,
  getPrivacyControls,
  getRequest,
  liftLock,
  listRequests,
  type Principal,
  type PrivacyControls,
  setLock,
  setPrivacyControls,
} from '@countersign/access';
import { toInstant } from '@countersign/contract';
import { readFacts } from '@countersign/slack';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

describeUseCase('SQLite', 'open requests that a change of the controls outdates', (bench) => {
  let flow: Workflow;
  let erin: Principal;
  let ada: Principal;

  beforeEach(async () => {
    flow = await startWorkflow(bench);
    erin = await flow.as('erin@northwind.example');
    ada = await flow.as('ada@acme.example');
  });

  async function changeControls(change: Partial<PrivacyControls>): Promise<void> {
    const { version, controls } = await getPrivacyControls(flow.deps, ada, 'acme');
    await setPrivacyControls(flow.deps, ada, 'acme', version, () => ({ ...controls, ...change }));
  }
  const limitDuration = (maxDuration: number): Promise<void> => changeControls({ maxDuration });

  const notified = async () =>
    (await bench.store.readAsVendor((unit) => unit.outbox.after('', 1_000)))
      .filter(({ kind }) => kind === 'request.outdated')
      .map(({ subject }) => subject);

  test('each is notified once, by the change that outdates it', async () => {
    const { request: long } = await flow.ask(erin, { seconds: 3_600 });
    const { request: short } = await flow.ask(erin, { seconds: 600 });
    await limitDuration(1_800);
    expect(await notified()).toEqual([long.id]);
    await limitDuration(300);
    expect(await notified()).toEqual([long.id, short.id]);
  });

  test('an organisation file notifies of those that it outdates, in every tenant, and of none that it ends', async () => {
    const max = await flow.as('max@northwind.example');
    const { request: long } = await flow.ask(erin, { seconds: 3_600 });
    const { request: elsewhere } = await flow.ask(erin, { tenant: 'globex', seconds: 3_600 });
    await flow.ask(erin, { seconds: 600 });
    const { request: gone } = await flow.ask(max, { seconds: 3_600 });
    const whole = smallOrganisation();
    const apply = (change: Partial<typeof whole>, dryRun = false) =>
      applyOrganisation(flow.deps, { ...whole, ...change }, { dryRun });
    const staff = whole.vendor.staff.filter(({ email }) => email !== 'max@northwind.example');
    const narrower = {
      vendor: { ...whole.vendor, staff },
      accessPolicy: { ...whole.accessPolicy, maxDuration: 1_800 },
    };
    await apply(narrower, true);
    expect(await notified()).toEqual([]);
    await apply(narrower);
    expect((await notified()).sort()).toEqual([long.id, elsewhere.id].sort());
    expect((await bench.store.readForTenant('acme', (unit) => unit.requests.find(gone.id)))?.state).toBe(
      'cancelled',
    );
    // The same file again changes nothing and notifies no one.
    await apply(narrower);
    expect(await notified()).toHaveLength(2);
  });

  test('lists say of each open request whether it can still be approved, under the rules of its own tenant', async () => {
    const { request: long } = await flow.ask(erin, { seconds: 3_600 });
    const { request: short } = await flow.ask(erin, { seconds: 600 });
    const { request: elsewhere } = await flow.ask(erin, { tenant: 'globex', seconds: 3_600 });
    await limitDuration(1_800);
    const marked = async (reader: Principal) => {
      const { items } = await listRequests(flow.deps, reader, {}, { cursor: null, limit: 50 });
      return Object.fromEntries(items.map(({ request, outdated }) => [request.id, outdated?.text ?? null]));
    };
    const reason = expect.stringContaining('The rules have changed since this was requested.');
    const max = await flow.as('max@northwind.example');
    expect(await marked(max)).toEqual({ [long.id]: reason, [short.id]: null, [elsewhere.id]: null });
    expect(await marked(ada)).toEqual({ [long.id]: reason, [short.id]: null });
    await limitDuration(7_200);
    expect(await marked(ada)).toEqual({ [long.id]: null, [short.id]: null });
  });

  test('a lock is no change of rules: the request says that it is locked, and can be approved again once the lock is lifted', async () => {
    const { request } = await flow.ask(erin, { seconds: 600 });
    const outdated = async () => (await getRequest(flow.deps, ada, request.id)).outdated;
    const onCard = async () => {
      const showing = { now: flow.deps.clock.now(), language: 'en' } as const;
      const facts = await bench.store.readForTenant('acme', (unit) => readFacts(unit, request.id, showing));
      return facts?.outdated;
    };
    expect(await onCard()).toBeNull();
    const { id } = await setLock(flow.deps, ada, {
      ...{ kind: 'tenant', name: 'acme', reason: 'We look into a leak.', seconds: null },
    });
    expect(await outdated()).toEqual({
      text: 'This cannot be approved now. The customer has locked the tenant “acme”.',
      changes: [{ code: 'locked', from: null, to: null, channels: [] }],
    });
    expect(await onCard()).toBe('locked');
    // Once the rules refuse it too, it is outdated: lifting the lock would not help.
    await limitDuration(300);
    expect(await outdated()).toMatchObject({
      text: expect.stringContaining('The rules have changed'),
      changes: [],
    });
    expect(await onCard()).toBe('rules');
    // Its engineer is notified of that although the lock is in force.
    expect(await notified()).toEqual([request.id]);
    await limitDuration(1_800);
    expect(await outdated()).toMatchObject({ changes: [{ code: 'locked' }] });
    await changeControls({ approvals: 2 });
    expect(await outdated()).toMatchObject({
      text: expect.stringContaining('The rules have changed'),
      changes: [{ code: 'customer_approvals', from: 1, to: 2 }],
    });
    await changeControls({ approvals: 1 });
    await liftLock(flow.deps, ada, id);
    expect(await outdated()).toBeNull();
    expect(await notified()).toEqual([request.id, request.id]);
  });

  test('P13: one whose evaluation throws is shown as one that cannot be approved, and closes no list', async () => {
    const startsAt = toInstant(new Date(flow.deps.clock.now().getTime() + 3_600_000));
    const { request: broken } = await flow.ask(erin, { seconds: 600, startsAt });
    const { request: sound } = await flow.ask(erin, { tenant: 'globex', seconds: 600 });
    const organisation = smallOrganisation();
    // A zone that this machine does not know: another one, with newer zones, took the file.
    const hours = { days: ['mon' as const], from: '00:00', to: '24:00', zone: 'Mars/Olympus' };
    const accessPolicy = { ...organisation.accessPolicy, rules: [{ hours }] };
    await applyOrganisation(flow.deps, { ...organisation, accessPolicy }, { dryRun: false });
    const max = await flow.as('max@northwind.example');
    const { items } = await listRequests(flow.deps, max, {}, { cursor: null, limit: 50 });
    const outdated = Object.fromEntries(items.map((each) => [each.request.id, each.outdated]));
    const unknown = { text: 'The rules cannot be evaluated now, so this cannot be approved.', changes: [] };
    expect(outdated).toEqual({ [broken.id]: unknown, [sound.id]: null });
    expect((await getRequest(flow.deps, max, broken.id)).outdated).toEqual(unknown);
  });

  test('one whose evaluation throws does not keep the customer from tightening its controls', async () => {
    const { request: broken } = await flow.ask(erin, { seconds: 3_600 });
    const { request: sound } = await flow.ask(erin, { seconds: 3_600 });
    await bench.store.forTenant('acme', async (unit) => {
      const stored = await unit.requests.find(broken.id);
      if (stored === null) throw new Error('the request is gone');
      // Needs that no version has written.
      await unit.requests.update({ ...stored, version: stored.version + 1, needs: {} as never });
    });
    await limitDuration(7_200);
    await limitDuration(1_800);
    expect((await getPrivacyControls(flow.deps, ada, 'acme')).controls.maxDuration).toBe(1_800);
    expect(await notified()).toEqual([sound.id]);
  });
});
