/** @soak */

import { cancelOwnReset, cancelReset, getTrust, resetTrust } from '@countersign/access';
import { Claimant, claimFor } from '../support/claimant.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const refused = (code: string) => expect.objectContaining({ code });
const REASON = 'both laptops and the printed key burnt';

describeUseCase('SQLite', 'the reset of a tenant that lost all its keys', (bench) => {
  let flow: Workflow;
  let ada: Claimant;
  beforeEach(async () => {
    flow = await startWorkflow(bench);
    ada = await Claimant.of(flow, 'ada@acme.example');
  });
  const reset = () => resetTrust(flow.deps, 'acme', REASON);
  const trust = () => getTrust(flow.deps, ada.principal, 'acme');
  const told = async (tenant: string) =>
    (await flow.leaves(tenant)).filter(({ type }) => type.startsWith('trust.reset'));
  const notices = async () =>
    (await bench.store.readAsVendor((unit) => unit.outbox.after('', 200))).filter(({ kind }) =>
      kind.startsWith('trust.reset'),
    );
  /** Two passkeys that are made now, and the new first version that names them. */
  const newGenesis = async () => {
    flow.clock.forward(60);
    for (const _ of [1, 2]) await ada.enrol();
    return ada.propose(await ada.draft());
  };

  test('P12: it is said in both logs and to everybody, and changes nothing by itself', async () => {
    const { proposal } = await claimFor([ada]);
    const { id } = await reset();
    expect(await trust()).toMatchObject({ reset: { id, reason: REASON }, proposal: null });
    expect((await trust()).chain.map(({ hash }) => hash)).toEqual([proposal.hash]);
    expect(await told('acme')).toMatchObject([{ type: 'trust.reset', data: { reset: id } }]);
    const public_ = await told('deployment');
    expect(public_).toMatchObject([{ type: 'trust.reset', actor: 'host', data: { reset: id } }]);
    expect(JSON.stringify(public_)).not.toMatch(/acme"|laptops/);
    expect(await notices()).toMatchObject([
      {
        kind: 'trust.reset',
        tenant: 'acme',
        audience: [
          ...['role:acme:approver', 'role:acme:admin', 'role:vendor:security-admin', 'role:acme:auditor'],
        ],
      },
    ]);
    await expect(reset()).rejects.toThrow(refused('conflict'));
  });

  test('P12: its people claim it again with keys made since; the chain before is left as it was', async () => {
    const first = await claimFor([ada]);
    await reset();
    const next = await newGenesis();
    expect(next.proposal.document).toMatchObject({ seq: 1, forbid: first.proposal.document.forbid });
    expect(next.proposal.document.prev).toBeUndefined();
    const [, , third, fourth] = ada.keys;
    expect(next.needs.keys).toEqual(expect.arrayContaining([third?.id, fourth?.id]));
    await expect(ada.sign(next)).rejects.toThrow(refused('forbidden'));
    await ada.sign(next, third);
    expect((await trust()).chain.map(({ hash }) => hash)).toEqual([first.proposal.hash]);
    expect((await ada.sign(next, fourth)).proposal.state).toBe('adopted');
    const { chain, reset: left } = await trust();
    expect(chain).toMatchObject([{ chain: 2, hash: next.proposal.hash }]);
    expect(left).toBeNull();
    expect((await told('acme')).map(({ type }) => type)).toEqual(['trust.reset', 'trust.reset-used']);
    const versions = await bench.database.raw('SELECT hash FROM trust_versions ORDER BY chain');
    expect(versions).toEqual([{ hash: first.proposal.hash }, { hash: next.proposal.hash }]);
  });

  test('P12: without a reset no one begins again, nor once it was called off', async () => {
    const { proposal } = await claimFor([ada]);
    const document = { ...proposal.document, validUntil: '2027-04-01T00:00:00Z' };
    await expect(ada.propose(document)).rejects.toThrow(refused('conflict'));
    await reset();
    const next = await newGenesis();
    await ada.sign(next, ada.key(2));
    await cancelReset(flow.deps, 'acme');
    await expect(ada.sign(next, ada.key(3))).rejects.toThrow(refused('wrong_state'));
    expect(await trust()).toMatchObject({ reset: null, proposal: null });
    expect((await trust()).chain.map(({ hash }) => hash)).toEqual([proposal.hash]);
    await expect(cancelReset(flow.deps, 'acme')).rejects.toThrow(refused('wrong_state'));
    await reset();
    await expect(ada.sign(next, ada.key(3))).rejects.toThrow(refused('wrong_state'));
  });

  test('P12: a key from before the reset begins nothing again: it may be in other hands', async () => {
    const { proposal } = await claimFor([ada]);
    await reset();
    const old = { ...proposal.document, validUntil: '2027-04-01T00:00:00Z' };
    await expect(ada.propose(old)).rejects.toThrow(refused('invalid_request'));
    flow.clock.forward(60);
    await ada.enrol();
    const { people, ...draft } = await ada.draft();
    const both = people.map((each) => ({
      ...each,
      passkeys: [...each.passkeys, ...(old.people[0]?.passkeys ?? [])],
    }));
    await expect(ada.propose({ ...draft, people: both })).rejects.toThrow(refused('invalid_request'));
  });

  test('P12: one alone begins nothing again if two had to sign', async () => {
    const bob = await Claimant.of(flow, 'bob@acme.example');
    await claimFor([ada, bob], { approvals: 2, threshold: 2 });
    await reset();
    await expect(newGenesis()).rejects.toThrow(refused('invalid_request'));
    for (const _ of [1, 2]) await bob.enrol();
    const draft = await ada.draft();
    await expect(ada.propose({ ...draft, approvals: 1 })).rejects.toThrow(refused('invalid_request'));
    const next = await ada.propose({ ...draft, approvals: 2, threshold: 2 });
    expect(next.proposal.state).toBe('open');
    expect((await trust()).reset).not.toBeNull();
  });

  test('P12: who still signs with the keys in force has not lost them: that calls it off', async () => {
    const { proposal } = await claimFor([ada]);
    await reset();
    const next = await ada.propose({ ...proposal.document, seq: 2, prev: proposal.hash });
    expect((await ada.sign(next)).proposal.state).toBe('adopted');
    const { chain, reset: left } = await trust();
    expect([chain.length, left]).toEqual([2, null]);
    expect((await told('acme')).map(({ type }) => type)).toEqual(['trust.reset', 'trust.reset-cancelled']);
  });

  test('an admin objects in their own browser, and no one else', async () => {
    await claimFor([ada]);
    await reset();
    const bob = await Claimant.of(flow, 'bob@acme.example');
    const byKey = { ...ada.principal, channel: 'api' as const, assurance: 'api-key' as const };
    for (const by of [bob.principal, byKey, { ...ada.principal, assurance: 'mail-code' as const }])
      await expect(cancelOwnReset(flow.deps, by, 'acme')).rejects.toThrow(refused('forbidden'));
    const gwen = await Claimant.of(flow, 'gwen@globex.example');
    await expect(cancelOwnReset(flow.deps, gwen.principal, 'acme')).rejects.toThrow(refused('not_found'));
    await cancelOwnReset(flow.deps, ada.principal, 'acme');
    expect((await trust()).reset).toBeNull();
    expect((await told('acme'))[1]).toMatchObject({ actor: ada.id });
    expect((await told('deployment'))[1]).toMatchObject({ actor: 'job' });
  });

  test('only a claimed tenant is reset', async () => {
    await expect(reset()).rejects.toThrow(refused('wrong_state'));
    await expect(resetTrust(flow.deps, 'nobody', REASON)).rejects.toThrow(refused('not_found'));
  });

  test.each([
    ['called off while the last key signs', 'cancelled'],
    ['said while the next version is signed', 'adopted'],
  ])('P8: %s: one of them comes first, and what stands says which', async (_what, race) => {
    const { proposal } = await claimFor([ada]);
    if (race === 'cancelled') {
      await reset();
      const next = await newGenesis();
      await ada.sign(next, ada.key(2));
      const [signed, ended] = await Promise.allSettled([
        ada.sign(next, ada.key(3)),
        cancelReset(flow.deps, 'acme'),
      ]);
      const wins = [signed.status, ended.status].filter((status) => status === 'fulfilled');
      expect(wins).toHaveLength(1);
      const expected = signed.status === 'fulfilled' ? next.proposal.hash : proposal.hash;
      expect((await trust()).chain.map(({ hash }) => hash)).toEqual([expected]);
      expect((await trust()).reset).toBeNull();
      expect(await told('acme')).toHaveLength(2);
      return;
    }
    const next = await ada.propose(await ada.draft());
    await Promise.all([ada.sign(next), reset()]);
    const { chain, reset: left } = await trust();
    expect(chain).toHaveLength(2);
    const adoptedLast = (await flow.leaves('acme')).findLast(({ type }) =>
      /^trust\.(adopted|reset)$/.test(type),
    );
    expect(left === null).toBe(adoptedLast?.type === 'trust.adopted');
  });
});
