/** @soak */

import { verifierKey } from '@countersign/audit-log';
import { statementHash, type TrustDocument } from '@countersign/contract';
import { systemHashing } from '@countersign/persistence';
import { AT } from '../../factories/trust.js';
import { Authenticator, RecoveryKey } from '../../support/authenticator.js';
import { claim, draftOf, handIn, propose, signProposal, trustOf } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { onlyInSoak } from '../../support/samples.js';
import { enginesOf, TestBroker } from '../harness.js';
import { codeOf, expectStatus, makeRequest, readRequest, review } from '../story.js';

describe.each(enginesOf('SQLite'))('claiming a tenant on %s', (engine) => {
  let broker: TestBroker;
  let ada: Customer;
  let bob: Customer;
  beforeEach(async () => {
    broker = await TestBroker.start({ engine });
    ada = await Customer.of(broker, 'approver');
    bob = await Customer.of(broker, 'secondApprover');
  });
  afterEach(() => broker.close());

  const events = async () => {
    const { body } = await broker.call('tenantAuditor', 'GET', '/api/v1/tenants/acme/events?limit=200');
    return (body as { items: { type: string; actor: string; data: Record<string, unknown> }[] }).items;
  };
  const proposed = (document: TrustDocument, by = ada) => by.call('POST', 'trust/proposals', { document });

  onlyInSoak(() => {
    test('a claim notifies the engineers whose open requests can no longer be approved, and says what changed', async () => {
      const asked = await makeRequest(broker);
      expectStatus(await review(broker, 'reviewer', asked), 201);
      await claim([ada]);
      const notices = await broker.host.store.readAsVendor((unit) => unit.outbox.after('', 1_000));
      expect(notices.filter(({ kind }) => kind === 'request.outdated')).toMatchObject([
        { subject: asked.id, audience: [broker.persons.engineer] },
      ]);
      expect(await readRequest(broker, asked.id)).toMatchObject({
        outdatedBy: expect.arrayContaining([{ code: 'passkey', from: null, to: null, channels: [] }]),
      });
      const approval = { decision: 'approve', digest: asked.digest };
      const refused = await bob.call('POST', `/api/v1/requests/${asked.id}/reviews`, approval);
      expect(codeOf(refused)).toBe('409 controls_changed');
    });
  });

  test('P12: the draft shows the current people and controls; the first version takes effect once each of its keys has signed', async () => {
    for (const _ of [1, 2]) await ada.enrol();
    const draft = await draftOf(ada);
    expect(draft).toMatchObject({
      type: 'countersign/trust/v1',
      deployment: broker.host.store.deployment,
      tenant: 'acme',
      seq: 1,
      rpId: AT.rpId,
      origins: [AT.origin],
      people: [{ person: ada.id, passkeys: ada.authenticators.map(({ passkey }) => passkey) }],
      threshold: 1,
      approvals: 1,
      countersign: { exceptActions: [] },
      forbid: [{ service: 'billing', resource: 'payroll/**', actions: ['*'] }],
      bases: [],
    });
    expect(await trustOf(ada)).toMatchObject({ claimed: false, trust: null, anchor: null, chain: [] });

    const proposal = await propose(ada, draft);
    expect(proposal).toMatchObject({
      state: 'open',
      hash: statementHash(systemHashing, draft),
      needs: { persons: 0, keys: ada.authenticators.map(({ id }) => id) },
    });
    const [first, second] = ada.authenticators;
    const half = await signProposal(ada, proposal, first);
    expect(half).toMatchObject({ state: 'open', needs: { persons: 0, keys: [second?.id], recovery: [] } });
    expect(await trustOf(ada)).toMatchObject({ claimed: false, proposal: { id: proposal.id } });
    const whole = await signProposal(ada, half, second);
    expect(whole).toMatchObject({ state: 'adopted', needs: { persons: 0, keys: [] } });

    const trust = await trustOf(ada);
    expect(trust).toMatchObject({
      claimed: true,
      trust: proposal.hash,
      document: draft,
      seq: 1,
      validUntil: draft.validUntil,
      anchor: {
        ...{ deployment: draft.deployment, tenant: 'acme', trust: proposal.hash, vkey: trust.vkey },
        deploymentVkey: (await broker.call('approver', 'GET', '/log/deployment/vkey')).text.trim(),
      },
      chain: [{ seq: 1, hash: proposal.hash }],
      proposal: null,
    });
    expect(trust.signatures.map(({ credential }) => credential).sort()).toEqual(
      ada.authenticators.map(({ id }) => id).sort(),
    );
    const [, name = '', key = ''] = /^([^+]+)\+[0-9a-f]{8}\+(.+)$/.exec(trust.vkey) ?? [];
    expect(name).toBe(`countersign/${draft.deployment}/acme`);
    expect(verifierKey(systemHashing, name, Buffer.from(key, 'base64').subarray(1))).toBe(trust.vkey);
    const logged = (await events()).filter(({ type }) => type.startsWith('trust.'));
    expect(logged.map(({ type, actor }) => [type, actor])).toEqual([
      ['trust.adopted', 'job'],
      ['trust.signed', ada.id],
      ['trust.signed', ada.id],
      ['trust.proposed', ada.id],
    ]);
    expect(logged[0]?.data).toMatchObject({ hash: proposal.hash, seq: 1, prev: null });
  });

  onlyInSoak(() => {
    test('P12: a tenant cannot be claimed with keys that have no backup; a printed recovery key is a backup', async () => {
      const key = await ada.enrol();
      expect(codeOf(await proposed(await draftOf(ada)))).toBe('409 conflict');
      await ada.ask('POST', 'recovery-keys', { jwk: new RecoveryKey().jwk }, 201);
      const proposal = await propose(ada, await draftOf(ada));
      expect((await signProposal(ada, proposal, key)).state).toBe('adopted');
    });

    test('P12: the next version needs as many signers as the current one requires, and a signature by each key that it adds', async () => {
      const genesis = await claim([ada, bob], { threshold: 2 });
      const fresh = await bob.enrol();
      const next = await propose(ada, await draftOf(ada));
      expect(next.document).toMatchObject({ seq: 2, prev: genesis.hash, threshold: 2 });
      expect(next.needs).toEqual({ persons: 2, keys: [fresh.id], recovery: [] });
      expect((await signProposal(ada, next)).needs).toEqual({ persons: 1, keys: [fresh.id], recovery: [] });
      expect((await signProposal(ada, next, ada.authenticators[1])).needs.persons).toBe(1);
      expect((await signProposal(bob, next, fresh)).needs).toEqual({ persons: 1, keys: [], recovery: [] });
      expect(await trustOf(bob)).toMatchObject({ seq: 1, trust: genesis.hash });
      expect((await signProposal(bob, next)).state).toBe('adopted');
      expect(await trustOf(bob)).toMatchObject({
        seq: 2,
        anchor: { trust: genesis.hash },
        chain: [{ hash: genesis.hash }, { hash: next.hash }],
      });
    });
  });

  test('the next version removes a lost key, and a sole approver can sign with the recovery key', async () => {
    const printed = new RecoveryKey();
    await ada.ask('POST', 'recovery-keys', { jwk: printed.jwk }, 201);
    await claim([ada]);
    const [lost, ...left] = ada.authenticators;
    const draft = await draftOf(ada);
    const without = { ...draft, people: [{ person: ada.id, passkeys: left.map(({ passkey }) => passkey) }] };
    const proposal = await propose(ada, without);
    const signed = await handIn(ada, proposal, printed.sign(proposal.document));
    expect(signed.body).toMatchObject({ state: 'adopted' });
    const gone = await ada.call('DELETE', `passkeys/${lost?.id}`);
    expect(gone.status).toBe(204);
    expect(codeOf(await ada.call('DELETE', `passkeys/${left[0]?.id}`))).toBe('409 conflict');
  });

  onlyInSoak(() => {
    test('P12: a person cannot submit another person’s recovery key as their own', async () => {
      const [adas, bobs] = [new RecoveryKey(), new RecoveryKey()];
      await ada.ask('POST', 'recovery-keys', { jwk: adas.jwk }, 201);
      await bob.ask('POST', 'recovery-keys', { jwk: bobs.jwk }, 201);
      await claim([ada, bob]);
      await bob.enrol();
      const proposal = await propose(ada, await draftOf(ada));
      expect(codeOf(await handIn(bob, proposal, adas.sign(proposal.document)))).toBe('403 forbidden');
      expect((await handIn(bob, proposal, bobs.sign(proposal.document))).status).toBe(201);
    });
  });

  test('P12: a signature counts only if it is the signer’s own, over exactly this document, with user verification', async () => {
    await claim([ada, bob]);
    await bob.enrol();
    const proposal = await propose(ada, await draftOf(ada));
    const over = (document: TrustDocument) => ada.key.sign(document, AT);
    const { document } = proposal;
    for (const [by, signature, code] of [
      [bob, over(document), '403 forbidden'],
      [ada, bob.key.sign(document, AT), '403 forbidden'],
      [ada, new Authenticator().sign(document, AT), '403 forbidden'],
      [ada, new RecoveryKey().sign(document), '403 forbidden'],
      [ada, over({ ...document, approvals: 2 }), '400 invalid_request'],
      [ada, { ...over({ ...document, approvals: 2 }), statement: document }, '400 invalid_request'],
      [ada, ada.key.sign(document, { ...AT, flags: 0x01 }), '400 invalid_request'],
      [ada, ada.key.sign(document, { ...AT, origin: 'https://localhost' }), '400 invalid_request'],
    ] as const)
      expect(codeOf(await handIn(by, proposal, signature))).toBe(code);
    await signProposal(bob, proposal, bob.authenticators[2]);
    expect(codeOf(await handIn(bob, proposal, over(document)))).toBe('403 forbidden');
    const again = bob.authenticators[2]?.sign(document, AT);
    if (again === undefined) throw new Error('bob has a third passkey');
    expect(codeOf(await handIn(bob, proposal, again))).toBe('409 conflict');
    expect((await signProposal(ada, proposal)).state).toBe('adopted');
    expect(codeOf(await handIn(bob, proposal, bob.key.sign(document, AT)))).toBe('409 wrong_state');
  });

  onlyInSoak(() => {
    test('P12: a proposal may name only this tenant’s people and keys, and must follow the latest version', async () => {
      await claim([ada]);
      const draft = await draftOf(ada);
      const [person] = draft.people;
      if (person === undefined) throw new Error('the draft names no one');
      const foreign = new Authenticator();
      for (const change of [
        { tenant: 'globex' },
        { deployment: 'dep_0199f0a0-7b2c-7001-8000-000000000001' },
        { validUntil: '2020-01-01T00:00:00Z' },
        { people: [...draft.people, { person: broker.persons.tenantAuditor, passkeys: [foreign.passkey] }] },
        {
          people: [...draft.people, { person: broker.persons.foreignApprover, passkeys: [foreign.passkey] }],
        },
        { people: [{ ...person, passkeys: [...person.passkeys, foreign.passkey] }] },
        { people: [{ ...person, passkeys: person.passkeys.map(({ id }) => ({ id, jwk: foreign.jwk })) }] },
        { recovery: [{ person: ada.id, jwk: new RecoveryKey().jwk }] },
        { rpId: 'elsewhere.example', origins: ['https://elsewhere.example'] },
        { approvals: 2 },
        { threshold: 2 },
        { extra: true },
      ])
        expect(codeOf(await proposed({ ...draft, ...change } as TrustDocument))).toBe('400 invalid_request');
      for (const change of [
        { seq: 3 },
        { prev: `sha256:${'0'.repeat(64)}` },
        { validUntil: '2030-01-01T00:00:00Z' },
      ])
        expect(codeOf(await proposed({ ...draft, ...change }))).toBe('409 conflict');
      expect((await proposed(draft)).status).toBe(201);
      expect(codeOf(await proposed(draft))).toBe('409 conflict');
    });
  });

  test('only the tenant’s admins may make or withdraw a proposal, and only in a browser', async () => {
    for (const _ of [1, 2]) await ada.enrol();
    const draft = await draftOf(ada);
    expect(codeOf(await proposed(draft, bob))).toBe('403 forbidden');
    const mailed = await Customer.of(broker, 'approver', { assurance: 'mail-code' });
    expect(codeOf(await proposed(draft, mailed))).toBe('403 forbidden');
    const byKey = { body: { document: draft } };
    const proposals = '/api/v1/tenants/acme/trust/proposals';
    expect(codeOf(await broker.call('approver', 'POST', proposals, byKey))).toBe('403 forbidden');
    const proposal = await propose(ada, draft);
    expect(codeOf(await handIn(mailed, proposal, ada.key.sign(draft, AT)))).toBe('403 forbidden');
    expect(codeOf(await ada.call('DELETE', `passkeys/${ada.key.id}`))).toBe('409 conflict');
    const path = `trust/proposals/${proposal.id}`;
    expect(codeOf(await bob.call('DELETE', path))).toBe('403 forbidden');
    expect((await ada.call('DELETE', path)).status).toBe(204);
    expect(codeOf(await ada.call('DELETE', path))).toBe('409 wrong_state');
    expect((await proposed(draft)).status).toBe(201);
  });

  test('P9: another tenant cannot see the trust document; the vendor’s security admin and auditor can read it', async () => {
    await claim([ada]);
    const foreign = await Customer.of(broker, 'foreignAdmin');
    for (const path of ['trust', 'trust/draft'])
      expect(codeOf(await foreign.call('GET', path))).toBe('404 not_found');
    expect(codeOf(await foreign.call('POST', 'trust/proposals', { document: await draftOf(ada) }))).toBe(
      '404 not_found',
    );
    for (const who of ['securityAdmin', 'vendorAuditor'] as const)
      expect((await broker.call(who, 'GET', '/api/v1/tenants/acme/trust')).body).toMatchObject({
        claimed: true,
      });
    expect(codeOf(await broker.call('engineer', 'GET', '/api/v1/tenants/acme/trust'))).toBe('403 forbidden');
  });
});
