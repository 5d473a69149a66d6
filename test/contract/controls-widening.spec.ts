/** @soak */

import {
  applyOrganisation,
  type ControlsChangeView,
  confirmWidening,
  draftWideningStatement,
  getPrivacyControls,
  getTrust,
  listWidenings,
  type Principal,
  type PrivacyControls,
  runDueTransitions,
  setPrivacyControls,
  takesEffectAt,
  withdrawWidening,
} from '@countersign/access';
import type { Signature, WideningStatement } from '@countersign/contract';
import { smallOrganisation } from '../factories/small-organisation.js';
import { AT } from '../factories/trust.js';
import { Claimant, claimFor } from '../support/claimant.js';
import { onlyInSoak } from '../support/samples.js';
import { dieWhileWidening } from './support/child.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const RULE = { delay: DAY, secondAdmin: true };

/** Ada and Bob are admins, Tom comes later. */
const organisation = (controls: Partial<PrivacyControls> = {}, more: string[] = []) => {
  const file = smallOrganisation();
  const acme = file.tenants[0]!;
  acme.privacyControls = { ...acme.privacyControls, widening: RULE, ...controls };
  const admins = ['bob', ...more];
  acme.people = [
    ...acme.people.filter(({ email }) => !admins.some((name) => email.startsWith(name))),
    ...admins.map((name) => ({
      ...{ email: `${name}@acme.example`, name },
      roles: ['approver' as const, 'admin' as const],
    })),
  ];
  return file;
};

describeUseCase('SQLite', 'a widening of privacy controls', (bench) => {
  let flow: Workflow;
  let ada: Principal;
  let bob: Principal;

  beforeEach(async () => {
    flow = await startWorkflow(bench, organisation());
    [ada, bob] = await Promise.all([flow.as('ada@acme.example'), flow.as('bob@acme.example')]);
  });

  const view = () => getPrivacyControls(flow.deps, ada, 'acme');
  const controls = async () => (await view()).controls;
  const set = async (by: Principal, change: Partial<PrivacyControls>): Promise<ControlsChangeView> => {
    const now = await view();
    return setPrivacyControls(flow.deps, by, 'acme', now.version, () => {
      const after = { ...now.controls, ...change };
      return JSON.parse(JSON.stringify(after)) as PrivacyControls;
    });
  };
  const propose = async (change: Partial<PrivacyControls>, by = ada): Promise<string> => {
    const { widening } = await set(by, change);
    if (widening === null) throw new Error('nothing waits');
    return widening.widening.id;
  };
  const confirm = (by: Principal, id: string, signature?: unknown) =>
    confirmWidening(flow.deps, by, 'acme', id, signature);
  const withdraw = (by: Principal, id: string) => withdrawWidening(flow.deps, by, 'acme', id);
  const run = async (seconds = 0) => {
    flow.clock.forward(seconds);
    return (await runDueTransitions(flow.deps)).widenings;
  };
  const newest = async () => {
    const { items } = await listWidenings(flow.deps, ada, 'acme', {}, { cursor: null, limit: 10 });
    return items[0];
  };
  const state = async () => (await newest())?.widening.state;
  const events = async () =>
    (await flow.leaves('acme')).filter(({ type }) => type.startsWith('widening.')).map(({ type }) => type);
  const notices = async () =>
    (await bench.store.readAsVendor((unit) => unit.outbox.due('2099-01-01T00:00:00Z', 200))).filter(
      ({ kind }) => kind.startsWith('widening.'),
    );

  test('waits for the delay and the second admin, to the second, and every admin is notified', async () => {
    const id = await propose({ maxDuration: 7_200 });
    expect((await controls()).maxDuration).toBe(3_600);
    expect(await newest()).toMatchObject({
      takesEffectAt: '2026-11-25T15:00:00Z',
      needsConfirmation: true,
      confirmers: [bob.person.id],
      lapsesAt: '2026-12-09T15:00:00Z',
    });
    await confirm(bob, id);
    expect(await run(DAY - 1)).toBe(0);
    expect((await controls()).maxDuration).toBe(3_600);
    expect(await run(1)).toBe(1);
    expect((await controls()).maxDuration).toBe(7_200);
    expect(await state()).toBe('applied');
    expect(await events()).toEqual(['widening.proposed', 'widening.confirmed']);
    const change = (await flow.leaves('acme')).findLast(({ type }) => type === 'tenant.change');
    expect(change).toMatchObject({ actor: 'job', data: { widening: id, after: { maxDuration: 7_200 } } });
    expect((await notices()).map(({ kind, audience }) => [kind, audience])).toEqual(
      ['proposed', 'confirmed', 'applied'].map((what) => [
        `widening.${what}`,
        ['role:acme:admin', 'role:acme:auditor'],
      ]),
    );
    expect(await run(DAY)).toBe(0);
  });

  test('a confirmation that comes after the delay lets it take effect at once; without one it lapses after 14 days', async () => {
    const late = await propose({ maxDuration: 7_200 });
    expect(await run(DAY + HOUR)).toBe(0);
    await confirm(bob, late);
    expect(await run()).toBe(1);
    expect((await controls()).maxDuration).toBe(7_200);
    const forgotten = await propose({ maxDuration: 9_000 });
    expect(await run(15 * DAY - 1)).toBe(0);
    expect(await run(1)).toBe(1);
    expect(await state()).toBe('lapsed');
    expect(await outcome(confirm(bob, forgotten))).toBe('wrong_state');
    expect((await controls()).maxDuration).toBe(7_200);
  });

  test('only an admin of longer standing confirms it, not its author, no vendor, no approver, no other tenant', async () => {
    const id = await propose({ maxDuration: 7_200 });
    await applyOrganisation(flow.deps, organisation({}, ['tom']), { dryRun: false });
    const tom = await flow.as('tom@acme.example');
    const others = await Promise.all(
      ['sam@northwind.example', 'gwen@globex.example', 'erin@northwind.example'].map((email) =>
        flow.as(email).catch(() => null),
      ),
    );
    expect(await outcome(confirm(ada, id))).toBe('forbidden');
    expect(await outcome(confirm(tom, id))).toBe('forbidden');
    for (const other of others)
      if (other !== null) expect(await outcome(confirm(other, id))).toBe('not_found');
    await confirm(bob, id);
    expect(await outcome(confirm(bob, id))).toBe('already_decided');
  });

  test('a confirmation of someone who is no longer an admin does not count', async () => {
    const id = await propose({ maxDuration: 7_200 });
    await confirm(bob, id);
    const file = organisation();
    file.tenants[0]!.people = file.tenants[0]!.people.map((each) =>
      each.email.startsWith('bob') ? { ...each, roles: ['approver'] } : each,
    );
    await applyOrganisation(flow.deps, file, { dryRun: false });
    expect(await run(DAY)).toBe(0);
    expect((await controls()).maxDuration).toBe(3_600);
    expect((await newest())?.needsConfirmation).toBe(true);
  });

  test('a narrowing is immediate, and so is the narrowing part of a mixed change', async () => {
    const { widening, controls: now } = await set(ada, { maxDuration: 7_200, approvals: 2 });
    expect(now).toMatchObject({ maxDuration: 3_600, approvals: 2 });
    expect(await controls()).toEqual(now);
    expect(widening?.widening).toMatchObject({ before: now, after: { maxDuration: 7_200, approvals: 2 } });
    expect((await set(bob, { maxDuration: 600 })).widening).toBeNull();
    expect((await controls()).maxDuration).toBe(600);
  });

  test('P13: a narrowing that came meanwhile wins; the rest takes effect', async () => {
    const id = await propose({
      maxDuration: 7_200,
      approvals: 1,
      forbid: [],
      slackMayApprove: ['list', 'read'],
    });
    await set(bob, { maxDuration: 600 });
    await confirm(bob, id);
    expect(await run(DAY)).toBe(1);
    expect(await controls()).toMatchObject({ maxDuration: 600, forbid: [] });
  });

  test('if nothing of it is left, it lapses', async () => {
    const id = await propose({ maxDuration: 7_200 });
    await set(bob, { maxDuration: 600 });
    await confirm(bob, id);
    expect(await run(DAY)).toBe(1);
    expect(await state()).toBe('lapsed');
    expect((await controls()).maxDuration).toBe(600);
    expect(await events()).toContain('widening.lapsed');
  });

  test('the setting itself is lowered only by a widening that has waited', async () => {
    for (const widening of [undefined, { ...RULE, delay: HOUR }, { ...RULE, secondAdmin: false }]) {
      const id = await propose({ widening } as Partial<PrivacyControls>);
      expect((await controls()).widening).toEqual(RULE);
      await withdraw(bob, id);
    }
    const id = await propose({ widening: { delay: 60, secondAdmin: false } });
    await confirm(bob, id);
    await run(DAY);
    expect((await controls()).widening).toEqual({ delay: 60, secondAdmin: false });
    await propose({ maxDuration: 7_200 });
    expect(await run(60)).toBe(1);
    expect((await controls()).maxDuration).toBe(7_200);
  });

  test('a setting that was raised meanwhile holds for what waits already', async () => {
    const id = await propose({ maxDuration: 7_200 });
    await confirm(bob, id);
    await set(bob, { widening: { ...RULE, delay: 2 * DAY } });
    expect(await run(DAY)).toBe(0);
    expect((await controls()).maxDuration).toBe(3_600);
    expect((await newest())?.takesEffectAt).toBe('2026-11-26T15:00:00Z');
    expect(await run(DAY)).toBe(1);
    expect((await controls()).maxDuration).toBe(7_200);
  });

  test('one waits at a time; any admin withdraws it', async () => {
    const id = await propose({ maxDuration: 7_200 });
    expect(await outcome(propose({ maxDuration: 9_000 }, bob))).toBe('conflict');
    await withdraw(bob, id);
    expect(await outcome(withdraw(ada, id))).toBe('wrong_state');
    expect(await run(2 * DAY)).toBe(0);
    expect((await controls()).maxDuration).toBe(3_600);
    expect(await propose({ maxDuration: 9_000 }, bob)).not.toBe(id);
  });

  test('without the setting a widening is immediate, and so is setting it', async () => {
    const without = await set(ada, { maxDuration: 600 });
    expect(without.widening).toBeNull();
    const file = smallOrganisation().tenants[1]!;
    expect(file.privacyControls.widening).toBeUndefined();
    const gwen = await flow.as('gwen@globex.example');
    const now = await getPrivacyControls(flow.deps, gwen, 'globex');
    const wide = await setPrivacyControls(flow.deps, gwen, 'globex', now.version, () => ({
      ...{ ...now.controls, maxDuration: null, widening: RULE },
    }));
    expect(wide).toMatchObject({ widening: null, controls: { maxDuration: null, widening: RULE } });
  });

  describe('by the vendor’s file, while the tenant is not claimed', () => {
    const apply = (change: Partial<PrivacyControls>, dryRun = false) =>
      applyOrganisation(flow.deps, organisation(change), { dryRun });

    test('narrows at once, waits with the rest, and the same file again changes nothing', async () => {
      const change = { maxDuration: 7_200, approvals: 2 };
      const planned = await apply(change, true);
      expect(planned.map(({ action, kind }) => `${action} ${kind}`)).toEqual([
        'change tenant',
        'propose tenant',
      ]);
      expect(await newest()).toBeUndefined();
      expect(await apply(change)).toEqual(planned);
      expect(await controls()).toMatchObject({ maxDuration: 3_600, approvals: 2 });
      const first = await newest();
      expect(first?.widening.by).toBe('host');
      expect((await apply(change)).map(({ action }) => action)).toEqual(['propose']);
      expect((await newest())?.widening.id).toBe(first?.widening.id);
      await confirm(ada, first?.widening.id ?? '');
      expect(await run(DAY)).toBe(1);
      expect((await controls()).maxDuration).toBe(7_200);
      expect(await apply(change)).toEqual([]);
    });

    test('another file takes the place of what waits; what the tenant’s own people proposed stays', async () => {
      await apply({ maxDuration: 7_200 });
      await apply({ maxDuration: 9_000 });
      expect((await newest())?.widening.after).toMatchObject({ maxDuration: 9_000 });
      expect(await events()).toEqual(['widening.proposed', 'widening.withdrawn', 'widening.proposed']);
      await withdraw(ada, (await newest())?.widening.id ?? '');
      await propose({ maxDuration: 7_200 });
      expect(await outcome(apply({ maxDuration: 9_000 }))).toBe('conflict');
    });

    test('a tenant that is removed and comes back is no way around it', async () => {
      const file = organisation();
      file.tenants = file.tenants.slice(1);
      await applyOrganisation(flow.deps, file, { dryRun: false });
      const wide = smallOrganisation();
      wide.tenants[0]!.people = organisation().tenants[0]!.people;
      // Its admins come back with it, and no one else could confirm what waits.
      expect(await outcome(applyOrganisation(flow.deps, wide, { dryRun: false }))).toBe('conflict');
      await apply({});
      await applyOrganisation(flow.deps, wide, { dryRun: false });
      expect((await controls()).widening).toEqual(RULE);
      expect(await state()).toBe('waiting');
    });
  });

  onlyInSoak(() => {
    test('P7: kill -9 of the job at a step leaves nothing of it, and the next one does it once', async () => {
      const id = await propose({ maxDuration: 7_200 });
      await confirm(bob, id);
      flow.clock.forward(DAY);
      const before = await flow.leaves('acme');
      for (const step of ['controls', 'event', 'end']) {
        expect([step, await dieWhileWidening(bench.database.url, flow.clock.now(), step)]).toEqual([
          step,
          'SIGKILL',
        ]);
        expect((await controls()).maxDuration).toBe(3_600);
        expect([await state(), await flow.leaves('acme')]).toEqual(['waiting', before]);
      }
      expect(await run()).toBe(1);
      expect((await controls()).maxDuration).toBe(7_200);
      expect((await notices()).map(({ kind }) => kind)).toEqual(
        ['proposed', 'confirmed', 'applied'].map((what) => `widening.${what}`),
      );
    });
  });

  test('of a tenant that was removed meanwhile it lapses, and changes nothing', async () => {
    await confirm(bob, await propose({ maxDuration: 7_200 }));
    const file = organisation();
    file.tenants = file.tenants.slice(1);
    await applyOrganisation(flow.deps, file, { dryRun: false });
    expect(await run(DAY)).toBe(1);
    await applyOrganisation(flow.deps, organisation(), { dryRun: false });
    expect(await state()).toBe('lapsed');
    expect((await controls()).maxDuration).toBe(3_600);
  });

  describe('P8: under races through two stores', () => {
    test('a narrowing and the job: both orders leave the narrowing in force', async () => {
      const other = { ...flow.deps, store: await bench.database.open() };
      for (let round = 0; round < 3; round += 1) {
        const [longest, shortest] = [7_200 + round, 600 - round];
        const id = await propose({ maxDuration: longest });
        await confirm(bob, id);
        flow.clock.forward(DAY);
        const now = await view();
        const results = await Promise.allSettled([
          runDueTransitions(flow.deps),
          setPrivacyControls(other, bob, 'acme', now.version, () => ({
            ...{ ...now.controls, maxDuration: shortest },
          })),
          runDueTransitions(other),
        ]);
        const isNarrowed = results[1].status === 'fulfilled';
        expect(await state()).toBe(isNarrowed ? 'lapsed' : 'applied');
        expect((await controls()).maxDuration).toBe(isNarrowed ? shortest : longest);
        const applied = (await flow.leaves('acme')).filter(({ data }) => data['widening'] === id);
        const ends = applied.filter(({ type }) => type === 'tenant.change' || type === 'widening.lapsed');
        expect(ends).toHaveLength(1);
        await run();
      }
    });

    test('withdrawals, confirmations and the job: one end', async () => {
      const other = { ...flow.deps, store: await bench.database.open() };
      const id = await propose({ maxDuration: 7_200 });
      await confirm(bob, id);
      flow.clock.forward(DAY);
      await Promise.allSettled([
        runDueTransitions(flow.deps),
        withdrawWidening(other, bob, 'acme', id),
        withdraw(ada, id),
        runDueTransitions(other),
        confirmWidening(other, bob, 'acme', id, undefined),
      ]);
      const end = await state();
      expect(['applied', 'withdrawn']).toContain(end);
      expect((await controls()).maxDuration).toBe(end === 'applied' ? 7_200 : 3_600);
      const leaves = (await flow.leaves('acme')).filter(({ data }) => data['widening'] === id);
      expect(leaves.map(({ type }) => type).slice(2)).toEqual([
        end === 'applied' ? 'tenant.change' : 'widening.withdrawn',
      ]);
    });
  });
});

describeUseCase('SQLite', 'a widening of a claimed tenant’s privacy controls', (bench) => {
  let flow: Workflow;
  let ada: Claimant;
  let bob: Claimant;
  beforeEach(async () => {
    flow = await startWorkflow(bench, organisation({ approvals: 2 }));
    ada = await Claimant.of(flow, 'ada@acme.example');
    bob = await Claimant.of(flow, 'bob@acme.example');
    await claimFor([ada, bob]);
  });
  const controls = async () => (await getPrivacyControls(flow.deps, ada.principal, 'acme')).controls;
  const propose = async (change: Partial<PrivacyControls>): Promise<string> => {
    const now = await getPrivacyControls(flow.deps, ada.principal, 'acme');
    const { widening } = await setPrivacyControls(flow.deps, ada.principal, 'acme', now.version, () => ({
      ...now.controls,
      ...change,
    }));
    return widening?.widening.id ?? '';
  };
  const draft = async (by: Claimant, id: string) =>
    (await draftWideningStatement(flow.deps, by.principal, 'acme', id)).statement;
  const confirm = (by: Claimant, id: string, signature?: unknown) =>
    outcome(confirmWidening(flow.deps, by.principal, 'acme', id, signature));
  const job = async (seconds: number) => {
    flow.clock.forward(seconds);
    return (await runDueTransitions(flow.deps)).widenings;
  };

  test('P12: needs the second admin’s passkey over exactly this widening', async () => {
    const id = await propose({ maxDuration: 7_200 });
    expect(await confirm(bob, id)).toBe('countersignature_required');
    const statement = await draft(bob, id);
    const sign = (change: Partial<WideningStatement>): Signature =>
      bob.key().sign({ ...statement, ...change }, AT);
    const hash = `sha256:${'ab'.repeat(32)}`;
    for (const change of [
      { after: hash },
      { before: hash },
      { notBefore: '2026-11-24T15:00:00Z' },
      { notBefore: '2027-11-24T15:00:00Z' },
      { trust: hash },
      { person: ada.principal.person.id },
      { tenant: 'globex' },
      { log: { ...statement.log, size: statement.log.size + 1_000 } },
    ])
      expect([change, await confirm(bob, id, sign(change))]).toEqual([change, 'invalid_request']);
    expect(await confirm(bob, id, ada.key().sign(statement, AT))).toBe('invalid_request');
    expect(await confirm(ada, id, ada.key().sign(await draft(ada, id), AT))).toBe('forbidden');
    expect(await confirm(bob, id, bob.key().sign(statement, AT))).toBe('done');
    expect(await job(DAY)).toBe(1);
    expect((await controls()).maxDuration).toBe(7_200);
  });

  test('P12: a confirmation without a signature from before the claim does not count after it', async () => {
    const id = await propose({ maxDuration: 7_200 });
    await bench.store.forTenant('acme', async (unit) => {
      const widening = await unit.widenings.find(id);
      if (widening === null) throw new Error('it waits');
      const confirmation = { person: bob.principal.person.id, at: widening.createdAt, signature: null };
      // When it was due, as if the tenant had not been claimed yet.
      const dueAt = takesEffectAt(widening, widening.before as PrivacyControls);
      await unit.widenings.update({ ...widening, version: widening.version + 1, confirmation, dueAt });
    });
    expect(await job(DAY)).toBe(0);
    expect((await controls()).maxDuration).toBe(3_600);
  });

  test('P12: what a signed trust document brings waits for the delay, and needs no other signature', async () => {
    const file = organisation({ approvals: 2 });
    file.tenants[0]!.privacyControls.approvals = 1;
    await applyOrganisation(flow.deps, file, { dryRun: false });
    const { proposal } = await getTrust(flow.deps, ada.principal, 'acme');
    if (proposal === null) throw new Error('nothing is proposed');
    await bob.sign(proposal);
    await ada.sign(proposal);
    expect((await controls()).approvals).toBe(2);
    expect(await job(DAY - 1)).toBe(0);
    expect(await job(1)).toBe(1);
    expect((await controls()).approvals).toBe(1);
  });
});
