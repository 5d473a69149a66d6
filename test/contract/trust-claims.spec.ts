/** @soak */

import {
  addTenantPerson,
  applyOrganisation,
  authenticateApiKey,
  createApiKey,
  createOwnApiKey,
  draftStopStatement,
  enrolGateway,
  getTrust,
  invite,
  liftLock,
  listAuthenticators,
  type Organisation,
  recordPins,
  removeTenantPerson,
  setLock,
  setPrivacyControls,
  setStop,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { AT } from '../factories/trust.js';
import { Claimant, claimFor } from '../support/claimant.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const ADA = 'ada@acme.example';
const BOB = 'bob@acme.example';
const refused = (code: string) => expect.objectContaining({ code });
const DAY = 86_400;

describeUseCase('SQLite', 'what becomes of a claim', (bench) => {
  let flow: Workflow;
  let ada: Claimant;
  let bob: Claimant;

  beforeEach(async () => {
    flow = await startWorkflow(bench);
    ada = await Claimant.of(flow, ADA);
    bob = await Claimant.of(flow, BOB);
  });
  const apply = (change: (file: Organisation) => void = () => {}) => {
    const file = smallOrganisation();
    change(file);
    return applyOrganisation(flow.deps, file, { dryRun: false });
  };
  const withoutAcme = (file: Organisation) => {
    file.tenants = file.tenants.filter(({ slug }) => slug !== 'acme');
  };
  const without = (email: string) => (file: Organisation) => {
    for (const tenant of file.tenants) tenant.people = tenant.people.filter((each) => each.email !== email);
  };
  const trust = () => getTrust(flow.deps, ada.principal, 'acme');
  const removeBob = () => removeTenantPerson(flow.deps, ada.principal, 'acme', bob.id);
  const bobAgain = () =>
    addTenantPerson(flow.deps, ada.principal, 'acme', { email: BOB, name: 'Bob Chen', roles: ['approver'] });

  test('P12: a proposal that names someone who was removed meanwhile is not adopted', async () => {
    await claimFor([ada]);
    const [key] = [await bob.enrol()];
    const next = await ada.propose(await ada.draft());
    await bob.sign(next, key);
    await removeBob();
    await expect(ada.sign(next)).rejects.toThrow(refused('conflict'));
    expect((await trust()).chain).toHaveLength(1);
    expect((await trust()).proposal?.signatures).toHaveLength(1);
  });

  test('P12: nor one that would be over by the time that it is signed', async () => {
    await claimFor([ada]);
    const soon = new Date(flow.clock.now().getTime() + DAY * 1_000).toISOString().replace('.000', '');
    const next = await ada.propose({ ...(await ada.draft()), validUntil: soon });
    flow.clock.forward(DAY + 1);
    await expect(ada.sign(next)).rejects.toThrow(refused('conflict'));
    expect((await trust()).chain).toHaveLength(1);
  });

  test('P12: who has left has not signed for those who stay', async () => {
    const { proposal } = await claimFor([ada, bob], { threshold: 2 });
    const draft = await ada.draft();
    const [first] = draft.people.filter(({ person }) => person === ada.id);
    if (first === undefined) throw new Error('ada is named');
    const next = await ada.propose({ ...draft, people: [first], threshold: 1 });
    expect((await bob.sign(next)).needs).toEqual({ persons: 1, keys: [], recovery: [] });
    await removeBob();
    const signed = await ada.sign(next);
    expect(signed.proposal.state).toBe('open');
    expect(signed.needs).toEqual({ persons: 1, keys: [], recovery: [] });
    expect((await trust()).proposal?.needs.persons).toBe(1);
    expect((await trust()).chain.map(({ hash }) => hash)).toEqual([proposal.hash]);
  });

  test('what a proposal needs yet names the owner of a recovery key that it adds', async () => {
    await claimFor([ada, bob], { threshold: 1 });
    await bob.print();
    const next = await ada.propose(await ada.draft());
    expect(next.needs).toEqual({ persons: 1, keys: [], recovery: [bob.id] });
    const half = await ada.sign(next);
    expect([half.proposal.state, half.needs]).toEqual(['open', { persons: 0, keys: [], recovery: [bob.id] }]);
    expect((await bob.sign(half)).proposal.state).toBe('adopted');
  });

  test('a first version’s recovery keys are answered for by the passkeys that it adds', async () => {
    await ada.enrol();
    await ada.print();
    const first = await ada.propose(await ada.draft());
    expect(first.needs).toEqual({ persons: 0, keys: [ada.key().id], recovery: [ada.id] });
    expect((await ada.sign(first)).needs).toEqual({ persons: 0, keys: [], recovery: [] });
  });

  test('P12: the next draft keeps what was signed to be forbidden, whatever the controls say', async () => {
    const rule = { service: 'billing', resource: 'ledger/**', actions: ['*'] };
    const first = await ada.enrol().then(() => ada.draft());
    await claimFor([ada], { forbid: [...first.forbid, rule] });
    expect((await ada.draft()).forbid).toEqual([...first.forbid, rule]);
  });

  test('P12: passkeys and printed keys go with their person, and do not come back with them', async () => {
    await claimFor([ada, bob]);
    await bob.print();
    await removeBob();
    const means = () => listAuthenticators(flow.deps, ada.principal, 'acme');
    const ofBob = ({ person }: { person: string }) => person === bob.id;
    expect((await means()).passkeys.filter(ofBob)).toEqual([]);
    expect((await means()).recoveryKeys.filter(ofBob)).toEqual([]);
    await bobAgain();
    expect((await means()).passkeys.filter(ofBob)).toEqual([]);
    const statement = await draftStopStatement(flow.deps, bob.principal, 'acme', undefined);
    const stop = () => setStop(flow.deps, bob.principal, 'acme', bob.key().sign(statement, AT));
    await expect(stop()).rejects.toThrow(refused('invalid_request'));
    const draft = await ada.draft();
    expect(draft.people.map(({ person }) => person)).toEqual([ada.id]);
    const next = await ada.propose(draft);
    await expect(bob.sign(next)).rejects.toThrow(refused('forbidden'));
    expect((await flow.leaves('acme')).filter(({ type }) => type === 'passkey.removed')).toHaveLength(2);
  });

  test('P12: a claimed tenant that the file removes comes back as it was, with what its people sign with', async () => {
    await claimFor([ada, bob]);
    await apply(withoutAcme);
    flow.clock.forward(60);
    await apply();
    const next = await ada.propose(await ada.draft());
    expect((await ada.sign(next)).proposal.state).toBe('adopted');
  });

  test('P12: but not wider, and no one comes back with it who was removed before', async () => {
    await claimFor([ada]);
    await removeBob();
    flow.clock.forward(60);
    await apply((file) => {
      withoutAcme(file);
    });
    flow.clock.forward(60);
    await expect(apply()).rejects.toThrow(refused('tenant_claimed'));
    const asApprover = (file: Organisation) => {
      without(BOB)(file);
      file.tenants[0]?.people.find(({ email }) => email.startsWith('cara'))?.roles.push('approver');
    };
    await expect(apply(asApprover)).rejects.toThrow(refused('tenant_claimed'));
    await apply(without(BOB));
    flow.clock.forward(60);
    await expect(apply()).rejects.toThrow(refused('tenant_claimed'));
  });

  test('P12: a person who was away when it came back enrols again once an admin takes them in', async () => {
    await claimFor([ada, bob]);
    await apply(withoutAcme);
    flow.clock.forward(60);
    await apply(without(BOB));
    await bobAgain();
    const { passkeys } = await listAuthenticators(flow.deps, ada.principal, 'acme');
    expect(new Set(passkeys.map(({ person }) => person))).toEqual(new Set([ada.id]));
  });

  test('P12: a key from before the claim reads and stops, and no more; one’s own does all', async () => {
    const by = async (key: string) => {
      const principal = await authenticateApiKey(flow.deps, key);
      if (principal === null || principal === 'asleep') throw new Error('the key is unknown');
      return principal;
    };
    const apiKey = await createApiKey(flow.deps, { email: ADA, tenant: 'acme', ttl: 3_600 });
    const old = await by(apiKey.key);
    const lock = await setLock(flow.deps, old, {
      kind: 'tenant',
      name: 'acme',
      reason: 'why',
      seconds: null,
    });
    const eve = { email: 'eve@acme.example', name: 'Eve', roles: ['auditor' as const] };
    const add = (who: typeof old) => addTenantPerson(flow.deps, who, 'acme', eve);
    await claimFor([ada]);
    flow.clock.forward(1);
    const forbidden = refused('forbidden');
    await expect(add(old)).rejects.toThrow(forbidden);
    const controls = setPrivacyControls(flow.deps, old, 'acme', 'any', () => {
      throw new Error('not judged');
    });
    await expect(controls).rejects.toThrow(forbidden);
    await expect(liftLock(flow.deps, old, lock.id)).rejects.toThrow(forbidden);
    const door = {
      ...{
        service: 'billing',
        scope: [{ resource: 'invoices', actions: ['list'] }],
        until: '2026-11-25T15:00:00Z',
      },
      ...{ notBefore: null, ticket: null, seconds: null, budget: null, uses: null },
    };
    await expect(invite(flow.deps, old, 'acme', door)).rejects.toThrow(forbidden);
    expect((await getTrust(flow.deps, old, 'acme')).chain).toHaveLength(1);
    const own = await by((await createOwnApiKey(flow.deps, ada.principal, 3_600)).key);
    expect((await liftLock(flow.deps, own, lock.id)).liftedAt).not.toBeNull();
    expect((await add(own)).person.name).toBe('Eve');
  });

  test('P8: equal reports of pins at once are told once', async () => {
    const { proposal } = await claimFor([ada]);
    const { id } = await enrolGateway(flow.deps, 'one');
    const gateway = await bench.store.readAsVendor((unit) => unit.gateways.find(id));
    if (gateway === null) throw new Error('the gateway is enrolled');
    const pins = [{ tenant: 'acme', pinned: proposal.hash, current: null }];
    await Promise.all(Array.from({ length: 4 }, () => recordPins(flow.deps, gateway, { at: null, pins })));
    expect((await flow.leaves('acme')).filter(({ type }) => type === 'gateway.pinned')).toHaveLength(1);
    expect((await trust()).gateways[0]?.pin).toEqual(pins[0]);
  });
});
