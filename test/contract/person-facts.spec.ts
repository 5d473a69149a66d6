/** @soak */

import {
  applyOrganisation,
  type FactValues,
  getGrant,
  getRequest,
  mintToken,
  type Organisation,
  type Principal,
  type PrivacyControls,
  resumeGrant,
  type StartedSession,
  signInByProvider,
  testPrivacyControls,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const ISSUER = 'https://id.example';
const LIMITS = { idle: 1_800, absolute: 43_200 };
const ERIN = 'erin@northwind.example';
const ONLY_EU = [{ requesters: { countries: ['DE', 'FR'] } }];

/** The vendor's provider says the country; the file states Erin's entity. */
function organisation({
  rules,
  stated = { entity: 'Northwind GmbH' },
}: {
  rules?: PrivacyControls['rules'];
  stated?: FactValues;
} = {}): Organisation {
  const file = smallOrganisation();
  file.vendor.oidc = { issuer: ISSUER, clientId: 'c', clientSecretFile: './s', claims: { country: 'ctry' } };
  const erin = file.vendor.staff.find(({ email }) => email === ERIN)!;
  erin.facts = stated;
  if (rules !== undefined) file.tenants[0]!.privacyControls.rules = rules;
  return file;
}

const about = { jti: 'j', expiresIn: 60, expiresAt: '2026-11-24T15:01:00Z' };
const minter = { prepare: () => ({ ...about, sign: async () => 't' }) };

describeUseCase('SQLite', 'place and employer of a requester', (bench) => {
  let flow: Workflow;
  const start = async (file = organisation()) => {
    flow = await startWorkflow(bench, file);
  };
  const erin = () => flow.as(ERIN);
  const signIn = async (facts: FactValues | null) => {
    const { person } = await erin();
    const identity = { tenant: null, issuer: ISSUER, subject: person.id, email: ERIN, emailVerified: true };
    const to = { device: 'a browser', replaces: null };
    return (await signInByProvider(
      flow.deps,
      { ...identity, roles: null, facts },
      to,
      LIMITS,
    )) as StartedSession;
  };
  const grantTo = async (by: Principal) => {
    const asked = await flow.ask(by);
    await flow.approve(await flow.as('rita@northwind.example'), asked);
    await flow.approve(await flow.as('ada@acme.example'), asked);
    const grant = (await getRequest(flow.deps, by, asked.request.id)).request.grant ?? '';
    return { asked, grant };
  };
  const stateOf = async (id: string) => (await getGrant(flow.deps, await erin(), id)).grant.state;
  const refusedWith = (work: Promise<unknown>) =>
    work.then(
      () => [],
      (error: { refusals?: { code: string }[] }) => (error.refusals ?? []).map(({ code }) => code),
    );

  test('what the provider and the file say is in the terms of a new request, and in the log of the deployment', async () => {
    await start();
    await signIn({ country: 'DE' });
    const { request } = await flow.ask(await erin());
    expect(request.terms.requesterFacts).toEqual({
      country: { value: 'DE', verified: true },
      entity: { value: 'Northwind GmbH', verified: false },
    });
    const changes = (await flow.leaves('deployment')).filter(({ type }) => type === 'person.change');
    expect(changes.at(-1)?.data).toMatchObject({
      facts: {
        country: { value: 'DE', source: 'oidc' },
        entity: { value: 'Northwind GmbH', source: 'stated' },
      },
    });
  });

  test('a sign-in that says nothing new writes nothing; without a mapping nothing is taken from it', async () => {
    await start();
    await signIn({ country: 'DE' });
    const leaves = (await flow.leaves('deployment')).length;
    flow.clock.forward(60);
    await signIn({ country: 'DE' });
    await signIn(null);
    expect(
      (await flow.leaves('deployment')).filter(
        ({ seq, type }) => seq >= leaves && type.startsWith('person.'),
      ),
    ).toEqual([]);
    expect((await erin()).person.facts?.oidc).toEqual({ country: 'DE', at: '2026-11-24T15:00:00.000Z' });
  });

  test('a person without known facts gets terms without facts', async () => {
    await start(organisation({ stated: {} }));
    expect((await flow.ask(await erin())).request.terms).not.toHaveProperty('requesterFacts');
  });

  test('P13: an unknown country is refused where the customer lists countries, also if another fact is known', async () => {
    await start(organisation({ rules: ONLY_EU }));
    expect(await refusedWith(flow.ask(await erin()))).toEqual(['requester_facts_unknown']);
    await signIn({ country: 'US' });
    expect(await refusedWith(flow.ask(await erin()))).toEqual(['requester_not_accepted']);
    await signIn({ country: 'FR' });
    expect((await flow.ask(await erin())).request.state).toBe('awaiting_vendor');
  });

  test('P6: a sign-in from elsewhere ends the grant whose terms state another country, in the same unit, with a reason', async () => {
    await start(organisation({ rules: ONLY_EU }));
    await signIn({ country: 'DE' });
    const { grant } = await grantTo(await erin());
    expect(await stateOf(grant)).toBe('active');
    // France is accepted too. What the approver has read is no longer true all the same.
    await signIn({ country: 'FR' });
    expect(await stateOf(grant)).toBe('ended');
    const ended = (await flow.leaves('acme')).findLast(({ type }) => type === 'grant.ended');
    expect(ended).toMatchObject({
      actor: 'job',
      data: { grant, refusals: [{ code: 'requester_facts_changed' }] },
    });
  });

  test('a fact that the provider no longer says ends what depended on it; one that it says in addition ends nothing', async () => {
    await start();
    const stated = await grantTo(await erin());
    await signIn({ country: 'DE' });
    expect(await stateOf(stated.grant)).toBe('active');
    const verified = await grantTo(await erin());
    await signIn({});
    expect([await stateOf(stated.grant), await stateOf(verified.grant)]).toEqual(['active', 'ended']);
  });

  test('a request that waits can no longer be approved once the requester has moved', async () => {
    await start();
    await signIn({ country: 'DE' });
    const asked = await flow.ask(await erin());
    await signIn({ country: 'FR' });
    expect(await outcome(flow.approve(await flow.as('rita@northwind.example'), asked))).toBe(
      'controls_changed',
    );
  });

  test('a draft is tried on past requests with the facts that their terms state', async () => {
    await start();
    await signIn({ country: 'DE' });
    await flow.ask(await erin());
    await signIn({ country: 'FR' });
    const { controls } = (await bench.store.readForTenant('acme', (unit) =>
      unit.organisation.tenant('acme'),
    ))!;
    const { differences } = await testPrivacyControls(
      flow.deps,
      await flow.as('ada@acme.example'),
      'acme',
      () => ({
        ...controls,
        rules: [{ requesters: { countries: ['FR'] } }],
      }),
    );
    expect(differences).toMatchObject([
      { now: { refusals: [] }, draft: { refusals: [{ code: 'requester_not_accepted' }] } },
    ]);
  });

  test('a file that states another entity, and one that no longer maps the claim, end what no longer fits', async () => {
    await start();
    const first = await grantTo(await erin());
    await applyOrganisation(flow.deps, organisation({ stated: { entity: 'Northwind Inc.' } }), {
      dryRun: false,
    });
    expect(await stateOf(first.grant)).toBe('ended');
    await signIn({ country: 'DE' });
    const second = await grantTo(await erin());
    const unmapped = organisation({ stated: { entity: 'Northwind Inc.' } });
    delete unmapped.vendor.oidc!.claims;
    await applyOrganisation(flow.deps, unmapped, { dryRun: false });
    expect(await stateOf(second.grant)).toBe('ended');
    expect((await erin()).person.facts).toEqual({
      stated: { entity: 'Northwind Inc.', at: expect.any(String) },
    });
  });

  test('applying the same file again changes nothing, whatever the provider has said', async () => {
    await start();
    await signIn({ country: 'DE' });
    expect(await applyOrganisation(flow.deps, organisation(), { dryRun: false })).toEqual([]);
  });

  test('a rule that comes later ends the grant of an engineer whom it does not accept, and mints nothing', async () => {
    await start();
    await signIn({ country: 'US' });
    const { grant } = await grantTo(await erin());
    await mintToken(flow.deps, minter, await erin(), grant);
    const narrower = organisation({ rules: ONLY_EU });
    await applyOrganisation(flow.deps, narrower, { dryRun: false });
    expect(await stateOf(grant)).toBe('ended');
    expect(await outcome(mintToken(flow.deps, minter, await erin(), grant))).toBe('grant_not_active');
  });

  test('what is known about a person is forgotten when they leave', async () => {
    await start();
    await signIn({ country: 'DE' });
    const { person } = await erin();
    const without = organisation();
    without.vendor.staff = without.vendor.staff.filter(({ email }) => email !== ERIN);
    await applyOrganisation(flow.deps, without, { dryRun: false });
    const left = await bench.store.readAsVendor((unit) => unit.organisation.person(person.id));
    expect(left).not.toHaveProperty('facts');
  });

  describe('a token that is fetched outside the stated place', () => {
    const GERMAN = '203.0.113.9';
    const FRENCH = '198.51.100.9';
    const rule = (
      count: 'other-country' | 'unknown-country',
      act: 'notify' | 'pause' | 'stop',
      over = 0,
    ) => ({
      ...{ name: `${count}-${act}`, count, over, within: 3_600, do: act },
    });
    /** A grant whose terms state Germany, under these rules of the customer. */
    const startWith = async (...rules: ReturnType<typeof rule>[]) => {
      const file = organisation();
      file.accessPolicy.places = [{ country: 'DE', networks: ['203.0.113.0/24'] }];
      Object.assign(file.tenants[0]!.privacyControls, {
        places: [{ country: 'FR', networks: ['198.51.100.0/24'] }],
        supervision: rules,
      });
      await start(file);
      await signIn({ country: 'DE' });
      return (await grantTo(await erin())).grant;
    };
    const mint = async (grant: string, address: string | null) =>
      outcome(mintToken(flow.deps, minter, await erin(), grant, address));
    const crossings = async () =>
      (await flow.leaves('acme')).flatMap(({ type, data }) => (type === 'supervision.crossed' ? [data] : []));

    test('the stated country crosses nothing, and the log says from where the token was fetched', async () => {
      const grant = await startWith(rule('other-country', 'stop'), rule('unknown-country', 'stop'));
      expect(await mint(grant, GERMAN)).toBe('done');
      const minted = (await flow.leaves('acme')).findLast(({ type }) => type === 'token.minted');
      expect([minted?.data['country'], await crossings()]).toEqual(['DE', []]);
    });

    test('P6: `pause` gives no token and pauses the grant; resumed by the customer, it counts from zero', async () => {
      const grant = await startWith(rule('other-country', 'pause'));
      expect(await mint(grant, FRENCH)).toBe('grant_not_active');
      expect(await crossings()).toMatchObject([
        { rule: 'other-country-pause', side: 'customer', counted: 1, done: 'paused', grant },
      ]);
      expect((await flow.leaves('acme')).map(({ type }) => type)).not.toContain('token.minted');
      // Also from home: the grant is paused.
      expect(await mint(grant, GERMAN)).toBe('grant_not_active');
      await resumeGrant(flow.deps, await flow.as('ada@acme.example'), grant);
      expect(await mint(grant, GERMAN)).toBe('done');
      expect(await mint(grant, FRENCH)).toBe('grant_not_active');
      expect(await crossings()).toHaveLength(2);
    });

    test('`stop` ends the grant, `notify` gives the token and is quiet for its window', async () => {
      const stopped = await startWith(rule('other-country', 'stop'));
      expect([await mint(stopped, FRENCH), await stateOf(stopped)]).toEqual(['grant_not_active', 'ended']);
      const notified = await startWith(rule('other-country', 'notify'));
      expect([await mint(notified, FRENCH), await mint(notified, FRENCH)]).toEqual(['done', 'done']);
      expect((await crossings()).map(({ done }) => done)).toEqual(['stopped', 'notified']);
    });

    test('P13: an address that no list names, and no address, are unknown: a rule of its own says what happens', async () => {
      const lenient = await startWith(rule('other-country', 'stop'));
      expect([await mint(lenient, '192.0.2.1'), await mint(lenient, null)]).toEqual(['done', 'done']);
      const strict = await startWith(rule('unknown-country', 'pause', 1));
      expect([await mint(strict, '192.0.2.1'), await mint(strict, null)]).toEqual([
        'done',
        'grant_not_active',
      ]);
    });
  });
});
